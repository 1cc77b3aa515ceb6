public import TurnwiseCore

/// A library to search: questions whose answer takes one to four documents, in a little world that is
/// generated, or in a corpus of your own.
///
/// It teaches to look closely and to go on. The first result is often not the page of what was searched
/// but that of something named after it; and what one page tells is mostly the name to search next.
///
///     let session = try Session(Search(), scenario: question, origin: origin)
///     await session.play(.call("search", ["query": "gavu employer"]))
///     await session.play(.call("open", ["id": "#2"]))
///
/// Held-out questions ask of things that no training question leads to; their titles can turn up at the
/// end of a list of results.
///
/// Documents are ranked by Okapi BM25 (``BM25Index``). **Reward:** 1 if the answer says the same as a right
/// one (``AnswerRule``), else 0. **Potential:** the share of the evidence that was opened. Nothing is
/// random.
///
/// With ``playing(tasksIn:)`` corpus and questions are those of a folder (<doc:SearchCorpus>).
public struct Search: Environment {
  /// The name and version.
  public static let id = "search-v1"

  /// How many documents the world has.
  public var documents = 900
  /// How many documents may be named after each thing of the world; the mean is half of that.
  public var distractors = 2
  /// How many documents lead to an answer: one of these numbers, each as likely as it occurs here.
  public var hops = [1, 2, 3, 4]
  /// How often a document says a thing in other words than questions do, which no mark shows.
  public var synonyms = 0.25
  /// The seed of the world.
  public var worldSeed = 1
  /// How many results a search shows that does not say.
  public var results = 4
  /// The characters of a snippet, by which documents without a title are listed.
  public var snippet = 60
  /// Whether a page shows the words of the last search between asterisks.
  public var marks = true
  /// The bytes of a page.
  public var pageLength = 600
  /// When an answer says the same as one that is right.
  public var answers = AnswerRule.standard
  /// How much a second occurrence of a word adds to the score of a document.
  public var k1 = 1.2
  /// How much long documents are held back, from 0 to 1.
  public var b = 0.75
  /// The turn after which an unfinished episode is truncated.
  public var turnLimit = 14
  /// The corpus and the questions that are played instead of generated ones, if there are any.
  var files: CorpusFiles?
  private let shelf = SearchShelf()

  private enum CodingKeys: String, CodingKey {
    case documents, distractors, hops, synonyms, worldSeed, results, snippet, marks, pageLength,
      answers
    case k1, b, turnLimit, files
  }

  /// Creates the environment with its default parameters.
  public init() {}

  /// Reads parameters.
  ///
  /// - Throws: A `DecodingError` where one is missing or out of range.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func number(_ key: CodingKeys, _ range: ClosedRange<Int>) throws -> Int {
      let value = try container.decode(Int.self, forKey: key)
      guard range.contains(value) else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: container,
          debugDescription: "must be from \(range.lowerBound) to \(range.upperBound)")
      }
      return value
    }
    func share(_ key: CodingKeys, upTo most: Double) throws -> Double {
      let value = try container.decode(Double.self, forKey: key)
      guard 0...most ~= value else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: container, debugDescription: "must be a number from 0 to \(Int(most))")
      }
      return value
    }
    documents = try number(.documents, 60...1_000_000)
    distractors = try number(.distractors, 0...World.mostDistractors)
    hops = try container.decode([Int].self, forKey: .hops)
    synonyms = try share(.synonyms, upTo: 1)
    worldSeed = try container.decode(Int.self, forKey: .worldSeed)
    results = try number(.results, Find.limits)
    snippet = try number(.snippet, 1...1000)
    marks = try container.decode(Bool.self, forKey: .marks)
    pageLength = try number(.pageLength, 20...100_000)
    answers = try container.decode(AnswerRule.self, forKey: .answers)
    k1 = try share(.k1, upTo: 100)
    b = try share(.b, upTo: 1)
    turnLimit = try number(.turnLimit, 1...1000)
    files = try container.decodeIfPresent(CorpusFiles.self, forKey: .files)
    guard !hops.isEmpty, hops.allSatisfy({ World.hops.contains($0) }) else {
      throw DecodingError.dataCorruptedError(
        forKey: .hops, in: container, debugDescription: "must be numbers from 1 to 4")
    }
  }

  /// Writes the parameters, and corpus and questions if they are not generated.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(documents, forKey: .documents)
    try container.encode(distractors, forKey: .distractors)
    try container.encode(hops, forKey: .hops)
    try container.encode(synonyms, forKey: .synonyms)
    try container.encode(worldSeed, forKey: .worldSeed)
    try container.encode(results, forKey: .results)
    try container.encode(snippet, forKey: .snippet)
    try container.encode(marks, forKey: .marks)
    try container.encode(pageLength, forKey: .pageLength)
    try container.encode(answers, forKey: .answers)
    try container.encode(k1, forKey: .k1)
    try container.encode(b, forKey: .b)
    try container.encode(turnLimit, forKey: .turnLimit)
    try container.encodeIfPresent(files, forKey: .files)
  }

  /// Corpus, index and questions.
  ///
  /// - Throws: A ``CorpusError``.
  var library: SearchLibrary {
    get throws {
      let ranking = SearchCorpus.Ranking(k1: k1, b: b)
      let world = World.Plan(
        documents: documents, distractors: distractors, synonyms: synonyms, seed: worldSeed)
      return try shelf.library(
        files.map { .folder($0, ranking, answers) } ?? .world(world, ranking))
    }
  }

  /// What to do, in a line.
  public var instructions: String {
    "Answer the question from the documents: search, open what fits, and answer in a few words."
  }

  /// `search`, `open` and `answer`.
  public var tools: Toolbox<State> {
    Toolbox {
      Find(environment: self)
      Open(environment: self)
      Answer()
    }
  }

  /// Draws a question.
  ///
  /// - Throws: A ``CorpusError`` where nobody wrote one of the split, or a `Failure` where the world gives
  ///   none that the results lead to.
  public func scenario(
    in split: Split, using random: inout Randomness
  ) throws -> SearchQuestion {
    try library.question(in: split, hops: hops, results: results, using: &random)
  }

  /// How many hops the question takes, or what its author calls it.
  public func family(of scenario: SearchQuestion) -> String { scenario.family }

  /// Nothing found yet.
  ///
  /// - Throws: A `Failure` where the question is on another corpus.
  public func start(_ scenario: SearchQuestion, using random: inout Randomness) throws -> State {
    guard try scenario.corpus == library.corpus.digest else {
      throw Failure(
        .environment, code: "other-corpus",
        message: "The question is on another corpus than this one; the run that recorded it has it."
      )
    }
    return State(scenario)
  }

  /// The question.
  public func observe(_ state: State) -> Observation {
    Observation(Text(state.question.question))
  }

  /// Success if the answer matches.
  public func judge(_ state: State) -> Judgement {
    let question = state.question
    return Judgement(
      success: state.isRight(by: answers),
      gold: [
        "answers": .array(question.answers.map(JSONValue.string)),
        "evidence": .array(question.evidence.map(JSONValue.string)),
      ])
  }

  /// The share of the evidence that was opened; none where nobody said what it is.
  public func potential(_ state: State) -> Double? { state.recall }

  /// What an expert does who knows the question and what the turns have shown; nil where the evidence is
  /// not known, cannot be found, or tells only behind a first page what matters.
  ///
  /// - Throws: A ``CorpusError``.
  public func expert(
    _ state: State, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
  ) throws -> Action? {
    try SearchExpert(
      state: state, corpus: library.corpus, rule: answers, results: results, pageLength: pageLength
    )
    .action(noise, using: &random)
  }
}
