import Foundation
import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `Entropy modulation` {
  /// Evidence of turns of one token each.
  func evidence(_ entropies: [[Double]]) -> Evidence {
    let tokens = entropies.map { $0.map { [$0] } }
    return Evidence(
      distributions: .init(logProbabilities: tokens, squares: tokens, entropies: tokens))
  }

  func pair() throws -> CreditGroup {
    try CreditGroup([episode([nil, 1], tokens: [1, 1]), episode([0], tokens: [1])])
  }

  @Test func `multiplies credit by a factor that falls with entropy and is 1 on average`() throws {
    let factors = EntropyModulation.factors([[0, 1], [0.5]], k: 1)
    #expect(agree(factors, [[1.519441, 0.558971], [0.921588]]))
    let credit = try EntropyModulation().credit(pair(), evidence: evidence([[0, 1], [0.5]]))
    #expect(agree(credit.turns, [[1.519441, 0.558971], [-0.921588]]))
  }

  @Test func `changes nothing where entropies are equal, or with k of 0`() throws {
    let plain = RLOO().credit(try pair(), evidence: Evidence()).turns
    #expect(
      try EntropyModulation().credit(pair(), evidence: evidence([[2, 2], [2]])).turns == plain)
    let off = EntropyModulation { $0.k = 0 }
    #expect(try off.credit(pair(), evidence: evidence([[0, 1], [2]])).turns == plain)
  }

  @Test func `leaves turns without tokens alone`() {
    #expect(EntropyModulation.factors([[nil, 0.5], [0.5, nil]], k: 3) == [[1, 1], [1, 1]])
    let factors = EntropyModulation.factors([[nil, 0], [1]], k: 1)
    #expect(factors[0][0] == 1 && agree(factors[0][1] + factors[1][0], 2, within: 1e-12))
  }

  @Test func `builds on other estimators`() throws {
    let plain = TurnReturnToGo().credit(try pair(), evidence: Evidence()).turns
    let credit = try EntropyModulation { $0.each = "turn" }
      .credit(pair(), evidence: evidence([[0, 1], [0.5]])).turns
    let factors = EntropyModulation.factors([[0, 1], [0.5]], k: 1)
    for member in plain.indices {
      #expect(credit[member] == zip(plain[member], factors[member]).map(*))
    }
    #expect(throws: EstimatorNameError.self) {
      try EstimatorCatalog.standard.estimator("entropy:each=token")
    }
  }

  @Test func `says that it is not advised`() {
    #expect(EntropyModulation.summary.contains("not advised"))
    #expect(EntropyModulation().notices(in: .usual).map(\.severity) == [.warning])
    #expect(EntropyModulation().notices(in: .wordless).refusals.count == 2)
  }
}

@Suite struct `Progress advantage` {
  func credit(
    _ own: [[[Double]]], _ reference: [[[Double]]]?, outcome: Double = 0
  ) throws -> [[Double]] {
    var evidence = Evidence(
      distributions: .init(logProbabilities: own, squares: own, entropies: own))
    evidence.referencePolicy = reference
    let group = try CreditGroup([episode([nil, 1], tokens: [2, 1]), episode([0], tokens: [1])])
    return try ProgressAdvantage { ($0.beta, $0.outcome) = (2, outcome) }.credit(
      group, evidence: evidence
    ).turns
  }

  @Test func `sums log-ratios over the tokens of a turn`() throws {
    let found = try credit([[[-1, -2], [-0.5]], [[-3]]], [[[-1.5, -2.25], [-0.25]], [[-3]]])
    #expect(agree(found, [[1.5, -0.5], [0]], within: 1e-12))
    let both = try credit(
      [[[-1, -2], [-0.5]], [[-3]]], [[[-1.5, -2.25], [-0.25]], [[-3]]], outcome: 0.5)
    #expect(agree(both, [[2, 0], [-0.5]], within: 1e-12))
  }

