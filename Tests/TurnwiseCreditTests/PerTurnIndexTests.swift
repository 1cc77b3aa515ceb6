import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `Rewards normalised per turn number` {
  let evidence = Evidence()
  static let outcomes = [[0.866024], [-0.866024], [0.866024], [-0.866024]]

  /// Returns the setting of section 4.3 with two turns: the reward of the first turn, then the outcome.
  func paidTurns() throws -> CreditGroup { try group([[1, 1], [0, 0], [1, 1], [1, 0]]) }

  @Test(arguments: [
    (false, [1.366023, -2.366021, 1.366023, -0.366025]),
    (true, [0.783349, -1.305581, 0.783349, -0.261116]),
  ])
  func `gives the worked rows of section 4-3`(cumulative: Bool, first: [Double]) throws {
    let credit = PerTurnIndex { ($0.std, $0.cumulative) = (true, cumulative) }
      .credit(try paidTurns(), evidence: evidence)
    #expect(agree(credit.turns.map { $0[0] }, first))
    #expect(agree(credit.turns.map { [$0[1]] }, Self.outcomes))
  }

  @Test(arguments: [2, 4, 8])
  func `has no gradient if each turn is paid the same`(groupSize: Int) throws {
    let found: [Double] = try EnumeratedProblem.stopping.expectedGradient(
      of: PerTurnIndex(), groupSize: groupSize)
    #expect(agree(found, [0], within: 1e-12))
  }

  @Test func `gives Fixture A no credit, as failed episodes end before the reward`() throws {
    let credit = PerTurnIndex().credit(try fixtureA(), evidence: evidence)
    #expect(credit.turns == [[0, 0, 0], [0, 0], [0, 0, 0], [0, 0]])
    #expect(credit.diagnostics.deadGroups == 1)
    #expect(credit.diagnostics.equalReturnGroups == 0)
  }

  @Test func `discounts the credit of later turns`() throws {
    let credit = PerTurnIndex { $0.gamma = 0.5 }.credit(
      try group([[nil, nil, 1], [nil, nil, 0]]), evidence: evidence)
    #expect(agree(credit.turns, [[0.125, 0.25, 0.5], [-0.125, -0.25, -0.5]], within: 1e-12))
  }

  @Test func `compares a lone survivor with itself`() throws {
    let credit = PerTurnIndex().credit(try group([[nil, 1], [0]]), evidence: evidence)
    #expect(credit.turns == [[0, 0], [0]])
    #expect(credit.diagnostics.loneTurns == 1)
  }

  @Test func `always warns about its bias`() {
    let notices = PerTurnIndex().notices(in: .usual)
    #expect(notices.map(\.severity) == [.warning])
    #expect(notices[0].message.contains("'turn' is not"))
    #expect(PerTurnIndex().notices(in: .alone).map(\.severity) == [.refusal, .warning])
  }
}
