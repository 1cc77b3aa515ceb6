import Foundation
import Testing
import TurnwiseCore
import TurnwiseCredit

/// Returns an episode with a reward for each turn, and two sampled tokens in each turn.
func episode(
  _ rewards: [Double?], potentials: [Double]? = nil, tokens: [Int]? = nil,
  states: [String]? = nil, actions: [String]? = nil, isTruncated: Bool = false,
  finalState: String? = nil, name: String = "E"
) -> CreditEpisode {
  CreditEpisode(
    name: name,
    turns: rewards.indices.map { turn in
      CreditTurn(
        reward: rewards[turn], potential: potentials?[turn], stateKey: key(states?[turn]),
        actionKey: key(actions?[turn]), sampledTokens: tokens?[turn] ?? 2)
    }, isTruncated: isTruncated, finalKey: key(finalState))
}

/// Returns the key of a state or action that is a word.
func key(_ word: String?) -> StateKey? { word.flatMap { try? StateKey(of: $0) } }

func group(_ rewards: [[Double?]]) throws -> CreditGroup {
  try CreditGroup(rewards.map { episode($0) })
}

/// Returns Fixture A: turn 1 does not matter, turn 2 decides, turn 3 is forced; the outcome is paid at the
/// end.
///
/// The potential is the exact value of the state.
func fixtureA() throws -> CreditGroup {
  try CreditGroup([
    episode(
      [nil, nil, 1], potentials: [0.5, 0.5, 1], tokens: [2, 3, 1], states: ["S0", "S1", "S3"],
      actions: ["a", "c", "e"], name: "E1"),
    episode(
      [nil, 0], potentials: [0.5, 0.5], tokens: [2, 2], states: ["S0", "S1"],
      actions: ["a", "d"], name: "E2"),
    episode(
      [nil, nil, 1], potentials: [0.5, 0.5, 1], tokens: [3, 1, 2], states: ["S0", "S2", "S3"],
      actions: ["b", "g", "e"], name: "E3"),
    episode(
      [nil, 0], potentials: [0.5, 0.5], tokens: [1, 2], states: ["S0", "S2"],
      actions: ["b", "h"], name: "E4"),
  ])
}

/// Returns a group of E1 of Fixture A alone.
func firstOfFixtureA(isTruncated: Bool = false) throws -> CreditGroup {
  try CreditGroup([episode([nil, nil, 1], tokens: [2, 3, 1], isTruncated: isTruncated)])
}

/// Returns a critic's values for E1 of Fixture A.
func firstCritic(
  _ values: [[Double]] = [[0.3, 0.4], [0.5, 0.5, 0.6], [0.8]], valueAfter: Double? = nil
) -> Evidence {
  Evidence(critic: .init(values: [values], bootstrap: [valueAfter]))
}

/// Returns the log-ratios of the worked example of section 6.3; those of a turn are on its first token.
func implicitEvidence() throws -> Evidence {
  let sums = [[2.0, -1, 3], [0.5, -2.5], [1, 2, 1], [-1, -2]]
  let ratios = zip(try fixtureA().episodes, sums).map { episode, sums in
    zip(episode.turns, sums).map { turn, sum in
      (0..<turn.sampledTokens).map { $0 == 0 ? sum : 0 }
    }
  }
  return Evidence(implicitModel: ratios)
}

extension CreditSetting {
  static let usual = CreditSetting(groupSize: 8, turnLimit: 8)
  static let alone = CreditSetting(groupSize: 1, turnLimit: 8)
  static let wordless = CreditSetting(groupSize: 8, turnLimit: 8, samplesTokens: false)
  static let unforkable = CreditSetting(groupSize: 8, turnLimit: 8, canFork: false)
}

extension GroupCredit {
  /// The credit of turns, in the shape `[episode][turn]`.
  var turns: [[Double]] { episodes.map(\.turns) }

  /// The credit of all sampled tokens of an episode.
  func tokens(_ episode: Int) -> [Double] { (episodes[episode].tokens ?? []).flatMap(\.self) }
}

/// Whether numbers agree to the last printed digit.
func agree(_ found: Double, _ expected: Double, within tolerance: Double = 5e-7) -> Bool {
  abs(found - expected) <= tolerance
}

/// Whether numbers agree to the last printed digit.
func agree(_ found: [Double], _ expected: [Double], within tolerance: Double = 5e-7) -> Bool {
  found.count == expected.count
    && zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance }
}

func agree(_ found: [[Double]], _ expected: [[Double]], within tolerance: Double = 5e-7) -> Bool {
  found.count == expected.count
    && zip(found, expected).allSatisfy { agree($0, $1, within: tolerance) }
}

/// Returns what each of some numbers adds to the next one.
func increments(_ numbers: [Double], last: Double) -> [Double] {
  zip(numbers, numbers.dropFirst() + [last]).map { $0 - $1 }
}

extension EnumeratedProblem {
  /// Returns the expected gradient by the first option of each situation with several options.
  func expectedGradient(of estimator: some CreditEstimator, groupSize: Int) throws -> [Double] {
    let gradient: [[Double]] = try expectedGradient(of: estimator, groupSize: groupSize)
    return situations.indices.filter { situations[$0].count > 1 }.map { gradient[$0][0] }
  }
}
