public import TurnwiseCore

/// A search engine: questions whose answers take one to four documents, in a small generated world or in
/// a corpus of your own.
///
/// It teaches looking closely and going on. The first result is often not the page of what was searched,
/// but a page about something named after it. And what a page tells is mostly the name to search next.
///
///     let session = try Session(Search(), scenario: question, origin: origin)
///     await session.play(.call("search", ["query": "gavu employer"]))
///     await session.play(.call("open", ["id": "#2"]))
///
/// Held-out questions are about things that no training question leads to. Their titles may appear at the
/// end of a list of results.
///
/// Documents are ranked by Okapi BM25 (``BM25Index``). **Reward:** 1 if the answer is equivalent to a
/// right one (``AnswerRule``), 0 otherwise. **Potential:** the share of the evidence that was opened.
/// Nothing is random.
///
/// With ``playing(tasksIn:)`` corpus and questions are those of a folder (<doc:SearchCorpus>).
public struct Search: Environment {
  /// The name and version.
  public static let id = "search-v1"

  /// The number of documents in the generated world.
  @Option<Integers<60, 1_000_000>>("Documents in the generated world.")
  public var documents = 900
  /// The largest number of documents named after each thing of the world; the mean is half of it.
  @Option<DistractorCount>("The most documents named after each thing of the world.")
  public var distractors = 2
  /// The number of documents that lead to an answer: one of these, each as likely as it occurs here.
  @Option<HopCounts>("Documents that lead to an answer; a number's share is its likelihood.")
  public var hops = [1, 2, 3, 4]
  /// How often a document uses other words than questions do; marks do not show these.
  @Option<UnitInterval>("How often a document uses other words than questions do.")
  public var synonyms = 0.25
  /// The seed of the generated world.
  @Option("Seed of the generated world.")
  public var worldSeed = 1
  /// The number of results that a search shows by default.
  @Option<Integers<1, 20>>("Results that a search shows by default.")
  public var results = 4
  /// The number of characters of a snippet, which replaces the title of a document without one.
  @Option<Integers<1, 1000>>("Characters of a snippet.")
  public var snippet = 60
  /// Whether a page shows the words of the last search between asterisks.
  @Option("Whether a page marks the words of the last search.")
  public var marks = true
  /// The number of bytes of a page.
  @Option<Integers<20, 100_000>>("Bytes of a page.")
  public var pageLength = 600
  /// How answers are compared.
  @Option("How answers are compared: \(AnswerRule.words).")
  public var answers = AnswerRule.standard
  /// BM25's *k1*: how much a second occurrence of a word adds to the score of a document.
  @Option<NonNegative>("BM25's k1: how much further occurrences of a word count.")
  public var k1 = 1.2
  /// BM25's *b*: how much long documents are penalised, from 0 to 1.
  @Option<UnitInterval>("BM25's b: how much long documents are penalised.")
  public var b = 0.75
  /// The turn after which an unfinished episode is truncated.
  @Option<Integers<1, 1000>>("Turns of an episode.")
  public var turnLimit = 14
  /// The corpus and the questions of a folder; nil if they are generated.
  var files: CorpusFiles?
  private let cache = LibraryCache()

  private enum CodingKeys: String, CodingKey {
    case documents, distractors, hops, synonyms, worldSeed, results, snippet, marks, pageLength,
      answers
    case k1, b, turnLimit, files
  }

  /// Creates the environment with its default parameters.
  public init() {}

  /// The corpus, its index and the questions.
  ///
  /// - Throws: A ``TaskFileError``.
  var library: SearchLibrary {
    get throws {
      let ranking = SearchCorpus.Ranking(k1: k1, b: b)
      let world = World.Plan(
        documents: documents, distractors: distractors, synonyms: synonyms, seed: worldSeed)
      return try cache.library(
        files.map { .folder($0, ranking, answers) } ?? .world(world, ranking))
    }
  }

  /// What to do, in one line.
  public var instructions: String {
    "Answer the question from the documents: search, open what fits, and answer in a few words."
  }

  /// The tools `search`, `open` and `answer`.
  public var tools: Toolbox<State> {
    Toolbox {
      Find(environment: self)
      Open(environment: self)
      Answer()
    }
  }

  /// Draws a question.
  ///
  /// - Throws: A ``TaskFileError`` if the folder has no question of the split, or a `Failure` if the
  ///   world has no question whose documents the results contain.
  public func scenario(
    in split: Split, using random: inout Randomness
  ) throws -> SearchQuestion {
    try library.question(in: split, hops: hops, results: results, using: &random)
  }

  /// The number of documents that the question takes, or the family that its author gave it.
  public func family(of scenario: SearchQuestion) -> String { scenario.family }

  /// Nothing is found yet.
  ///
  /// - Throws: A `Failure` if the question belongs to another corpus.
  public func start(_ scenario: SearchQuestion, using random: inout Randomness) throws -> State {
    guard try scenario.corpus == library.corpus.digest else {
      throw Failure(
        .environment, code: "other-corpus",
        message:
          "The question belongs to another corpus; the run that recorded it contains that one."
      )
    }
    return State(scenario)
  }

  /// The question.
  public func observe(_ state: State) -> Observation {
    Observation(Text(state.question.question))
  }

  /// The right answer.
  public func referenceAction(in state: State) -> Action? {
    state.question.answers.first.map { .call(Answer.name, ["text": .string($0)]) }
  }

  /// Success means that the answer is equivalent to a right one.
  public func judge(_ state: State) -> Judgement {
    let question = state.question
    return Judgement(
      success: state.isRight(by: answers),
      gold: [
        "answers": .array(question.answers.map(JSONValue.string)),
        "evidence": .array(question.evidence.map(JSONValue.string)),
      ])
  }

  /// The share of the evidence that was opened; nil if the evidence is unknown.
  public func potential(_ state: State) -> Double? { state.recall }

  /// What an expert does who knows the question and the turns so far; nil if the evidence is unknown,
  /// cannot be found, or contains what matters only after its first page.
  ///
  /// - Throws: A ``TaskFileError``.
  public func expert(
    _ state: State, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
  ) throws -> Action? {
    try SearchExpert(
      state: state, corpus: library.corpus, rule: answers, results: results, pageLength: pageLength
    )
    .action(noise, using: &random)
  }
}

/// Numbers of documents that are named after each thing of the generated world.
public enum DistractorCount: OptionDomain {
  /// The bounds.
  public static let requirement = "a whole number from 0 to \(World.maxDistractors)"
  /// Whether the number lies within the bounds.
  public static func allows(_ value: Int) -> Bool { 0...World.maxDistractors ~= value }
}

/// Lists of numbers of documents that lead to an answer.
public enum HopCounts: OptionDomain {
  /// The numbers.
  public static let requirement =
    "one or more of \(World.hops.map(String.init).joined(separator: ", "))"
  /// Whether all numbers can be had and there is one.
  public static func allows(_ values: [Int]) -> Bool {
    !values.isEmpty && values.allSatisfy(World.hops.contains)
  }
}
