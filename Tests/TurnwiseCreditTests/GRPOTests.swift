import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `The broadcast of standardised returns` {
  let evidence = Evidence()

  @Test(arguments: [(false, 1, 0.5), (true, 1, 0.866024), (true, 0, 0.999998)])
  func `gives the worked rows of section 3-4`(std: Bool, ddof: Int, win: Double) throws {
    let credit = GRPO { ($0.std, $0.ddof) = (std, ddof) }.credit(try fixtureA(), evidence: evidence)
    #expect(
      agree(credit.turns, [[win, win, win], [-win, -win], [win, win, win], [-win, -win]]))
    #expect(credit.episodes.allSatisfy { $0.tokens == nil && $0.valueTargets == nil })
  }

  @Test func `gives one success among four three times the credit of a failure`() throws {
    let credit = GRPO().credit(try group([[1], [0], [0], [0]]), evidence: evidence)
    #expect(agree(credit.turns, [[1.499997], [-0.499999], [-0.499999], [-0.499999]]))
  }

  @Test(arguments: [(2, 0.0525), (4, 0.07875), (8, 0.091875)])
  func `has N minus 1 over N of the true gradient without std`(size: Int, expected: Double) throws {
    let found: [Double] = try EnumeratedProblem.stopping.expectedGradient(
      of: GRPO { $0.std = false }, groupSize: size)
    #expect(agree(found, [expected], within: 1e-12))
    #expect(
      agree(
        GRPO { $0.std = false }.gradient.factor(groupSize: size) ?? 0, expected / 0.105,
        within: 1e-12)
    )
  }

  @Test(arguments: [(2, 0.148492), (4, 0.297274), (8, 0.38555)])
  func `has the right sign and another scale with std`(size: Int, expected: Double) throws {
    let found: [Double] = try EnumeratedProblem.stopping.expectedGradient(
      of: GRPO(), groupSize: size)
    #expect(agree(found, [expected]))
    #expect(GRPO().gradient.factor(groupSize: size) == nil)
  }

  @Test func `does not depend on a constant added to all returns`() throws {
    for estimator in [GRPO(), GRPO { $0.std = false }] {
      let plain = estimator.credit(try group([[0.3], [-1.2], [4]]), evidence: evidence)
      let shifted = estimator.credit(try group([[100.3], [98.8], [104]]), evidence: evidence)
      #expect(agree(shifted.turns, plain.turns, within: 1e-12))
    }
  }

  @Test func `gives returns that differ by rounding no credit`() throws {
    let credit = GRPO().credit(try group([[0.3], [0.1, 0.2]]), evidence: evidence)
    #expect(credit.turns == [[0], [0, 0]])
    #expect(credit.diagnostics.deadGroups == 1)
  }

  @Test func `gives a group of one zero`() throws {
    let credit = GRPO().credit(try group([[nil, 1]]), evidence: evidence)
    #expect(credit.turns == [[0, 0]])
    #expect(credit.diagnostics.loneTurns == 2)
  }

  @Test func `refuses groups of one, and warns about groups of two`() {
    #expect(GRPO().notices(in: .usual).isEmpty)
    #expect(GRPO().notices(in: .alone).map(\.severity) == [.refusal])
    let pair = CreditSetting(groupSize: 2, turnLimit: 8)
    #expect(GRPO().notices(in: pair).map(\.severity) == [.warning])
    #expect(GRPO { $0.std = false }.notices(in: pair).isEmpty)
  }
}
