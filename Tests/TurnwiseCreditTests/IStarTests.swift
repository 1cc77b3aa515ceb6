import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `iStar` {
  @Test func `gives the worked rows of section 6-3`() throws {
    let credit = try ShapedEstimator(ImplicitReward(), IStar())
      .credit(fixtureA(), evidence: implicitEvidence())
    #expect(
      agree(
        credit.turns,
        [
          [1.787968, 0.161008, 2.330289], [-0.75756, -2.384521], [1.245648, 1.787968, 1.245648],
          [-1.57104, -2.113361],
        ]))
  }

  @Test func `is the standardised broadcast without the process part`() throws {
    let credit = try ShapedEstimator(ImplicitReward(), IStar { $0.alpha = 0 })
      .credit(fixtureA(), evidence: implicitEvidence())
    #expect(credit.turns == GRPO().credit(try fixtureA(), evidence: Evidence()).turns)
  }

  @Test func `does not credit a turn for the process rewards of later turns`() throws {
    var last = try implicitEvidence()
    last.implicitModel?[0][2] = [9]
    let estimator = ShapedEstimator(ImplicitReward(), IStar())
    let before = try estimator.credit(fixtureA(), evidence: implicitEvidence()).turns
    let after = try estimator.credit(fixtureA(), evidence: last).turns
    // Both change only by mean and deviation, so their order stays.
    #expect((before[0][0] > before[2][0]) == (after[0][0] > after[2][0]))
    #expect(after[2][0] == after[2][2])
  }

  @Test func `names missing evidence, and warns about alpha 0`() {
    #expect(IStar().notices(in: .usual).map(\.severity) == [.refusal])
    let fed = ShapedEstimator(ImplicitReward(), IStar())
    #expect(fed.notices(in: .usual).isEmpty)
    #expect(fed.notices(in: .alone).map(\.severity) == [.refusal])
    let empty = ShapedEstimator(ImplicitReward(), IStar { $0.alpha = 0 }).notices(in: .usual)
    #expect(empty.map(\.severity) == [.warning])
  }
}
