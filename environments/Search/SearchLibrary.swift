internal import Synchronization
internal import TurnwiseCore

/// A corpus and the questions on it.
final class SearchLibrary: Sendable {
  /// What a library is made from.
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

  /// Makes a library: generates it, or reads it.
  ///
  /// - Throws: A ``CorpusError``.
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
  ///   - hops: How many documents lead to an answer, where questions are generated: one of these.
  ///   - results: How many results a search shows; a generated question can be answered with as many.
  ///   - random: The source of chance.
  /// - Returns: The question.
  /// - Throws: A ``CorpusError`` where nobody wrote one of the split, or a `Failure` where the world gives
  ///   none that can be answered.
  func question(
    in split: Split, hops: [Int], results: Int, using random: inout Randomness
  ) throws -> SearchQuestion {
    switch source {
    case .written(let questions, let files):
      guard let question = questions.bySplit[split]?.randomElement(using: &random) else {
        throw CorpusError(files.place(files.questionsFile), .none(of: split))
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
        message: "The world gave no question of \(hops) \(hops == 1 ? "hop" : "hops") whose "
          + "documents all come up among \(results) results; raise 'documents' or 'results'.")
    }
  }

  /// What was taken otherwise than it was written, and questions whose answer no document holds.
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

/// Where an environment keeps its library: made when it is first asked for, and kept by all copies.
final class SearchShelf: Sendable {
  private let kept = Mutex<(plan: SearchLibrary.Plan, library: SearchLibrary)?>(nil)

  /// The library of a plan.
  ///
  /// - Throws: A ``CorpusError``.
  func library(_ plan: SearchLibrary.Plan) throws -> SearchLibrary {
    try kept.withLock { kept in
      if let kept, kept.plan == plan { return kept.library }
      let library = try SearchLibrary(plan)
      kept = (plan, library)
      return library
    }
  }
}
