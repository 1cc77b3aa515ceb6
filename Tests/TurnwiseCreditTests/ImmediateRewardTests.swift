import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `Immediate reward` {
  @Test func `is the reward of the turn`() throws {
    let credit = ImmediateReward().credit(try fixtureA(), evidence: Evidence())
    #expect(credit.turns == [[0, 0, 1], [0, 0], [0, 0, 1], [0, 0]])
  }

  @Test func `gives the true credit of Fixture A if the potential is the exact value`() throws {
    let credit = try ShapedEstimator(PotentialShaping(), ImmediateReward())
      .credit(fixtureA(), evidence: Evidence())
    #expect(credit.turns == [[0, 0.5, 0], [0, -0.5], [0, 0.5, 0], [0, -0.5]])
  }

  @Test func `is TD with the model as critic`() throws {
    let values = [[0.4, 0.55, 0.9], [0.4, 0.55], [0.4, 0.3, 0.9], [0.4, 0.3]]
    let none = [Double?](repeating: nil, count: 4)
    var evidence = Evidence(processModel: .init(values: values, bootstrap: none))
    let tokens = try fixtureA().episodes.enumerated().map { index, episode in
      episode.turns.enumerated().map { turn, value in
        Array(repeating: values[index][turn], count: value.sampledTokens)
      }
    }
    evidence.critic = .init(values: tokens, bootstrap: none)
    let progress = try ShapedEstimator(PotentialShaping { $0.of = .model }, ImmediateReward())
      .credit(fixtureA(), evidence: evidence)
    let step = try TurnGAE { $0.lambda = 0 }.credit(fixtureA(), evidence: evidence)
    #expect(agree(progress.turns, step.turns, within: 1e-12))
  }

  @Test func `adds the comparison of whole episodes by the environment's rewards`() throws {
    let credit = try ShapedEstimator(PotentialShaping(), ImmediateReward { $0.outcome = 2 })
      .credit(fixtureA(), evidence: Evidence())
    #expect(credit.turns == [[1, 1.5, 1], [-1, -1.5], [1, 1.5, 1], [-1, -1.5]])
  }

  @Test func `asks for a process reward`() {
    let notices = ImmediateReward().notices(in: .usual)
    #expect(notices.map(\.severity) == [.refusal])
    #expect(ShapedEstimator(PotentialShaping(), ImmediateReward()).notices(in: .usual).isEmpty)
  }
}
