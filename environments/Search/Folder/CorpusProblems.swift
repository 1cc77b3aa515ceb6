/// The problems of a corpus and its questions.
extension TaskFileError.Problem {
  // MARK: - Files

  /// What `--tasks` expects.
  static let corpusLayout =
    "a folder with \(CorpusFiles.corpusName) and \(CorpusFiles.questionsName)"
  private static let documentHint =
    "a document is {\"id\": \"paris\", \"title\": \"Paris\", \"text\": \"The capital of …\"}; "
    + "the title is optional"
  private static let questionHint =
    "a question is {\"question\": \"…\", \"answer\": \"…\", \"evidence\": [\"id\"]}; "
    + "the evidence is optional"

  static let noDocuments = Self("nothing", "contains no document", hint: documentHint)
  static let noQuestions = Self("nothing", "contains no question", hint: questionHint)
  static let noJudgements = Self(
    "nothing", "contains no file that ends in .tsv",
    hint:
      "a file of judgements is train.tsv or test.tsv, with lines of query-id, corpus-id and score"
  )

  /// The file contains lines of JSON in another form, from which `target` can be made.
  static func packed(_ kind: PackedFile, _ file: String, target: String) -> Self {
    Self(
      "packed", "is \(kind.words); expected lines of JSON in UTF-8",
      hint: kind.command(file, to: target))
  }

  /// The file is one array instead of an object on each line.
  static func oneArray(_ file: String) -> Self {
    let (path, new) = (PackedFile.quoted(file), PackedFile.quoted(file + ".new"))
    return Self(
      "one-array", "is one JSON array; expected a JSON object on each line",
      hint: "jq -c '.[]' \(path) > \(new) && mv \(new) \(path)")
  }

  // MARK: - Lines

  static let notUTF8 = Self("not-utf8", "is not UTF-8", hint: "save the file as UTF-8")

  static func notJSONLine(_ reason: String) -> Self {
    notJSON(reason, hint: "each line is one JSON object")
  }

  static let notAnObjectLine = notAnObject(hint: "each line is one JSON object")

  /// A required field of a document or a question does not exist.
  static func missingField(named name: String) -> Self {
    missingField(["id", "text"].contains(name) ? documentHint : questionHint)
  }

  static let notAJudgement = Self(
    "not-a-judgement", "is not a judgement",
    hint: "a line is query-id, corpus-id and score, separated by tabs")

  static func duplicateID(_ id: String, line: Int) -> Self {
    Self(
      "duplicate", "'\(id.prefix(60))' is already in line \(line)",
      hint: "give one of them another id")
  }

  static func duplicateQuestion(_ question: String, line: Int) -> Self {
    Self(
      "duplicate", "'\(question.prefix(60))' is already in line \(line)",
      hint: "remove one of them; the answer can be a list of several texts")
  }

  /// An id ends like the number of a result.
  static func resultNumber(_ id: String) -> Self {
    Self(
      "result-number", "'\(id.prefix(60))' looks like the number of a result",
      hint: "agents open results by numbers such as #1; give it another id")
  }

  static func unknownDocument(_ id: String) -> Self {
    Self(
      "unknown-document", "'\(id.prefix(60))' is not a document of the corpus",
      hint: "evidence names documents of \(CorpusFiles.corpusName) by their ids")
  }

  static func emptyAnswer(_ answer: String) -> Self {
    Self(
      "empty-answer", "'\(answer.prefix(60))' contains nothing to compare",
      hint: "white space and invisible characters do not count in an answer")
  }

  /// The number of queries differs from that of the evidence.
  static func wrongCount(_ count: Int, expected: Int) -> Self {
    Self(
      "wrong-count", "has \(count) texts; expected \(expected)",
      hint: "write one query for each document of the evidence, in its order")
  }
}
