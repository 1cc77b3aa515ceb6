import Testing
import TurnwiseCredit

@Suite struct `The credit of PURE` {
  let evidence = Evidence()

  /// Returns the worked example of section 6.4: the scores of one episode, the sums and lengths of three.
  func worked() throws -> CreditGroup {
    let first = MinimumForm.weighted([0.6, -0.2, 0.4], temperature: 0.1)
    return try CreditGroup([
      episode([nil, nil, 0], tokens: [2, 3, 1]), episode([0], tokens: [4]),
      episode([0], tokens: [6]), episode([0], tokens: [3]),
    ]).adding(ProcessRewards(turns: [first, [-0.3], [0.1], [-0.1]]))
  }

  @Test func `gives the worked row of section 6-4`() throws {
    let credit = try PURE().credit(worked(), evidence: evidence)
    // The first number of the study is a sum of rounded numbers; it should be -0.0597878.
    #expect(agree(credit.turns[0], [-0.059787, -0.106142, 0.024066], within: 1e-6))
    let rewards = increments(credit.turns[0], last: 0)
    #expect(agree(rewards, [0.046355, -0.130208, 0.024066], within: 1e-6))
  }

  @Test func `adds the outcome, leave-one-out`() throws {
    var won = try worked().episodes
    won[0].turns[2].reward = 1
    let plain = try PURE().credit(worked(), evidence: evidence)
    let credit = try PURE().credit(CreditGroup(won), evidence: evidence)
    #expect(agree(credit.turns[0], plain.turns[0].map { $0 + 1 }, within: 1e-12))
    #expect(agree(credit.turns[1], plain.turns[1].map { $0 - 1.0 / 3 }, within: 1e-12))
  }

  @Test func `pays neither for splitting a turn nor for merging two`() throws {
    func first(_ tokens: [Int], _ paid: [Double]) throws -> Double {
      let rewards = tokens.map { _ in 0.0 as Double? }
      let pair = try CreditGroup([
        episode(rewards, tokens: tokens), episode([0], tokens: [5]),
      ]).adding(ProcessRewards(turns: [paid, [0.4]]))
      return try PURE().credit(pair, evidence: evidence).turns[0][0]
    }
    #expect(agree(try first([6], [0.3]), try first([2, 4], [0.1, 0.2]), within: 1e-12))
  }

  @Test func `compares only outcomes if there are no process rewards`() throws {
    let credit = try PURE().credit(fixtureA(), evidence: evidence)
    #expect(agree(credit.turns, RLOO().credit(try fixtureA(), evidence: evidence).turns))
  }

  @Test func `gives a group of one zero`() throws {
    let lone = try CreditGroup([episode([1])]).adding(ProcessRewards(turns: [[0.4]]))
    #expect(try PURE().credit(lone, evidence: evidence).turns == [[0]])
  }

  @Test func `names missing evidence`() throws {
    #expect(throws: CreditError.noTokens(episode: "E")) {
      try PURE().credit(CreditGroup([episode([1], tokens: [0])]), evidence: evidence)
    }
    #expect(PURE().notices(in: .usual).map(\.severity) == [.refusal])
    let fed = ShapedEstimator(MinimumForm(), PURE())
    #expect(fed.notices(in: .usual).isEmpty)
    #expect(fed.notices(in: .alone).map(\.severity) == [.refusal])
    #expect(fed.notices(in: .unforkable).map(\.severity) == [.refusal])
  }
}
