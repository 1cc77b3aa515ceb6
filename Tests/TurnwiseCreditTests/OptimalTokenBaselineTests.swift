import Foundation
import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `The optimal token baseline` {
  /// Returns distributions in which each token has probability 1/2, so that w = Σπ².
  func evidence(_ squares: [[[Double]]]) -> Evidence {
    let halves = squares.map { $0.map { $0.map { _ in log(0.5) } } }
    return Evidence(
      distributions: .init(logProbabilities: halves, squares: squares, entropies: halves))
  }

  @Test func `gives the worked row of section 5-5`() throws {
    let pair = try group([[1], [0]])
    let credit = try OptimalTokenBaseline().credit(
      pair, evidence: evidence([[[0.2, 0.3]], [[0.4, 0.1]]]))
    #expect(agree(credit.tokens(0), [0.666667, 0.5]))
    #expect(agree(credit.tokens(1), [-0.333333, -0.5]))
  }

  @Test func `counts sampled tokens across turns`() throws {
    let pair = try CreditGroup([
      episode([nil, 1], tokens: [1, 1]), episode([0], tokens: [2]),
    ])
    let credit = try OptimalTokenBaseline().credit(
      pair, evidence: evidence([[[0.2], [0.3]], [[0.4, 0.1]]]))
    #expect(agree(credit.tokens(0), [0.666667, 0.5]))
  }

  @Test func `has no baseline where only one episode is long enough`() throws {
    let pair = try CreditGroup([episode([1], tokens: [2]), episode([0], tokens: [1])])
    let credit = try OptimalTokenBaseline().credit(
      pair, evidence: evidence([[[0.2, 0.3]], [[0.4]]]))
    #expect(agree(credit.tokens(0), [0.666667, 1]))
  }

  @Test func `weights all episodes equally if every token was certain`() throws {
    let sure = [[[0.0]], [[0.0]], [[0.0]]]
    let ones = [[[1.0]], [[1.0]], [[1.0]]]
    let three = try CreditGroup([3, 0, 0].map { episode([$0], tokens: [1]) })
    let credit = try OptimalTokenBaseline().credit(
      three,
      evidence: Evidence(
        distributions: .init(logProbabilities: sure, squares: ones, entropies: sure)))
    #expect(agree(credit.turns, [[2], [-1], [-1]], within: 1e-12))
  }

  @Test func `discounts per token`() throws {
    let pair = try group([[1], [0]])
    let credit = try OptimalTokenBaseline { $0.gamma = 0.5 }.credit(
      pair, evidence: evidence([[[0.2, 0.3]], [[0.4, 0.1]]]))
    #expect(agree(credit.tokens(0), [0.333333, 0.5]))
  }

  @Test func `does not depend on a constant added to all returns`() throws {
    let weights = evidence([[[0.2, 0.3]], [[0.4, 0.1]]])
    let plain = try OptimalTokenBaseline().credit(group([[1], [0]]), evidence: weights)
    let shifted = try OptimalTokenBaseline().credit(group([[101], [100]]), evidence: weights)
    #expect(agree(shifted.tokens(0), plain.tokens(0), within: 1e-12))
  }

  @Test func `names missing or malformed evidence`() throws {
    #expect(throws: CreditError.missing(.distributions)) {
      try OptimalTokenBaseline().credit(group([[1], [0]]), evidence: Evidence())
    }
    #expect(throws: CreditError.evidenceShape(.distributions, episode: "E")) {
      try OptimalTokenBaseline().credit(group([[1], [0]]), evidence: evidence([[[0.2]], [[0.4]]]))
    }
    #expect(throws: CreditError.noTokens(episode: "E")) {
      try OptimalTokenBaseline()
        .credit(CreditGroup([episode([1], tokens: [0])]), evidence: evidence([[[]]]))
    }
    #expect(OptimalTokenBaseline().notices(in: .usual).isEmpty)
    #expect(OptimalTokenBaseline().notices(in: .alone).map(\.severity) == [.refusal])
    #expect(
      OptimalTokenBaseline().notices(in: .wordless).map(\.severity) == [.refusal, .refusal])
  }
}
