import Testing
import TurnwiseCredit

@Suite struct `The broadcast of leave-one-out returns` {
  @Test func `gives Fixture A plus or minus two thirds`() throws {
    let credit = RLOO().credit(try fixtureA(), evidence: Evidence())
    let (win, loss) = (2.0 / 3, -2.0 / 3)
    #expect(
      agree(credit.turns, [[win, win, win], [loss, loss], [win, win, win], [loss, loss]]))
    #expect(credit.episodes.allSatisfy { $0.tokens == nil && $0.valueTargets == nil })
    #expect(credit.episodes[0].credit(turn: 1, token: 2) == credit.turns[0][1])
  }

  @Test func `gives one success among four its whole return`() throws {
    let credit = RLOO().credit(try group([[1], [0], [0], [0]]), evidence: Evidence())
    #expect(agree(credit.turns, [[1], [-0.333333], [-0.333333], [-0.333333]]))
  }

  @Test func `is the mean-centred return times N over N minus 1`() throws {
    let returns = [0.3, -1.2, 4, 0.7, 0.7]
    let mean = returns.reduce(0, +) / 5
    let advantages = LeaveOneOut.advantages(returns)
    #expect(agree(advantages, returns.map { ($0 - mean) * 5 / 4 }, within: 1e-12))
    #expect(agree(LeaveOneOut.advantages(returns.map { $0 + 100 }), advantages, within: 1e-12))
  }

  @Test func `has the same bits in every order of the others`() {
    let returns = [0.1, 1e3 / 3, 0.7, 1e-9, 0.3, 1e5 / 7, 0.2]
    let advantages = LeaveOneOut.advantages(returns)
    for shift in returns.indices {
      let order = returns.indices.map { ($0 * 3 + shift) % returns.count }
      #expect(LeaveOneOut.advantages(order.map { returns[$0] }) == order.map { advantages[$0] })
    }
  }

  @Test(arguments: [2, 4, 8])
  func `has the true gradient as its expectation`(groupSize: Int) throws {
    let found: [Double] = try EnumeratedProblem.stopping.expectedGradient(
      of: RLOO(), groupSize: groupSize)
    #expect(agree(found, [0.105], within: 1e-12))
  }

  @Test func `gives equal returns exactly zero and counts the group as dead`() throws {
    let credit = RLOO().credit(
      try group([[0.3], [0.1, 0.2], [nil, 0.3], [0.1, 0.1, 0.1]]), evidence: Evidence())
    #expect(credit.turns.allSatisfy { $0.allSatisfy { $0 == 0 } })
    #expect(credit.diagnostics.deadGroups == 1)
    #expect(credit.diagnostics.equalReturnGroups == 1)
    #expect(credit.diagnostics.zeroCreditShare == 1)
  }

  @Test func `gives a group of one zero, and refuses to start with one`() throws {
    let credit = RLOO().credit(try group([[nil, 1]]), evidence: Evidence())
    #expect(credit.turns == [[0, 0]])
    #expect(credit.diagnostics.loneTurns == 2)
    #expect(
      RLOO().notices(in: CreditSetting(groupSize: 1, turnLimit: 8)).map(\.severity) == [.refusal])
    #expect(RLOO().notices(in: CreditSetting(groupSize: 2, turnLimit: 8)).isEmpty)
  }
}