  @Test func `is the advantage of the best policy near a reference, if the policy is that one`()
    throws
  {
    // One turn that pays 1 or 0. The best policy for the return minus its divergence from a fair coin has
    // V = log((e + 1) / 2) and log π(a) = log 0.5 + r(a) − V.
    let value = log((M_E + 1) / 2)
    let rewards = [1.0, 0]
    let group = try CreditGroup(rewards.map { episode([$0], tokens: [1]) })
    let own = rewards.map { [[log(0.5) + $0 - value]] }
    var evidence = Evidence(
      distributions: .init(logProbabilities: own, squares: own, entropies: own))
    evidence.referencePolicy = rewards.map { _ in [[log(0.5)]] }
    let credit = try ProgressAdvantage().credit(group, evidence: evidence).turns
    #expect(agree(credit, [[0.379885], [-0.620115]]))
    // It is not the advantage of the return, which is 0.268941 and −0.731059.
    #expect(agree(credit.map { $0[0] }, rewards.map { $0 - value }, within: 1e-12))
  }

  /// The theorem on a problem of two turns, solved backwards: a first turn that leads to one of two states,
  /// and a second one that pays by state and action.
  @Test(arguments: [0.3, 1, 3])
  func `is the advantage of the regularised problem over two turns, and not that of the return`(
    _ beta: Double
  ) throws {
    let reference = (first: [0.7, 0.3], second: [[0.6, 0.4], [0.2, 0.8]])
    let rewards = [[1.0, 0], [0.25, 0.5]]
    func value(_ reference: [Double], _ worth: [Double]) -> Double {
      beta * log(zip(reference, worth).reduce(0) { $0 + $1.0 * exp($1.1 / beta) })
    }
    func best(_ reference: [Double], _ worth: [Double]) -> [Double] {
      zip(reference, worth).map { $0 * exp(($1 - value(reference, worth)) / beta) }
    }
    let soft = (0..<2).map { value(reference.second[$0], rewards[$0]) }
    let policy = (
      first: best(reference.first, soft),
      second: (0..<2).map { best(reference.second[$0], rewards[$0]) }
    )
    let paths = [(0, 0), (0, 1), (1, 0), (1, 1)]
    let group = try CreditGroup(
      paths.map { episode([nil, rewards[$0.0][$0.1]], tokens: [1, 1]) })
    let own = paths.map { [[log(policy.first[$0.0])], [log(policy.second[$0.0][$0.1])]] }
    var evidence = Evidence(
      distributions: .init(logProbabilities: own, squares: own, entropies: own))
    evidence.referencePolicy = paths.map {
      [[log(reference.first[$0.0])], [log(reference.second[$0.0][$0.1])]]
    }
    let credit = try ProgressAdvantage { $0.beta = beta }.credit(group, evidence: evidence).turns
    let start = value(reference.first, soft)
    let regularised = paths.map { [soft[$0.0] - start, rewards[$0.0][$0.1] - soft[$0.0]] }
    #expect(agree(credit, regularised, within: 1e-12))
    // The advantage of the return under the same policy is another number.
    let means = (0..<2).map { zip(policy.second[$0], rewards[$0]).reduce(0) { $0 + $1.0 * $1.1 } }
    let mean = zip(policy.first, means).reduce(0) { $0 + $1.0 * $1.1 }
    let plain = paths.map { [means[$0.0] - mean, rewards[$0.0][$0.1] - means[$0.0]] }
    #expect(!agree(credit, plain, within: 0.01))
  }

  @Test func `gives no credit at the start of training`() throws {
    let same = [[[-1.0, -2], [-0.5]], [[-3]]]
    #expect(try credit(same, same).joined().allSatisfy { $0 == 0 })
  }

  @Test func `names missing evidence and says that it is not advised`() {
    #expect(throws: CreditError.missing(.referencePolicy)) {
      try credit([[[-1, -2], [-0.5]], [[-3]]], nil)
    }
    #expect(throws: CreditError.evidenceShape(.referencePolicy, episode: "E")) {
      try credit([[[-1, -2], [-0.5]], [[-3]]], [[[-1], [-0.5]], [[-3]]])
    }
    #expect(ProgressAdvantage.summary.contains("not advised"))
    #expect(ProgressAdvantage().notices(in: .usual).map(\.severity) == [.warning])
    #expect(ProgressAdvantage { $0.outcome = 1 }.notices(in: .alone).refusals.count == 1)
  }
}
