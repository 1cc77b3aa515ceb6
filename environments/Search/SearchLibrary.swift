internal import TurnwiseCore

/// A corpus and its questions.
final class SearchLibrary: Sendable {
  /// What a library is created from.
  enum Plan: Hashable {
    case world(World.Plan, SearchCorpus.Ranking)
    case folder(CorpusFiles, SearchCorpus.Ranking, AnswerRule)
  }

  private enum Source {
    case world(World)
    case written(WrittenQuestions, CorpusFiles)
  }

  /// The documents.
  let corpus: SearchCorpus
  private let source: Source

  /// Creates a library from a generated world or from files.
  ///
  /// - Throws: A ``TaskFileError``.
  init(_ plan: Plan) throws {
    switch plan {
    case .world(let plan, let ranking):
      let world = World(plan)
      corpus = SearchCorpus(world.documents, ranking)
      source = .world(world)
    case .folder(let files, let ranking, let rule):
      let (documents, warnings) = try files.documents()
      corpus = SearchCorpus(documents, ranking)
      var questions = try files.questions(on: corpus, by: rule)
      questions.warnings = warnings + questions.warnings
      source = .written(questions, files)
    }
  }

  /// Draws a question of a split.
  ///
  /// - Parameters:
  ///   - split: The split.
  ///   - hops: The number of documents that lead to the answer of a generated question: one of these.
  ///   - results: The number of results that a search shows; a generated question can be answered with
  ///     as many.
  ///   - random: The random generator.
  /// - Returns: The question.
  /// - Throws: A ``TaskFileError`` if the folder has no question of the split, or a `Failure` if the
  ///   world has none that can be answered.
  func question(
    in split: Split, hops: [Int], results: Int, using random: inout Randomness
  ) throws -> SearchQuestion {
    switch source {
    case .written(let questions, let files):
      guard let question = questions.bySplit[split]?.randomElement(using: &random) else {
        throw TaskFileError(
          files.place(files.questionsFile), .none(of: split, "question", place: "some lines"))
      }
      return question
    case .world(let world):
      let hops = hops.randomElement(using: &random) ?? 1
      for _ in 0..<Self.attempts {
        guard var question = world.question(hops: hops, in: split, using: &random),
          isFindable(question, results)
        else { continue }
        question.corpus = corpus.digest
        return question
      }
      throw Failure(
        .environment, code: "no-question",
        message: "The world has no question of \(hops) \(hops == 1 ? "hop" : "hops") whose "
          + "documents are all among \(results) results; raise 'documents' or 'results'.")
    }
  }

  /// What was changed or ignored in the files, and the questions whose answers no document contains.
  func warnings(by rule: AnswerRule) -> [CorpusWarning] {
    guard case .written(let questions, let files) = source else { return [] }
    let missing = AnswerOccurrence(corpus: corpus, rule: rule).missing(from: questions.numbered)
    guard !missing.isEmpty else { return questions.warnings }
    return questions.warnings + [
      CorpusWarning(file: files.place(files.questionsFile), lines: missing, fact: .answerNowhere)
    ]
  }

  private static let attempts = 200

  private func isFindable(_ question: SearchQuestion, _ results: Int) -> Bool {
    zip(question.queries, question.evidence).allSatisfy { query, id in
      corpus.search(query, limit: results).contains(id)
    }
  }
}
