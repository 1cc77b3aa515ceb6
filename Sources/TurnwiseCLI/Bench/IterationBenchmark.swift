internal import Turnwise

/// Times updates of a trainer, which collect, credit and learn.
///
/// An update has four scenarios of eight episodes, each with a prompt of sixteen tokens and up to 64 sampled
/// tokens, credited by `grpo`; only the policy is trained. An episode ends early if the end token is sampled,
/// which a random model does once in 512 tokens; only sampled tokens count.
enum IterationBenchmark {
  /// Times one model.
  ///
  /// - Throws: `CancellationError`, and what the trainer throws.
  static func measure(
    _ model: BenchmarkModel, _ plan: BenchmarkPlan, _ bar: ProgressBar
  ) async throws -> BenchmarkResult {
    var trainer = try trainer(of: model, plan)
    let samples = try await plan.time(warmUps: 2, bar, "iteration \(model.rawValue)") {
      let update = try await trainer.step()
      return update?.episodes.reduce(0) { $0 + $1.episode.tape.sampledCount } ?? 0
    }
    return BenchmarkResult(
      work: .iteration, model: model.rawValue,
      batch: trainer.configuration.budget.groups * trainer.configuration.budget.groupSize,
      threads: plan.threads, tokensPerSecond: samples.tokensPerSecond,
      cpuTokensPerSecond: samples.cpuTokensPerSecond,
      millisecondsPerStep: samples.millisecondsPerStep(),
      peakMemoryMB: BenchmarkMachine.peakMemoryMB)
  }

  private static func trainer(
    of model: BenchmarkModel, _ plan: BenchmarkPlan
  ) throws -> Trainer<EvenWords> {
    var configuration = RunConfiguration()
    configuration.credit = GRPO.id
    configuration.budget.updates = 1_000_000
    (configuration.budget.groups, configuration.budget.groupSize) = (4, 8)
    (configuration.optimizer.epochs, configuration.optimizer.minibatches) = (1, 1)
    configuration.optimizer.learningRate = 1e-4
    configuration.loss.klWeight = 0
    configuration.model.actionTokens = 64
    let policy = LanguagePolicy(
      model.transformer,
      format: PlainPrompt(EvenWords.tokenizer(vocabulary: model.configuration.vocabulary)))
    return try Trainer(
      EvenWords(), resuming: TrainerState(policy, configuration), configuration,
      catalog: EstimatorCatalog([GRPO()]), workers: plan.threads)
  }
}

/// A game of one turn, whose reward is the share of even bytes in the action's text.
struct EvenWords: Environment {
  static let id = "even-words-v1"

  struct Scenario: Codable {
    /// Fifteen digits, each of them one token; the sixteenth token of the prompt asks for an action.
    var digits: String
  }

  typealias State = Scenario

  var tools: Toolbox<State> { Toolbox {} }
  var turnLimit: Int { 1 }

  func scenario(in split: Split, using random: inout Randomness) -> Scenario {
    let first = Int.random(in: split == .train ? 0...4 : 5...9, using: &random)
    let others = (1..<15).map { _ in Int.random(in: 0...9, using: &random) }
    return Scenario(digits: ([first] + others).map(String.init).joined())
  }

  func start(_ scenario: Scenario, using random: inout Randomness) -> State { scenario }

  func observe(_ state: State) -> Observation { Observation(Text(state.digits)) }

  func step(_ state: inout State, _ action: Action, using random: inout Randomness) -> Outcome {
    let bytes = action.text.bytes
    let even = bytes.count { $0.isMultiple(of: 2) }
    return Outcome(reward: Double(even) / Double(max(1, bytes.count)), isTerminal: true)
  }

  func judge(_ state: State) -> Judgement { Judgement(success: nil, reward: nil) }

  /// Returns a tokenizer with exactly `vocabulary` tokens: bytes, pairs of letters, and special tokens.
  static func tokenizer(vocabulary: Int) -> BytePairTokenizer {
    let letters = Array(UInt8(ascii: "a")...UInt8(ascii: "z"))
    let pairs = letters.flatMap { first in
      letters.map { [first, $0, UInt8(ascii: " ")] }
    }
    // Each pair is given twice, because a pair that occurs once is not merged.
    return BytePairTokenizer(
      training: pairs + pairs, vocabulary: vocabulary, special: PlainPrompt.special)
  }
}
