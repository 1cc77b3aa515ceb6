import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `The credit of PRIME` {
  let plain = ShapedEstimator(ImplicitReward(), PRIME { $0.whiten = false })

  @Test func `gives the worked rows of section 6-3`() throws {
    let credit = try plain.credit(fixtureA(), evidence: implicitEvidence())
    #expect(
      agree(
        credit.turns,
        [
          [0.925, 0.794444, 0.863889], [-0.805556, -0.836111], [0.925, 0.861111, 0.730556],
          [-0.872222, -0.802778],
        ]))
    // The difference of a turn to the next one is its process part.
    let dense = credit.turns.map { turns in
      increments(turns, last: turns.count == 3 ? 2.0 / 3 : -2.0 / 3)
    }
    #expect(
      agree(
        dense,
        [
          [0.130556, -0.069444, 0.197222], [0.030556, -0.169444], [0.063889, 0.130556, 0.063889],
          [-0.069444, -0.136111],
        ], within: 1e-6))
  }

  @Test func `gives all tokens of a turn the same credit if turns are paid`() throws {
    let credit = try plain.credit(fixtureA(), evidence: implicitEvidence())
    #expect(credit.episodes[0].tokens?.map(\.count) == [2, 3, 1])
    #expect(Set(credit.episodes[0].tokens?[1] ?? []).count == 1)
  }

  @Test func `sums over tokens if tokens are paid`() throws {
    let pair = try CreditGroup([episode([1], tokens: [2]), episode([0], tokens: [1])])
    let evidence = Evidence(implicitModel: [[[1, 3]], [[-1]]])
    let credit = try ShapedEstimator(
      ImplicitReward { ($0.beta, $0.level) = (1, .token) }, PRIME { $0.whiten = false }
    ).credit(pair, evidence: evidence)
    // The means are 2 and -1, and their mean is 0.5; credit is twice the difference, and ±1 for the outcome.
    #expect(agree(credit.tokens(0), [1 + 1 + 5, 1 + 5], within: 1e-12))
    #expect(agree(credit.tokens(1), [-1 - 3], within: 1e-12))
  }

  @Test func `whitens the sums over the group's tokens`() throws {
    let credit = try ShapedEstimator(ImplicitReward(), PRIME())
      .credit(fixtureA(), evidence: implicitEvidence())
    let raw = try plain.credit(fixtureA(), evidence: implicitEvidence())
    let white = (0..<4).flatMap(credit.tokens)
    #expect(white.count == 19)
    #expect(abs(white.reduce(0, +)) < 1e-12)
    #expect(agree(white.reduce(0) { $0 + $1 * $1 } / 18, 1, within: 1e-6))
    let (one, two) = (credit.tokens(0), raw.tokens(0))
    #expect(
      agree((one[0] - one[2]) / (one[5] - one[2]), (two[0] - two[2]) / (two[5] - two[2])))
  }

  @Test func `compares only outcomes if there are no process rewards`() throws {
    let credit = try PRIME { $0.whiten = false }.credit(fixtureA(), evidence: Evidence())
    #expect(agree(credit.turns, RLOO().credit(try fixtureA(), evidence: Evidence()).turns))
  }

  @Test func `names missing evidence`() throws {
    #expect(throws: CreditError.noTokens(episode: "E")) {
      try PRIME().credit(CreditGroup([episode([1], tokens: [0])]), evidence: Evidence())
    }
    #expect(PRIME().notices(in: .usual).map(\.severity) == [.refusal])
    #expect(PRIME().notices(in: .usual)[0].message.hasSuffix("process=SHAPER+prime"))
    #expect(plain.notices(in: .usual).isEmpty)
    #expect(plain.notices(in: .alone).map(\.severity) == [.refusal])
  }
}
