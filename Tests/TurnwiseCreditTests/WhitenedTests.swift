import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `Whitened returns of tokens` {
  let evidence = Evidence()

  @Test(arguments: [false, true])
  func `gives the worked row of section 3-4`(baseline: Bool) throws {
    let credit = try Whitened { $0.baseline = baseline }.credit(fixtureA(), evidence: evidence)
    for (member, expected) in [0.743392, -1.274386, 0.743392, -1.274386].enumerated() {
      #expect(credit.tokens(member).allSatisfy { agree($0, expected) })
    }
    #expect(credit.tokens(0).count == 6)
  }

  @Test func `gives one success among four three times the credit of a failure`() throws {
    let lone = try CreditGroup([1, 0, 0, 0].map { episode([$0], tokens: [1]) })
    let credit = try Whitened().credit(lone, evidence: evidence)
    #expect(agree(credit.turns, [[1.5], [-0.5], [-0.5], [-0.5]]))
  }

  @Test func `has mean 0 and variance 1 over the tokens of the group`() throws {
    let uneven = try CreditGroup([
      episode([0.3, nil, 1], tokens: [2, 1, 4]), episode([0.2], tokens: [5]),
      episode([nil, -1], tokens: [1, 1]),
    ])
    let credit = try Whitened { $0.gamma = 0.9 }.credit(uneven, evidence: evidence)
    let tokens = (0..<3).flatMap(credit.tokens)
    #expect(abs(tokens.reduce(0, +)) < 1e-12)
    #expect(agree(tokens.reduce(0) { $0 + $1 * $1 } / Double(tokens.count - 1), 1))
  }

  @Test func `neither resets nor discounts between turns`() throws {
    func credit(_ tokens: [Int]) throws -> [Double] {
      let rewards = tokens.indices.map { $0 + 1 == tokens.count ? 1.0 : nil }
      let pair = try CreditGroup([
        episode(rewards, tokens: tokens), episode([0], tokens: [3]),
      ])
      return try Whitened { $0.gamma = 0.9 }.credit(pair, evidence: evidence).tokens(0)
    }
    #expect(try credit([6]) == credit([2, 3, 1]))
    #expect(try credit([6]) == credit([1, 1, 1, 1, 1, 1]))
  }

  @Test func `does not depend on a constant added to all returns`() throws {
    let plain = try Whitened().credit(group([[0.3], [-1.2], [4]]), evidence: evidence)
    let shifted = try Whitened().credit(group([[100.3], [98.8], [104]]), evidence: evidence)
    #expect(agree(shifted.turns, plain.turns, within: 1e-12))
  }

  @Test func `gives equal returns exactly zero`() throws {
    let credit = try Whitened().credit(group([[0.3], [nil, 0.1 + 0.2]]), evidence: evidence)
    #expect(credit.turns == [[0], [0, 0]])
  }

  @Test func `needs tokens and other episodes`() throws {
    #expect(throws: CreditError.noTokens(episode: "E")) {
      try Whitened().credit(CreditGroup([episode([1], tokens: [0])]), evidence: evidence)
    }
    #expect(Whitened().notices(in: .usual).isEmpty)
    #expect(Whitened().notices(in: .wordless).map(\.severity) == [.refusal])
    #expect(Whitened().notices(in: .alone).map(\.severity) == [.refusal])
  }
}
