import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `Turn return-to-go` {
  let evidence = Evidence()

  @Test func `gives the forced turn of Fixture A no credit`() throws {
    let credit = TurnReturnToGo().credit(try fixtureA(), evidence: evidence)
    let (win, loss) = (2.0 / 3, -2.0 / 3)
    #expect(agree(credit.turns, [[win, win, 0], [loss, loss], [win, win, 0], [loss, loss]]))
    #expect(credit.diagnostics.zeroTurns == 2)
    #expect(credit.diagnostics.turns == 10)
    #expect(credit.diagnostics.deadGroups == 0)
  }

  @Test func `compares running episodes in the worked group of section 4-3`() throws {
    let credit = TurnReturnToGo().credit(
      try group([[0.5], [0.5, 0.5], [0.5], [0.5, 0.5]]), evidence: evidence)
    let step = 0.25 * 4 / 3
    #expect(agree(credit.turns, [[-step], [step, 0], [-step], [step, 0]], within: 1e-12))
  }

  @Test(arguments: [2, 4, 8])
  func `does not bias stopping`(groupSize: Int) throws {
    let found: [Double] = try EnumeratedProblem.stopping.expectedGradient(
      of: TurnReturnToGo(), groupSize: groupSize)
    #expect(agree(found, [0.105], within: 1e-12))
  }

  @Test(arguments: [2, 4, 6])
  func `does not shrink the gradient of lone survivors`(groupSize: Int) throws {
    let found: [Double] = try EnumeratedProblem.survivor.expectedGradient(
      of: TurnReturnToGo(), groupSize: groupSize)
    #expect(agree(found, [0.0588, 0.0576], within: 1e-12))
  }

  @Test(arguments: [2, 3])
  func `is unbiased for the discounted return, lone survivors included`(groupSize: Int) throws {
    let found: [Double] = try EnumeratedProblem.survivor.expectedGradient(
      of: TurnReturnToGo { $0.gamma = 0.5 }, groupSize: groupSize)
    let first = 0.21 * (0.1 + 0.5 * (0.6 * 1 + 0.4 * 0.2) - 0.5)
    #expect(agree(found, [first, 0.0576], within: 1e-12))
  }

  @Test func `compares a lone survivor with all others`() throws {
    let group = try group([[0.1, 0.2, 1], [0.5], [0.25]])
    let credit = TurnReturnToGo().credit(group, evidence: evidence)
    let broadcast = RLOO().credit(group, evidence: evidence)
    #expect(credit.turns[0][1] == broadcast.turns[0][1])
    #expect(credit.turns[0][2] == broadcast.turns[0][2])
    #expect(credit.diagnostics.loneTurns == 2)
  }

  @Test func `discounts later rewards of a lone survivor, not earlier ones`() throws {
    let credit = TurnReturnToGo { $0.gamma = 0.5 }.credit(
      try group([[0.1, 0.2, 1], [0.5], [0.25]]), evidence: evidence)
    #expect(
      agree(Array(credit.turns[0][1...]), [0.1 + 0.7 - 0.375, 0.3 + 1 - 0.375], within: 1e-12))
  }

  @Test func `discounts per turn`() throws {
    let credit = TurnReturnToGo { $0.gamma = 0.5 }.credit(
      try group([[nil, nil, 1], [nil, nil, 0]]), evidence: evidence)
    #expect(agree(credit.turns, [[0.25, 0.5, 1], [-0.25, -0.5, -1]], within: 1e-12))
  }

  @Test func `adds nothing after a truncated episode`() throws {
    let cut = try CreditGroup([episode([nil, 0.2], isTruncated: true), episode([1])])
    let ended = try CreditGroup([episode([nil, 0.2]), episode([1])])
    let critic = Evidence(critic: .init(values: [], bootstrap: [9, 9]))
    let credit = TurnReturnToGo().credit(cut, evidence: critic)
    #expect(credit.turns == TurnReturnToGo().credit(ended, evidence: evidence).turns)
    #expect(credit.diagnostics.truncatedEpisodes == 1)
  }

  @Test func `gives a group of one zero`() throws {
    let credit = TurnReturnToGo().credit(try group([[0.3, 1]]), evidence: evidence)
    #expect(credit.turns == [[0, 0]])
  }

  @Test func `credits turns of equal returns that were paid at other times`() throws {
    let credit = TurnReturnToGo().credit(try group([[1, 0], [0, 1]]), evidence: evidence)
    #expect(credit.turns == [[0, -1], [0, 1]])
    #expect(credit.diagnostics.equalReturnGroups == 1)
    #expect(credit.diagnostics.deadGroups == 0)
  }

  @Test func `warns about options that hide the outcome or equal the broadcast`() {
    let setting = CreditSetting(groupSize: 8, turnLimit: 1)
    #expect(TurnReturnToGo().notices(in: setting).map(\.severity) == [.warning])
    #expect(TurnReturnToGo { $0.gamma = 0 }.notices(in: setting).count == 2)
  }

  @Test func `refuses a discount above 1`() async {
    await #expect(processExitsWith: .failure) { _ = TurnReturnToGo { $0.gamma = 1.5 } }
  }
}
