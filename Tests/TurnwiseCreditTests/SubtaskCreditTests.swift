import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `Credit by sub-task` {
  /// A turn that works on a job.
  private func turn(_ job: String?, pays shares: [(Double, String?)] = []) -> CreditTurn {
    CreditTurn(
      reward: shares.isEmpty ? nil : shares.reduce(0) { $0 + $1.0 }, subtask: job,
      shares: shares.compactMap { value, name in name.map { RewardShare(value, of: $0) } },
      sampledTokens: 1)
  }

  private func credit(_ episodes: [[CreditTurn]], each: String = "turn") throws -> [[Double]] {
    let group = try CreditGroup(episodes.map { CreditEpisode(turns: $0) })
    return try SubtaskCredit { $0.each = each }.credit(group, evidence: Evidence()).turns
  }

  @Test func `tells jobs apart whose episodes earned the same`() throws {
    let episodes = [
      [turn("a", pays: [(0.5, "a")]), turn("b", pays: [(0, "b")])],
      [turn("a", pays: [(0, "a")]), turn("b", pays: [(0.5, "b")])],
    ]
    #expect(try credit(episodes) == [[0.5, -0.5], [-0.5, 0.5]])
    let group = try CreditGroup(episodes.map { CreditEpisode(turns: $0) })
    #expect(try RLOO().credit(group, evidence: Evidence()).turns == [[0, 0], [0, 0]])
  }

  @Test func `credits a job with what it is paid at the end by the turns of another one`() throws {
    func day(_ choice: Double, _ job: Double) -> [CreditTurn] {
      [turn("choice"), turn("job"), turn("job", pays: [(job, "job"), (choice, "choice")])]
    }
    let found = try credit([day(1, 0), day(0, 1), day(0, 0)])
    #expect(agree(found, [[1, -0.5, -0.5], [-0.5, 1, 1], [-0.5, -0.5, -0.5]], within: 1e-12))
  }

  @Test func `shows all jobs what belongs to none of them`() throws {
    let found = try credit([
      [turn("a"), turn("b", pays: [(1, nil)])], [turn("a"), turn("b", pays: [(0, nil)])],
    ])
    #expect(found == [[1, 1], [-1, -1]])
  }

  @Test func `compares a job only with episodes that reached it`() throws {
    let found = try credit([
      [turn("a", pays: [(1, "a")]), turn("b", pays: [(1, "b")])],
      [turn("a", pays: [(0, "a")]), turn("b", pays: [(0, "b")])],
      [turn("a", pays: [(0, "a")])],
    ])
    #expect(agree(found, [[1, 1], [-0.5, -1], [-0.5]], within: 1e-12))
  }

  @Test func `compares a job that one episode alone reached with nothing`() throws {
    let found = try credit([
      [turn("a", pays: [(0, "a")]), turn("b"), turn("b", pays: [(1, "b")])],
      [turn("a", pays: [(0, "a")])], [turn("a", pays: [(0, "a")])],
    ])
    #expect(found == [[0, 1, 1], [0], [0]])
  }

  @Test func `loses nothing and counts nothing twice`() throws {
    let group = try CreditGroup([
      CreditEpisode(turns: [
        turn("a"), turn("b", pays: [(0.25, "b")]), turn("a", pays: [(0.5, "a"), (0.125, "b")]),
      ]),
      CreditEpisode(turns: [turn("b", pays: [(1, "b")]), turn("a", pays: [(2, "a")])]),
    ])
    let views = try group.subtaskViews()
    #expect(views.map(\.subtask) == ["a", "b"])
    #expect(
      views.map { $0.group.episodes.map { $0.turns.map(\.reward) } } == [
        [[nil, 0.5], [2]], [[0.375], [1]],
      ])
    let places = views.flatMap { $0.places.joined() }
    #expect(places.count == 5 && Set(places).count == 5)
    let paid = views.reduce(0) { $0 + $1.group.episodes.reduce(0) { $0 + $1.totalReward } }
    #expect(paid == group.episodes.reduce(0) { $0 + $1.totalReward })
  }

  @Test func `does not depend on the order of the jobs`() throws {
    let days: [[Double]] = [[1, 0, 1], [0, 0, 1], [1, 1, 0], [0, 1, 0]]
    func episodes(_ order: [Int]) -> [[CreditTurn]] {
      days.map { day in
        order.flatMap { [turn("\($0)"), turn("\($0)", pays: [(day[$0], "\($0)")])] }
      }
    }
    let straight = try credit(episodes([0, 1, 2]))
    let permuted = try credit(episodes([2, 0, 1]))
    for (a, b) in zip(straight, permuted) {
      #expect(Array(a[4...]) + a[..<4] == b)
    }
  }

  @Test func `is the inner estimator where there are no sub-tasks, and says so`() throws {
    let group = try fixtureA()
    #expect(
      try SubtaskCredit().credit(group, evidence: Evidence()).turns
        == TurnReturnToGo().credit(group, evidence: Evidence()).turns)
    let setting = CreditSetting(groupSize: 4, turnLimit: 8, hasSubtasks: false)
    #expect(SubtaskCredit().advice(in: setting).contains { $0.message.contains("no sub-tasks") })
  }

  @Test func `has less noise than the return, and the same mean`() throws {
    // Eight jobs of one turn, each right with probability 1/2.
    var random = Randomness(seed: 3)
    var (sums, squares) = ([0.0, 0.0], [0.0, 0.0])
    for _ in 0..<500 {
      let episodes = (0..<4).map { _ in
        (0..<8).map { job in turn("\(job)", pays: [(random.chance(0.5) ? 1 : 0, "\(job)")]) }
      }
      let group = try CreditGroup(episodes.map { CreditEpisode(turns: $0) })
      for (index, estimator) in ([RLOO(), SubtaskCredit()] as [any CreditEstimator]).enumerated() {
        let credit = try estimator.credit(group, evidence: Evidence()).turns
        for (episode, values) in zip(episodes, credit) {
          for (turn, value) in zip(episode, values) {
            // The gradient of a coin's log-probability is ±1/2.
            let gradient = value * (turn.reward == 1 ? 0.5 : -0.5)
            sums[index] += gradient
            squares[index] += gradient * gradient
          }
        }
      }
    }
    let count = 500.0 * 32
    let variances = (0...1).map { squares[$0] / count - (sums[$0] / count) * (sums[$0] / count) }
    #expect(abs(sums[0] / count - 0.25) < 0.02 && abs(sums[1] / count - 0.25) < 0.01)
    #expect(variances[0] / variances[1] > 8)
  }
}
