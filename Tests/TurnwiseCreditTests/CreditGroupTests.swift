import Foundation
import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `A credit group` {
  /// Returns a recorded episode with `observed` tokens before each turn.
  func recorded(
    _ name: String = "train/0/0/0", observed: Int = 1, reward: Double? = 1,
    ending: Ending = .terminated, scenario: JSONValue = ["word": "lamp"], turns: Int = 2
  ) throws -> Episode {
    var tape = TokenTape()
    var recorded: [Turn] = []
    for turn in 0..<turns {
      tape.append(Array(repeating: 7, count: observed), as: .observation, turn: turn)
      let tokens = [Int32](0...Int32(turn))
      let span = tape.appendSampled(
        tokens, logProbabilities: tokens.map { _ in -1 }, turn: turn)
      recorded.append(
        Turn(
          observation: "a room", action: .nothing, span: span,
          stateKey: try StateKey(of: turn), potential: Double(turn) / 2))
    }
    let fields: JSONValue = [
      "name": .string(name), "environment": "toy-v1", "family": "toy", "scenario": scenario,
      "origin": try JSONValue(encoding: EpisodeOrigin(seed: 1, split: .train, scenario: 0)),
      "environmentStream": "e", "policyStream": "p", "turns": try JSONValue(encoding: recorded),
      "tape": try JSONValue(encoding: tape), "ending": try JSONValue(encoding: ending),
      "judgement": try JSONValue(encoding: Judgement(success: nil, reward: reward)), "retries": 0,
    ]
    return try fields.decode(Episode.self)
  }

  @Test func `reads recorded episodes`() throws {
    let group = try CreditGroup([recorded(), recorded("b", ending: .truncated(.contextFull))])
    #expect(group.episodes.map(\.name) == ["train/0/0/0", "b"])
    #expect(group.episodes.map(\.isTruncated) == [false, true])
    let turns = group.episodes[0].turns
    #expect(turns.map(\.reward) == [nil, 1])
    #expect(turns.map(\.potential) == [0, 0.5])
    #expect(turns.map(\.sampledTokens) == [1, 2])
    #expect(turns.map(\.stateKey) == [try StateKey(of: 0), try StateKey(of: 1)])
  }

  @Test func `counts the environment's own turn limit as an end`() throws {
    let limited = try recorded(ending: .truncated(.turnLimit))
    #expect(limited.ending.isTruncated && !limited.ending.isCutFromOutside)
    let group = try CreditGroup([limited])
    // The critic's value after the end is not used, and need not be given.
    for valueAfter in [0.9, nil] {
      let evidence = Evidence(
        critic: Evidence.Critic(values: [[[0.3], [0.4, 0.5]]], bootstrap: [valueAfter]),
        processModel: Evidence.ProcessModel(values: [[0.3, 0.4]], bootstrap: [valueAfter]))
      let ended = try CreditGroup([recorded()])
      for name in try EstimatorCatalog.standard.complete() {
        let estimator = try EstimatorCatalog.standard.estimator(name)
        guard
          estimator.needs.isSubset(of: [.critic, .processModel, .tokens, .stateKeys, .potential])
        else { continue }
        #expect(
          try estimator.credit(group, evidence: evidence).episodes
            == estimator.credit(ended, evidence: evidence).episodes, "\(name)")
      }
    }
  }

  @Test func `bootstraps an episode that a full context cut short`() throws {
    let cut = try CreditGroup([recorded(reward: 0, ending: .truncated(.contextFull))])
    func credit(valueAfter: Double) throws -> Double {
      let evidence = Evidence(
        critic: Evidence.Critic(values: [[[0.3], [0.4, 0.5]]], bootstrap: [valueAfter]))
      return try TokenGAE { $0.lambda = 1 }.credit(cut, evidence: evidence).episodes[0].tokens?[1][
        1]
        ?? .nan
    }
    #expect(
      try abs(credit(valueAfter: 0.9) - 0.4) < 1e-12 && abs(credit(valueAfter: 0) + 0.5) < 1e-12)
  }

  @Test func `refuses an episode that is given twice`() throws {
    #expect(throws: CreditError.sameEpisode("a")) {
      try CreditGroup([recorded("a"), recorded("b"), recorded("a")])
    }
  }

  @Test(arguments: [1e308, -1e308, 1e16])
  func `refuses rewards that are too large, and names their episode`(reward: Double) throws {
    #expect(throws: CreditError.tooLarge(episode: "b", turn: 1)) {
      try CreditGroup([recorded("a"), recorded("b", reward: reward)])
    }
    // Each reward is small enough, but their sum is not.
    let many = CreditEpisode(
      name: "sum", turns: (0..<4).map { _ in CreditTurn(reward: 0.4e15) })
    #expect(throws: CreditError.tooLarge(episode: "sum", turn: 2)) { try CreditGroup([many]) }
    let most = CreditGroup.largestReturn
    let extremes = try CreditGroup([recorded("a", reward: -most), recorded("b", reward: most)])
    for estimator in [RLOO(), GRPO(), TurnReturnToGo(), GroupedGAE()] as [any CreditEstimator] {
      let credit = try estimator.credit(extremes, evidence: Evidence())
      let isFinite = credit.episodes.flatMap(\.turns).allSatisfy { $0.isFinite }
      #expect(isFinite)
    }
  }

  @Test func `does not contain episodes that were not scored`() throws {
    let failed = try recorded("f", ending: .failed(Failure(.sandbox, code: "x", message: "")))
    let silent = try recorded("s", reward: nil)
    let zero = try recorded("z", reward: 0)
    let selection = EpisodeSelection([failed, silent, zero])
    #expect(selection.creditable == [2] && selection.failed == [0] && selection.unjudged == [1])
    #expect(!silent.isCreditable && zero.isCreditable)
    #expect(throws: CreditError.noReward(episode: "s")) { try CreditGroup([silent]) }
  }

  @Test func `uses the rewards of turns as a score only if no episode is judged`()
    throws
  {
    func paid(_ name: String, judged reward: Double?) throws -> Episode {
      var episode = try recorded(name, reward: reward)
      episode.turns[0].reward = 0.1
      return episode
    }
    let steps = try [paid("a", judged: nil), paid("b", judged: nil)]
    #expect(EpisodeSelection(steps).unjudged.isEmpty)
    let mixed = try [paid("a", judged: nil), paid("b", judged: 1)]
    #expect(EpisodeSelection(mixed).unjudged == [0] && EpisodeSelection(mixed).creditable == [1])
  }

  @Test func `does not depend on observation tokens`() throws {
    #expect(
      try CreditGroup([recorded(observed: 1)]) == CreditGroup([recorded(observed: 500)]))
  }

  @Test func `refuses episodes that say nothing about the agent`() throws {
    let failed = try recorded(
      "f", ending: .failed(Failure(.sandbox, code: "launch", message: "")))
    let empty = try recorded("e", turns: 0)
    #expect(throws: CreditError.notCreditable(episode: "f")) {
      try CreditGroup([recorded(), failed])
    }
    #expect(throws: CreditError.notCreditable(episode: "e")) { try CreditGroup([empty]) }
    let kept = try [recorded(), failed, empty].filter(\.isCreditable)
    #expect(try CreditGroup(kept).episodes.count == 1)
  }

  @Test func `refuses episodes of other scenarios`() throws {
    #expect(throws: CreditError.differentStarts("train/0/0/0", "b")) {
      try CreditGroup([recorded(), recorded("b", scenario: ["word": "door"])])
    }
  }

  @Test func `does not treat an absent reward as zero`() throws {
    #expect(throws: CreditError.noReward(episode: "b")) {
      try CreditGroup([recorded(), recorded("b", reward: nil)])
    }
    #expect(try CreditGroup([recorded(reward: 0)]).episodes[0].totalReward == 0)
  }

  @Test func `refuses rewards that are not finite`() throws {
    #expect(throws: CreditError.notFinite(episode: "E", turn: 1)) {
      try CreditGroup([episode([0, .infinity])])
    }
  }

  @Test func `has diagnostics that can be added up`() throws {
    var sum = CreditDiagnostics()
    #expect(sum.zeroCreditShare == nil)
    for rewards in [[[1.0], [0]], [[1], [1]]] {
      sum += RLOO().credit(try group(rewards), evidence: Evidence()).diagnostics
    }
    #expect(sum.groups == 2)
    #expect(sum.deadGroups == 1)
    #expect(sum.zeroCreditShare == 0.5)
  }
}
