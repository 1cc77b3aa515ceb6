import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `A rollout tree` {
  @Test func `gives the worked row of section 4-6, and no credit to the forced turn`() throws {
    let credit = try RolloutTree { $0.k = 0 }.credit(fixtureA(), evidence: Evidence())
    #expect(
      agree(credit.turns, [[0, 0.5, 0], [0, -0.5], [0, 0.5, 0], [0, -0.5]], within: 1e-12))
    #expect(credit.diagnostics.loneTurns == 2)
  }

  /// Returns an episode that took a and won, and one that took b and lost.
  func parted() throws -> CreditGroup {
    try CreditGroup([
      episode([nil, 1], states: ["S", "T"], actions: ["a", "c"]),
      episode([0], states: ["S"], actions: ["b"]),
    ])
  }

  func fork(_ reward: Double, _ state: String, _ action: String) -> ForkOutcome {
    ForkOutcome(turns: episode([reward], states: [state], actions: [action]).turns)
  }

  @Test func `counts continuations from a node as draws`() throws {
    let forks = Evidence(forks: [
      ForkPoint(episode: 0, turn: 0): [fork(0, "S", "b"), fork(0, "S", "b")],
      ForkPoint(episode: 0, turn: 1): [],
    ])
    let credit = try RolloutTree().credit(parted(), evidence: forks)
    // a was drawn once, b three times.
    #expect(agree(credit.turns, [[0.75, 0], [-0.25]], within: 1e-12))
  }

  @Test func `does not give a branch more weight because it was forked further down`() throws {
    let forks = Evidence(forks: [
      ForkPoint(episode: 0, turn: 0): [],
      ForkPoint(episode: 0, turn: 1): [fork(0, "T", "d"), fork(0, "T", "d")],
    ])
    let credit = try RolloutTree().credit(parted(), evidence: forks)
    // The value of T is now 1/3. That of S is the mean of T and 0, however often T was forked.
    #expect(agree(credit.turns, [[1.0 / 6, 2.0 / 3], [-1.0 / 6]], within: 1e-12))
  }

  @Test func `uses as many continuations as it asked for`() throws {
    let forks = Evidence(forks: [
      ForkPoint(episode: 0, turn: 0): [fork(0, "S", "b"), fork(1, "S", "z")],
      ForkPoint(episode: 0, turn: 1): [],
    ])
    let credit = try RolloutTree { $0.k = 1 }.credit(parted(), evidence: forks)
    #expect(agree(credit.turns[1], [-1.0 / 3], within: 1e-12))
  }

  @Test func `asks for forks of its first episodes`() throws {
    let requests = RolloutTree { ($0.k, $0.trunks) = (3, 2) }.requests(
      try fixtureA(), evidence: Evidence())
    #expect(
      requests.map(\.point) == [
        ForkPoint(episode: 0, turn: 0), ForkPoint(episode: 0, turn: 1),
        ForkPoint(episode: 0, turn: 2), ForkPoint(episode: 1, turn: 0),
        ForkPoint(episode: 1, turn: 1),
      ])
    #expect(requests.allSatisfy { $0.count == 3 })
    #expect(RolloutTree { $0.k = 0 }.requests(try fixtureA(), evidence: Evidence()).isEmpty)
  }

  @Test func `names missing evidence`() throws {
    #expect(throws: CreditError.noForks(episode: "E1", turn: 0)) {
      try RolloutTree().credit(fixtureA(), evidence: Evidence())
    }
    #expect(throws: CreditError.noStateKey(episode: "E", turn: 0)) {
      try RolloutTree { $0.k = 0 }.credit(group([[1], [0]]), evidence: Evidence())
    }
    #expect(RolloutTree().notices(in: .usual).isEmpty)
    #expect(RolloutTree().notices(in: .alone).map(\.severity) == [.refusal])
    #expect(RolloutTree().notices(in: .unforkable).map(\.severity) == [.refusal])
    #expect(RolloutTree { $0.k = 0 }.notices(in: .unforkable).isEmpty)
  }
}
