internal import TurnwiseCore

/// Questions that were read from files.
struct WrittenQuestions {
  /// The questions of each split.
  var bySplit: [Split: [SearchQuestion]]
  /// All questions, each with its line.
  var numbered: [(line: Int, question: SearchQuestion)]
  /// The warnings.
  var warnings: [CorpusWarning]
}

extension CorpusFiles {
  private static let questionFields = [
    "question", "answer", "evidence", "queries", "split", "family",
  ]

  /// Reads the questions.
  ///
  /// They may have the fields of Search-R1 (`golden_answers` or `target`), or be the queries of BEIR (`_id`,
  /// `text`) with answers in fields of their own or in `metadata`.
  func questions(
    on corpus: SearchCorpus, by rule: AnswerRule
  ) throws(TaskFileError) -> WrittenQuestions {
    let path = place(questionsFile)
    let judged = try judgements.map { files throws(TaskFileError) in
      try QueryJudgements(files, in: place(Self.judgementsName), corpus: corpus)
    }
    var lines: [String: Int] = [:]
    var report = CorpusReport(path)
    var (notJudged, ids): ([Int], Set<String>) = ([], [])
    let found = JSONLines.read(questions.bytes, into: &report) {
      line throws(TaskFileError) -> (line: Int, split: Split, question: SearchQuestion)? in
      let id = try line.optionalText("id", "_id") ?? ""
      let text = try line.text("question", "text")
      var evidence = try line.texts("evidence")
      var split = try line.word("split", of: Split.self)
      if evidence.isEmpty, let judged {
        ids.insert(id)
        guard let judgement = judged[id] else {
          notJudged.append(line.number)
          line.ignore()
          return nil
        }
        evidence = judgement.documents
        split = split ?? judgement.split
      }
      // If two questions are the same, one could be held out and the other be learned by heart.
      // Punctuation counts: C++ differs from C#.
      let key = Folding.folded(text).onOneLine
      if let first = lines[key] {
        throw line.error("question", .duplicateQuestion(text, line: first))
      }
      lines[key] = line.number
      let answers = try Self.answers(of: &line)
      if let empty = answers.first(where: { rule.key(of: $0).isEmpty }) {
        throw line.error("answer", .emptyAnswer(empty))
      }
      if let unknown = evidence.first(where: { corpus[$0] == nil }) {
        throw line.error("evidence", .unknownDocument(unknown))
      }
      let queries = try line.texts("queries")
      guard queries.isEmpty || queries.count == evidence.count else {
        throw line.error("queries", .wrongCount(queries.count, expected: evidence.count))
      }
      let hops =
        evidence.isEmpty ? "question" : evidence.count == 1 ? "1 hop" : "\(evidence.count) hops"
      return (
        line.number, split ?? .train,
        SearchQuestion(
          family: try line.optionalText("family") ?? hops, question: text, answers: answers,
          evidence: evidence, queries: queries, corpus: corpus.digest)
      )
    }.compactMap { $0 }
    var warnings = try report.end(known: Self.questionFields)
    guard !found.isEmpty else { throw TaskFileError(path, .noQuestions) }
    if !notJudged.isEmpty {
      warnings.append(CorpusWarning(file: path, lines: notJudged, fact: .notJudged))
    }
    warnings += judged?.warnings(knowing: ids) ?? []
    return WrittenQuestions(
      bySplit: Dictionary(grouping: found, by: \.split).mapValues { $0.map(\.question) },
      numbered: found.map { ($0.line, $0.question) }, warnings: warnings)
  }

  /// The right answers, in any of the places where data sets have them.
  private static func answers(
    of line: inout JSONLines.Line
  ) throws(TaskFileError) -> [String] {
    let names = ["answer", "answers", "golden_answers", "target"]
    if let (name, value) = line.value(names) { return try line.texts(value, of: name) }
    let paths = [
      ["reward_model", "ground_truth", "target"], ["metadata", "answer"], ["metadata", "answers"],
    ]
    for path in paths {
      if let value = line.value(at: path) {
        return try line.texts(value, of: path.joined(separator: "."))
      }
    }
    throw line.error("answer", .missingField(named: "answer"))
  }
}
