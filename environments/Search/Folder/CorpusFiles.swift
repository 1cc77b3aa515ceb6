internal import Foundation
internal import TurnwiseCore

/// A corpus and questions as somebody wrote them: two files, kept byte for byte.
///
///     corpus.jsonl      {"id": "paris", "title": "Paris", "text": "The capital of France."}
///     questions.jsonl   {"question": "Capital of France?", "answer": "Paris", "evidence": ["paris"]}
struct CorpusFiles: Codable {
  static let corpusName = "corpus.jsonl"
  static let questionsName = "questions.jsonl"

  /// The bytes of `corpus.jsonl`.
  let corpus: Blob
  /// The bytes of `questions.jsonl`.
  let questions: Blob
  /// What errors call the folder; no parameter, as only the files count.
  private var folder = "the recorded corpus"

  private enum CodingKeys: String, CodingKey { case corpus, questions }

  /// Reads the files of a folder, as they are.
  init(folder path: String) throws(CorpusError) {
    guard Self.isFolder(path) else { throw CorpusError(path, .noFolder) }
    corpus = try Self.blob(path, Self.corpusName)
    questions = try Self.blob(path, Self.questionsName)
    folder = path
  }

  /// What errors call a file.
  func place(_ name: String) -> String { "\(folder)/\(name)" }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  private static func blob(_ folder: String, _ name: String) throws(CorpusError) -> Blob {
    let path = "\(folder)/\(name)"
    guard FileManager.default.fileExists(atPath: path) else { throw CorpusError(path, .missing) }
    guard !isFolder(path) else { throw CorpusError(path, .notAFile) }
    do {
      return Blob(Array(try Data(contentsOf: URL(filePath: path))))
    } catch {
      throw CorpusError(path, .unreadable(error.localizedDescription))
    }
  }

  /// The documents.
  func documents() throws(CorpusError) -> [SearchDocument] {
    var lines: [String: Int] = [:]
    let path = place(Self.corpusName)
    let documents = try JSONLines.read(corpus.bytes, of: path, DocumentField.self) {
      line throws(CorpusError) in
      let id = try line.text(.id)
      guard !Search.Open.isListed(id) else { throw line.error(.id, .resultNumber(id)) }
      if let first = lines.updateValue(line.number, forKey: id) {
        throw line.error(.id, .duplicate(id, line: first))
      }
      return SearchDocument(
        id: id, title: try line.optional(.title, line.text),
        text: try line.text(.text, mayBeEmpty: true))
    }
    guard !documents.isEmpty else { throw CorpusError(path, .nothing("document")) }
    return documents
  }

  /// The questions of each split.
  func questions(on corpus: SearchCorpus) throws(CorpusError) -> [Split: [SearchQuestion]] {
    var lines: [String: Int] = [:]
    let path = place(Self.questionsName)
    let questions = try JSONLines.read(questions.bytes, of: path, QuestionField.self) {
      line throws(CorpusError) in
      let text = try line.text(.question)
      // Of two that are the same, one could be held out and the other learned by heart.
      // Punctuation counts: C++ is not C#.
      let key = text.precomposedStringWithCompatibilityMapping.lowercased().onOneLine
      if let first = lines.updateValue(line.number, forKey: key) {
        throw line.error(.question, .duplicate(text, line: first))
      }
      let answers = try line.texts(.answer)
      if let empty = answers.first(where: { AnswerMatch.normalized($0).isEmpty }) {
        throw line.error(.answer, .emptyAnswer(empty))
      }
      let evidence = try line.optional(.evidence, line.texts) ?? []
      if let unknown = evidence.first(where: { corpus[$0] == nil }) {
        throw line.error(.evidence, .unknownDocument(unknown))
      }
      let queries = try line.optional(.queries, line.texts) ?? []
      guard queries.isEmpty || queries.count == evidence.count else {
        throw line.error(.queries, .wrongCount(queries.count, expected: evidence.count))
      }
      let split = try line.optional(.split, line.word(of: Split.self)) ?? .train
      let hops =
        evidence.isEmpty ? "question" : evidence.count == 1 ? "1 hop" : "\(evidence.count) hops"
      let family = try line.optional(.family, line.text) ?? hops
      return (
        split,
        SearchQuestion(
          family: family, question: text, answers: answers, evidence: evidence, queries: queries,
          corpus: corpus.digest)
      )
    }
    guard !questions.isEmpty else { throw CorpusError(path, .nothing("question")) }
    return Dictionary(grouping: questions) { $0.0 }.mapValues { $0.map(\.1) }
  }
}

extension CorpusFiles: Hashable {
  static func == (left: CorpusFiles, right: CorpusFiles) -> Bool {
    left.corpus == right.corpus && left.questions == right.questions
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(corpus)
    hasher.combine(questions)
  }
}

/// The fields of a line of `corpus.jsonl`.
private enum DocumentField: String, WordChoice { case id, title, text }

/// The fields of a line of `questions.jsonl`.
private enum QuestionField: String, WordChoice {
  case question, answer, evidence, queries, split, family
}
