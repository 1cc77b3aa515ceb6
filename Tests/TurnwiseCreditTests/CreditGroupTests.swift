import Foundation
import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `A credit group` {
  /// Records an episode of two turns; `observed` tokens stand before each.
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
    let group = try CreditGroup([recorded(), recorded("b", ending: .truncated(.turnLimit))])
    #expect(group.episodes.map(\.name) == ["train/0/0/0", "b"])
    #expect(group.episodes.map(\.isTruncated) == [false, true])
    let turns = group.episodes[0].turns
    #expect(turns.map(\.reward) == [nil, 1])
    #expect(turns.map(\.potential) == [0, 0.5])
    #expect(turns.map(\.sampledTokens) == [1, 2])
    #expect(turns.map(\.stateKey) == [try StateKey(of: 0), try StateKey(of: 1)])
  }

  @Test func `does not see observation tokens`() throws {
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

  @Test func `does not take an absent reward for zero`() throws {
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

  @Test func `adds up its diagnostics`() throws {
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
