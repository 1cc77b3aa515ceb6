import Foundation
import Testing
import TurnwiseCore
import TurnwiseCredit

/// Makes an episode from what each turn paid, with two sampled tokens a turn.
func episode(
  _ rewards: [Double?], potentials: [Double]? = nil, tokens: [Int]? = nil,
  isTruncated: Bool = false,
  name: String = "E"
) -> CreditEpisode {
  CreditEpisode(
    name: name,
    turns: rewards.indices.map { turn in
      CreditTurn(
        reward: rewards[turn], potential: potentials?[turn], sampledTokens: tokens?[turn] ?? 2)
    }, isTruncated: isTruncated)
}

func group(_ rewards: [[Double?]]) throws -> CreditGroup {
  try CreditGroup(rewards.map { episode($0) })
}

/// Fixture A: turn 1 is irrelevant, turn 2 decides, turn 3 is forced; the outcome is paid at the end.
func fixtureA() throws -> CreditGroup {
  try CreditGroup([
    episode([nil, nil, 1], potentials: [0.5, 0.5, 1], tokens: [2, 3, 1], name: "E1"),
    episode([nil, 0], potentials: [0.5, 0.5], tokens: [2, 2], name: "E2"),
    episode([nil, nil, 1], potentials: [0.5, 0.5, 1], tokens: [3, 1, 2], name: "E3"),
    episode([nil, 0], potentials: [0.5, 0.5], tokens: [1, 2], name: "E4"),
  ])
}

extension GroupCredit {
  /// The credit of turns, in the shape `[episode][turn]`.
  var turns: [[Double]] { episodes.map(\.turns) }
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

/// A problem so small that all groups can be listed.
struct TinyProblem {
  struct Branch {
    var probability: Double
    var rewards: [Double]
    var potentials: [Double]
    /// For each turn the parameter that decided it, and the derivative of its log-probability.
    var scores: [(parameter: Int, value: Double)]
  }

  var branches: [Branch]
  var parameters: Int

  /// The expected policy gradient of an estimator over all groups of a size: no sampling noise.
  func expectedGradient(
    of estimator: some CreditEstimator, groupSize: Int, evidence: Evidence = Evidence()
  ) throws -> [Double] {
    var gradient = Array(repeating: 0.0, count: parameters)
    var choice = Array(repeating: 0, count: groupSize)
    while true {
      let members = choice.map { branches[$0] }
      let probability = members.reduce(1) { $0 * $1.probability }
      let group = try CreditGroup(members.map { episode($0.rewards, potentials: $0.potentials) })
      let credit = try estimator.credit(group, evidence: evidence)
      for (member, episode) in zip(members, credit.episodes) {
        for (score, credit) in zip(member.scores, episode.turns) {
          gradient[score.parameter] += probability * credit * score.value / Double(groupSize)
        }
      }
      guard let digit = choice.lastIndex(where: { $0 + 1 < branches.count }) else { break }
      choice[digit] += 1
      for later in choice.indices where later > digit { choice[later] = 0 }
    }
    return gradient
  }

  /// STOP pays .5; CONTINUE (p = .3) pays .5 twice; the true gradient is .105.
  static let stopping = TinyProblem(
    branches: [
      Branch(probability: 0.7, rewards: [0.5], potentials: [0.9], scores: [(0, -0.3)]),
      Branch(
        probability: 0.3, rewards: [0.5, 0.5], potentials: [0.9, -0.4], scores: [(0, 0.7), (0, 0)]),
    ], parameters: 1)

  /// STOP pays .5; CONTINUE (p = .3) pays .1, then X (p = .6) pays 1 or Y pays .2.
  static let survivor = TinyProblem(
    branches: [
      Branch(probability: 0.7, rewards: [0.5], potentials: [0.9], scores: [(0, -0.3)]),
      Branch(
        probability: 0.18, rewards: [0.1, 1], potentials: [0.9, -0.4], scores: [(0, 0.7), (1, 0.4)]),
      Branch(
        probability: 0.12, rewards: [0.1, 0.2], potentials: [0.9, -0.4],
        scores: [(0, 0.7), (1, -0.6)]),
    ], parameters: 2)
}
