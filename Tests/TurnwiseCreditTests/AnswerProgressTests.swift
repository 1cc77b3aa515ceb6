import Foundation
import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `The likelihood of the answer` {
  private func paid(
    _ likelihoods: [Double?], _ change: (inout AnswerProgress) -> Void = { _ in }
  ) throws -> [Double] {
    var shaper = AnswerProgress()
    change(&shaper)
    var evidence = Evidence()
    let group = try CreditGroup([episode(likelihoods.map { _ in nil } + [1])])
    evidence.answerLikelihood = [likelihoods + [likelihoods.last ?? nil]]
    return try shaper.rewards(group, evidence: evidence, discount: 1).turns[0]
  }

  @Test func `is paid to the turn that raised it`() throws {
    let logs = try paid([-3, -1, -2]) { $0.scale = .log }
    #expect(logs == [2, -1, 0, 0])
    let chances = try paid([log(0.25), log(0.5), log(0.125)]) { $0.alpha = 2 }
    #expect(agree(chances, [0.5, -0.75, 0, 0], within: 1e-12))
  }

  @Test func `is what it was last known to be where it is unknown, and not 0`() throws {
    let gains = try paid([nil, -3, nil, nil, -1]) { $0.scale = .log }
    // The turn before the next known likelihood is paid the whole gain.
    #expect(gains == [0, 0, 0, 2, 0, 0])
    #expect(try paid([nil, nil]) == [0, 0, 0])
  }

  @Test func `is paid in sum what it has risen by`() throws {
    let likelihoods: [Double?] = [-4, -3.5, nil, -2, -2.5, -0.5]
    let total = try paid(likelihoods) { $0.scale = .log }.reduce(0, +)
    #expect(abs(total - 3.5) < 1e-12)
  }

  @Test func `must have the shape of the episodes`() throws {
    var evidence = Evidence()
    evidence.answerLikelihood = [[-1]]
    let group = try CreditGroup([episode([nil, 1])])
    #expect(throws: CreditError.evidenceShape(.answerLikelihood, episode: "E")) {
      try AnswerProgress().rewards(group, evidence: evidence, discount: 1)
    }
  }

  @Test func `is refused where there is no reference action`() throws {
    let estimator = try EstimatorCatalog.standard.estimator("process=answer+turn")
    let setting = CreditSetting(groupSize: 4, turnLimit: 8, hasReference: false)
    #expect(!estimator.notices(in: setting).refusals.isEmpty)
  }
}
