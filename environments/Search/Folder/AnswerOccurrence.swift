internal import Foundation

/// Looks for answers in documents.
struct AnswerOccurrence {
  let corpus: SearchCorpus
  let rule: AnswerRule

  /// The bytes up to which all documents are read for an answer.
  private static let readBytes = 4 << 20
  /// The most documents that are read for an answer in a larger corpus.
  private static let mostCandidates = 200

  /// The lines of questions of which no document holds an answer.
  ///
  /// The evidence of a question is looked through first, then documents with the rarest word of an answer, and
  /// all others only where the corpus is small. In a large one an answer with numbers or symbols could stand
  /// there in another spelling, and nothing is said of it.
  func missing(from questions: [(line: Int, question: SearchQuestion)]) -> [Int] {
    var rest = questions.compactMap { line, question -> (line: Int, keys: [Key])? in
      let keys = question.answers.map { Key($0, rule) }
      let documents = question.evidence.compactMap { corpus[$0] }
      if documents.contains(where: { isFound(keys, in: $0) }) { return nil }
      return keys.contains(where: isFoundByWord) ? nil : (line, keys)
    }
    let bytes = corpus.documents.reduce(0) { $0 + $1.text.utf8.count }
    guard bytes <= Self.readBytes else {
      return rest.filter { $0.keys.allSatisfy(\.isWords) }.map(\.line)
    }
    for document in corpus.documents where !rest.isEmpty {
      let text = passage(of: document)
      rest.removeAll { $0.keys.contains { $0.isFound(in: text) } }
    }
    return rest.map(\.line)
  }

  private func isFoundByWord(_ key: Key) -> Bool {
    let postings = key.terms.map { corpus.index.texts(holding: $0) }
    let rarest = postings.min { $0.count < $1.count } ?? []
    return rarest.prefix(Self.mostCandidates).contains { number in
      isFound([key], in: corpus.documents[Int(number)])
    }
  }

  private func isFound(_ keys: [Key], in document: SearchDocument) -> Bool {
    let text = passage(of: document)
    return keys.contains { $0.isFound(in: text) }
  }

  /// What counts of a document, as the C library takes it: no document holds NUL.
  private func passage(of document: SearchDocument) -> ContiguousArray<CChar> {
    (" " + rule.passage(document.words) + " ").utf8CString
  }

  /// An answer as it would stand in a passage.
  private struct Key {
    private let text: ContiguousArray<CChar>
    /// The words by which documents are found that may hold the answer.
    let terms: [String]
    /// Whether it is made of letters alone.
    let isWords: Bool

    init(_ answer: String, _ rule: AnswerRule) {
      let text = rule.passage(answer)
      terms = Terms.of(answer)
      isWords = text.allSatisfy { $0.isLetter || $0 == " " }
      // Words of scripts without spaces, and Korean ones with particles, need not end at a space.
      let isOpen = text.unicodeScalars.contains { $0.value >= 0x0E00 }
      self.text = (isOpen ? text : " " + text + " ").utf8CString
    }

    func isFound(in passage: ContiguousArray<CChar>) -> Bool {
      passage.withUnsafeBufferPointer { passage in
        text.withUnsafeBufferPointer { text in
          guard let passage = passage.baseAddress, let text = text.baseAddress else { return false }
          return strstr(passage, text) != nil
        }
      }
    }
  }
}
