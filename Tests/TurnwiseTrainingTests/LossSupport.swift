import TurnwiseCore
import TurnwiseModel
import TurnwiseTraining

/// The inputs of worked examples in the literature.
enum Worked {
  /// Sampled tokens of each turn of the episodes E1 to E4.
  static let turns = [[2, 3, 1], [2, 2], [3, 1, 2], [1, 2]]
  /// The places of all 19 tokens.
  static let places = places(turns)
  /// The log-ratios of the tokens of E1.
  static let logRatios = [0.1, -0.05, 0.2, 0, -0.1, 0.15]
  /// Their places.
  static let first = places([turns[0]])

  static func places(_ turns: [[Int]]) -> [TokenPlace] {
    turns.enumerated().flatMap { episode, turns in
      turns.enumerated().flatMap { turn, count in
        (0..<count).map { _ in TokenPlace(episode: episode, turn: turn) }
      }
    }
  }
}

/// Returns whether numbers agree to the last printed digit.
func agree(_ found: [Double], _ printed: [Double], within tolerance: Double = 5e-7) -> Bool {
  found.count == printed.count
    && zip(found, printed).allSatisfy { abs($0 - $1) <= tolerance }
}

/// Episodes of tokens alone, with the log-probabilities that their behaviour policy recorded.
struct TokenEpisodes {
  private let template: Episode

  init() async throws {
    template = try await WarmStart.demonstrations(
      in: Switchboard(), Tiny.configuration { $0.imitation.demonstrations = 1 }, workers: 1)[0]
  }

  /// Returns an episode from the log-probability of each sampled token of each turn; `cuts` are the
  /// turns that start a new segment.
  func episode(_ turns: [[Float]], cuts: Set<Int> = []) -> Episode {
    var episode = template
    episode.tape = TokenTape()
    for (number, turn) in turns.enumerated() {
      if cuts.contains(number) { episode.tape.startSegment() }
      episode.tape.append([7, 8], as: .observation, turn: number)
      _ = episode.tape.appendSampled(
        turn.indices.map { Int32($0 % 5) }, logProbabilities: turn, turn: number)
    }
    return episode
  }

  /// Returns the outputs of a policy for the sequences of a batch: the recorded log-probabilities,
  /// moved.
  func outputs(
    _ batch: TrainingBatch, moved: (_ token: Int) -> Double
  ) -> [SequenceOutputs] {
    var random = Randomness(seed: 1)
    let model = Transformer(
      ModelConfiguration(
        vocabulary: 16, width: 4, layers: 1, heads: 1, feedForward: 4, context: 64),
      using: &random)
    var token = 0
    return zip(model.score(batch.sequences), batch.behavior).map { outputs, behavior in
      var outputs = outputs
      outputs.logProbabilities = behavior.map { logProbability in
        defer { token += 1 }
        return Float(Double(logProbability) + moved(token))
      }
      return outputs
    }
  }
}

/// Pays for actions whose lengths add up to a multiple of the sides of a die; with 0 sides it never
/// pays.
///
/// The reward is random for a policy that has not learnt to count.
struct Lottery: Environment {
  static let id = "lottery-v1"
  var sides = 5

  struct Scenario: Codable { var number: Int, split: Split }
  struct State: Codable { var length = 0, turns = 0 }

  var turnLimit: Int { 3 }
  var tools: Toolbox<State> { Toolbox {} }

  func scenario(in split: Split, using random: inout Randomness) -> Scenario {
    Scenario(number: Int.random(in: 0..<1000, using: &random), split: split)
  }

  func start(_ scenario: Scenario, using random: inout Randomness) -> State { State() }

  func step(_ state: inout State, _ action: Action, using random: inout Randomness) async
    -> Outcome
  {
    state.length += action.text.bytes.count
    state.turns += 1
    return Outcome(isTerminal: state.turns == 3)
  }

  func judge(_ state: State) -> Judgement {
    Judgement(success: sides > 0 && state.length.isMultiple(of: sides))
  }

  func potential(_ state: State) -> Double? { 0 }
}
