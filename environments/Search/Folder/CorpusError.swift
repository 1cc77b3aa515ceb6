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
    /// The file holds lines of JSON in another form.
    case packed(PackedFile, file: String)
    /// The file is one array, and not an object on each line.
    case oneArray
    /// A line of a file of judgements does not have their columns.
    case notAJudgement
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
  /// The other lines with a problem of this kind.
  public internal(set) var moreLines: [Int] = []
  /// What is wrong besides, one error for each kind.
  public internal(set) var others: [CorpusError] = []
  /// A field of the file that may be the one that is missing.
  var misspelled: String?

  /// Creates an error.
  init(_ file: String, line: Int? = nil, field: String? = nil, _ problem: Problem) {
    (self.file, self.line, self.field, self.problem) = (file, line, field, problem)
  }
}

extension CorpusError {
  /// Where and what.
  public var description: String {
    let place = file + (line.map { ":\($0)" } ?? "")
    let more = moreLines.isEmpty ? "" : "; the same kind in \(LineList.words(moreLines))"
    return
      ([place + ": " + (field.map { "'\($0)' " } ?? "") + problem.words + more]
      + others.map(\.description)).joined(separator: "\n")
  }

  /// What to do about it, a line for each kind.
  public var hint: String? {
    var seen: Set<String> = []
    let hints = ([self] + others).compactMap(\.ownHint).filter { seen.insert($0).inserted }
    return hints.isEmpty ? nil : hints.joined(separator: "\nhint:  ")
  }

  private var ownHint: String? {
    switch problem {
    case .noFolder, .missing:
      "--tasks names a folder with \(CorpusFiles.corpusName) and \(CorpusFiles.questionsName)"
    case .missingField where misspelled != nil:
      "is '\(misspelled ?? "")' meant to be '\(field ?? "")'?"
    case .nothing("document"),
      .missingField where field == "id" || field == "text":
      "a document is {\"id\": \"paris\", \"title\": \"Paris\", \"text\": \"The capital of …\"}; "
        + "the title may be left out"
    case .nothing("question"), .missingField:
      "a question is {\"question\": \"…\", \"answer\": \"…\", \"evidence\": [\"id\"]}; "
        + "the evidence may be left out"
    case .nothing:
      "a file of judgements is train.tsv or test.tsv, with lines of query-id, corpus-id and score"
    case .none(of: let split):
      "write \"split\": \"\(split.rawValue)\" into some lines, or play the other split"
    case .notUTF8: "save the file as UTF-8"
    case .notJSON, .notAnObject: "each line is one JSON object"
    case .packed(let kind, let target): kind.command(file, to: target)
    case .oneArray:
      "jq -c '.[]' \(PackedFile.quoted(file)) > \(PackedFile.quoted(file + ".new")) && mv "
        + "\(PackedFile.quoted(file + ".new")) \(PackedFile.quoted(file))"
    case .notAJudgement: "a line is: query-id, corpus-id and score, with tabs between them"
    case .duplicate where field == "id": "give one of them another id"
    case .resultNumber: "agents open results by numbers such as #1; give it another id"
    case .duplicate: "take one away; a list of texts can hold several answers"
    case .unknownDocument: "evidence names documents of \(CorpusFiles.corpusName) by their ids"
    case .emptyAnswer: "white space and characters that are never seen do not count in an answer"
    case .wrongCount: "there is one query for each document of the evidence, in its order"
    case .notAFile, .unreadable, .wrongValue: nil
    }
  }
}

extension CorpusError.Problem {
  /// Names the kind of problem: what one change to a file mends.
  var kind: String {
    switch self {
    case .noFolder: "no folder"
    case .missing: "missing"
    case .notAFile: "not a file"
    case .unreadable: "unreadable"
    case .nothing: "nothing"
    case .none: "none"
    case .notUTF8: "not UTF-8"
    case .notJSON: "not JSON"
    case .notAnObject: "not an object"
    case .missingField: "missing field"
    case .packed: "packed"
    case .oneArray: "one array"
    case .notAJudgement: "not a judgement"
    case .wrongValue: "wrong value"
    case .duplicate: "duplicate"
    case .resultNumber: "result number"
    case .unknownDocument: "unknown document"
    case .emptyAnswer: "empty answer"
    case .wrongCount: "wrong count"
    }
  }

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
    case .packed(let kind, _): "is \(kind.words); expected lines of JSON in UTF-8"
    case .oneArray: "is one JSON array; expected a JSON object on each line"
    case .notAJudgement: "is not a judgement"
    case .wrongValue(let found, let expected): "is \(found); expected \(expected)"
    case .duplicate(let text, let line): "'\(text.prefix(60))' is already in line \(line)"
    case .resultNumber(let id): "'\(id.prefix(60))' reads as the number of a result"
    case .unknownDocument(let id): "'\(id.prefix(60))' is no document of the corpus"
    case .emptyAnswer(let text): "'\(text.prefix(60))' leaves nothing to compare"
    case .wrongCount(let count, let expected): "has \(count) texts; expected \(expected)"
    }
  }
}
