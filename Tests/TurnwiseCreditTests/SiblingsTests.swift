import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `Sibling continuations` {
  /// Two episodes with two sub-tasks of two turns each; each sub-task is paid by its second turn.
  private func days() throws -> CreditGroup {
    let days = [[1.0, 0], [0, 1]].map { paid in
      var day = episode([nil, paid[0], nil, paid[1]] as [Double?])
      for turn in day.turns.indices {
        day.turns[turn].subtask = turn < 2 ? "first" : "second"
        if let reward = day.turns[turn].reward {
          day.turns[turn].shares = [RewardShare(reward, of: turn < 2 ? "first" : "second")]
        }
      }
      return day
    }
    return try CreditGroup(days)
  }

  private static let byJob = Siblings { ($0.k, $0.at, $0.until) = (2, .subtask, .subtask) }

  @Test func `start where a sub-task begins, but not where the group itself began`() throws {
    let requests = Self.byJob.requests(try days(), evidence: Evidence())
    #expect(requests.map(\.point) == [0, 1].map { ForkPoint(episode: $0, turn: 2) })
    #expect(requests.allSatisfy { $0.count == 2 })
  }

  @Test func `are compared with each other and with the episode, within their sub-task`() throws {
    let evidence = Evidence(forks: [
      ForkPoint(episode: 0, turn: 2): [
        ForkOutcome(turns: episode([nil, 1]).turns), ForkOutcome(return: 0),
      ],
      ForkPoint(episode: 1, turn: 2): [ForkOutcome(return: 1), ForkOutcome(return: 1)],
    ])
    let credit = try Self.byJob.credit(days(), evidence: evidence)
    // The first sub-task has the group's own comparison, 1 against 0.
    #expect(credit.turns == [[1, 1, -0.5, -0.5], [-1, -1, 0, 0]])
    // Every turn of a sibling has its credit: 1 against 0 and 0, and 0 against 0 and 1.
    #expect(
      credit.branches == [
        ForkPoint(episode: 0, turn: 2): [[1, 1], [-0.5]],
        ForkPoint(episode: 1, turn: 2): [[0], [0]],
      ])
  }

  @Test func `are the first that were played, however many others asked for`() throws {
    let group = try days()
    var evidence = Evidence()
    for episode in 0...1 {
      evidence.forks[ForkPoint(episode: episode, turn: 2)] = [1, 0].map {
        ForkOutcome(return: $0)
      }
    }
    let few = try Self.byJob.credit(group, evidence: evidence)
    for point in evidence.forks.keys { evidence.forks[point]?.append(ForkOutcome(return: 7)) }
    #expect(try Self.byJob.credit(group, evidence: evidence) == few)
  }

  @Test func `that were not played are missed`() throws {
    #expect(throws: CreditError.noForks(episode: "E", turn: 2)) {
      try Self.byJob.credit(days(), evidence: Evidence())
    }
  }

  @Test func `are refused where sub-tasks are asked for and there are none`() {
    let setting = CreditSetting(groupSize: 4, turnLimit: 8, hasPotential: false, hasSubtasks: false)
    #expect(!Self.byJob.notices(in: setting).refusals.isEmpty)
    #expect(Siblings().notices(in: setting).refusals.isEmpty)
  }
}
