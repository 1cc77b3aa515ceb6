public import TurnwiseCore

/// What is wrong with a corpus or with questions on it, and where.
public struct CorpusError: InputError, Hashable {
  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    /// There is no such folder.
    case noFolder
    /// There is no such file.
    case missing
    /// A folder where a file must be.
    case notAFile
    /// The system does not let the file be read.
    case unreadable(String)
    /// The file holds no line.
    case nothing(String)
    /// No question belongs to a split.
    case none(of: Split)
    /// The bytes of a line are not UTF-8.
    case notUTF8
    /// A line is not JSON.
    case notJSON(String)
    /// A line is JSON, but no object.
    case notAnObject
    /// A field that each line needs is not there.
    case missingField
    /// A field that has no meaning.
    case unknownField(known: [String])
    /// The value of a field.
    case wrongValue(String, expected: String)
    /// Another line has the same id, or the same question.
    case duplicate(String, line: Int)
    /// An id that ends as results are numbered.
    case resultNumber(String)
    /// Evidence that is no document of the corpus.
    case unknownDocument(String)
    /// An answer of which nothing counts.
    case emptyAnswer(String)
    /// Not as many queries as there is evidence.
    case wrongCount(Int, expected: Int)
  }

  /// The file or folder.
  public var file: String
  /// The line, from 1, if the problem is in one.
  public var line: Int?
  /// The field, if the problem is in one.
  public var field: String?
  /// What is wrong.
  public var problem: Problem

  /// Creates an error.
  init(_ file: String, line: Int? = nil, field: String? = nil, _ problem: Problem) {
    (self.file, self.line, self.field, self.problem) = (file, line, field, problem)
  }
}

extension CorpusError {
  /// Where and what.
  public var description: String {
    file + (line.map { ":\($0)" } ?? "") + ": " + (field.map { "'\($0)' " } ?? "") + problem.words
  }

  /// What to do about it.
  public var hint: String? {
    switch problem {
    case .noFolder, .missing:
      "--tasks names a folder with \(CorpusFiles.corpusName) and \(CorpusFiles.questionsName)"
    case .nothing("document"),
      .missingField where field == "id" || field == "text":
      "a document is {\"id\": \"paris\", \"title\": \"Paris\", \"text\": \"The capital of …\"}; "
        + "the title may be left out"
    case .nothing, .missingField:
      "a question is {\"question\": \"…\", \"answer\": \"…\", \"evidence\": [\"id\"]}; "
        + "the evidence may be left out"
    case .none(of: let split):
      "write \"split\": \"\(split.rawValue)\" into some lines, or play the other split"
    case .notUTF8: "save the file as UTF-8"
    case .notJSON: "each line is one JSON object"
    case .unknownField(let known):
      field.flatMap { NearestName.suggestion(for: $0, among: known) }
        .map { "did you mean '\($0)'?" } ?? "there is " + known.joined(separator: ", ")
    case .duplicate where field == "id": "give one of them another id"
    case .resultNumber: "agents open results by numbers such as #1; give it another id"
    case .duplicate: "take one away; a list of texts can hold several answers"
    case .unknownDocument: "evidence names documents of \(CorpusFiles.corpusName) by their ids"
    case .emptyAnswer: "case, punctuation, articles and spaces do not count in an answer"
    case .wrongCount: "there is one query for each document of the evidence, in its order"
    case .notAFile, .unreadable, .notAnObject, .wrongValue: nil
    }
  }
}

extension CorpusError.Problem {
  fileprivate var words: String {
    switch self {
    case .noFolder: "no such folder"
    case .missing: "no such file"
    case .notAFile: "is no file"
    case .unreadable(let reason): "cannot be read: \(reason)"
    case .nothing(let what): "holds no \(what)"
    case .none(of: let split): "no question is for \(split.rawValue)"
    case .notUTF8: "is not UTF-8"
    case .notJSON(let reason): "is not JSON: \(reason)"
    case .notAnObject: "is no JSON object"
    case .missingField: "is missing"
    case .unknownField: "is no field of such a line"
    case .wrongValue(let found, let expected): "is \(found); expected \(expected)"
    case .duplicate(let text, let line): "'\(text.prefix(60))' is already in line \(line)"
    case .resultNumber(let id): "'\(id.prefix(60))' reads as the number of a result"
    case .unknownDocument(let id): "'\(id.prefix(60))' is no document of the corpus"
    case .emptyAnswer(let text): "'\(text.prefix(60))' leaves nothing to compare"
    case .wrongCount(let count, let expected): "has \(count) texts; expected \(expected)"
    }
  }
}
