import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `Fork Monte-Carlo` {
  /// Returns continuations from the state before each turn of Fixture A, given returns by state.
  func forks(_ returns: [String: [Double]]) throws -> Evidence {
    var evidence = Evidence()
    for (index, episode) in try fixtureA().episodes.enumerated() {
      for (turn, value) in episode.turns.enumerated() {
        let state = returns.first { key($0.key) == value.stateKey }
        evidence.forks[ForkPoint(episode: index, turn: turn)] =
          state?.value.map { ForkOutcome(return: $0) } ?? []
      }
    }
    return evidence
  }

  @Test func `gives Fixture A its true credit with exact values`() throws {
    let exact = try forks(["S0": [1, 0], "S1": [1, 0], "S2": [0, 1], "S3": [1, 1]])
    let credit = try ForkMonteCarlo().credit(fixtureA(), evidence: exact)
    #expect(credit.turns == [[0, 0.5, 0], [0, -0.5], [0, 0.5, 0], [0, -0.5]])
  }

  @Test func `shows the noise of four continuations, section 5-4`() throws {
    let noisy = try forks([
      "S0": [1, 0, 1, 0], "S1": [1, 1, 0, 1], "S2": [0, 0, 0, 1], "S3": [1, 1, 1, 1],
    ])
    let credit = try ForkMonteCarlo().credit(fixtureA(), evidence: noisy)
    #expect(credit.turns[0] == [0.25, 0.25, 0])
    #expect(credit.turns[3] == [-0.25, -0.25])
  }

  @Test func `discounts continuations as it discounts turns`() throws {
    let outcome = ForkOutcome(turns: episode([nil, 1]).turns)
    #expect(outcome.returnToGo(gamma: 0.9) == 0.9)
    let group = try CreditGroup([episode([nil, 1])])
    let evidence = Evidence(forks: [
      ForkPoint(episode: 0, turn: 0): [outcome],
      ForkPoint(episode: 0, turn: 1): [ForkOutcome(return: 0.5)],
    ])
    let credit = try ForkMonteCarlo { $0.gamma = 0.9 }.credit(group, evidence: evidence)
    #expect(agree(credit.turns, [[0.9 * 0.5 - 0.9, 1 - 0.5]], within: 1e-12))
  }

  @Test func `asks for K continuations before each turn`() throws {
    let requests = ForkMonteCarlo { $0.k = 9 }.requests(try fixtureA(), evidence: Evidence())
    #expect(requests.count == 10)
    #expect(requests.allSatisfy { $0.count == 9 && $0.point.token == 0 })
  }

  @Test func `forks inside turns every few tokens`() throws {
    let estimator = ForkMonteCarlo { ($0.at, $0.stride) = (.token, 2) }
    let points = estimator.requests(try firstOfFixtureA(), evidence: Evidence()).map(\.point)
    #expect(
      points
        == [(0, 0), (1, 0), (1, 2), (2, 0)].map {
          ForkPoint(episode: 0, turn: $0.0, token: $0.1)
        })
    let values = Dictionary(
      uniqueKeysWithValues: zip(points, [0.5, 0.25, 0.75, 1].map { [ForkOutcome(return: $0)] }))
    let credit = try estimator.credit(firstOfFixtureA(), evidence: Evidence(forks: values))
    #expect(
      credit.episodes[0].tokens == [[-0.25, -0.25], [0.5, 0.5, 0.25], [0]])
  }

  @Test func `plays more continuations where the first two disagree`() throws {
    let estimator = ForkMonteCarlo { ($0.k, $0.adaptive) = (8, .disagreement) }
    let first = estimator.requests(try fixtureA(), evidence: Evidence())
    #expect(first.map(\.count) == Array(repeating: 2, count: 10))
    let open = try forks(["S0": [1, 0], "S1": [1, 1], "S2": [0, 0], "S3": [1, 1]])
    let second = estimator.requests(try fixtureA(), evidence: open)
    #expect(second.map(\.count) == [8, 2, 2, 8, 2, 8, 2, 2, 8, 2])
  }

  @Test func `forks where the policy was least certain, and shares gains between forks`() throws {
    let estimator = ForkMonteCarlo { ($0.adaptive, $0.share) = (.entropy, 0.5) }
    let entropies = [[[0.9, 0.9], [0.1, 0.2, 0.3], [0.5]]]
    var evidence = Evidence(
      distributions: .init(logProbabilities: entropies, squares: entropies, entropies: entropies))
    let points = estimator.requests(try firstOfFixtureA(), evidence: evidence).map(\.point)
    #expect(points == [ForkPoint(episode: 0, turn: 0), ForkPoint(episode: 0, turn: 2)])
    evidence.forks = [
      points[0]: [ForkOutcome(return: 0.5)], points[1]: [ForkOutcome(return: 0.75)],
    ]
    let credit = try estimator.credit(firstOfFixtureA(), evidence: evidence)
    #expect(credit.turns == [[0.25, 0.25, 0.25]])
  }

  @Test func `names missing evidence`() throws {
    #expect(throws: CreditError.noForks(episode: "E1", turn: 0)) {
      try ForkMonteCarlo().credit(fixtureA(), evidence: Evidence())
    }
    let half = try forks(["S0": [1], "S1": [1], "S2": [1]])
    #expect(throws: CreditError.noForks(episode: "E1", turn: 2)) {
      try ForkMonteCarlo().credit(fixtureA(), evidence: half)
    }
    #expect(ForkMonteCarlo().notices(in: .alone).isEmpty)
    #expect(ForkMonteCarlo().notices(in: .unforkable).map(\.severity) == [.refusal])
    #expect(ForkMonteCarlo { $0.at = .token }.notices(in: .wordless).map(\.severity) == [.refusal])
    #expect(
      ForkMonteCarlo { ($0.k, $0.adaptive) = (2, .disagreement) }.notices(in: .usual).count == 1)
  }
}
