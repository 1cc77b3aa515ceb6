import Testing
import TurnwiseCore
import TurnwiseCredit
import TurnwiseTrace
import TurnwiseTraining

/// Audits of a policy that reads the note in half of the episodes.
@Suite struct `An audit of credit` {
  private static let models = Task {
    let configuration = Tiny.configuration {
      ($0.imitation.demonstrations, $0.cloning.steps, $0.imitation.habit, $0.imitation.slip) = (
        200, 250, 0.5, 0
      )
      ($0.cloning.temperature, $0.model.actionTokens) = (0.5, 8)
    }
    let episodes = try await WarmStart.demonstrations(
      in: Switchboard(), configuration, workers: 2)
    return TrainerState(
      try WarmStart(cloning: episodes, configuration, workers: 2).policy, configuration)
  }

  private func audit(
    workers: Int = 2, _ change: (inout AuditOptions) -> Void = { _ in }
  ) async throws -> CreditAudit<Switchboard> {
    var options = AuditOptions()
    (options.scenarios, options.groups, options.groupSize, options.truth) = (3, 6, 6, .exact)
    change(&options)
    return CreditAudit(
      Switchboard(), models: try await Self.models.value, options, workers: workers)
  }

  private func estimators(_ list: String) throws -> [CreditedEstimator] {
    try EstimatorCatalog.standard.estimators(list).map {
      try CreditedEstimator($0, in: .standard)
    }
  }

  @Test func `has the truth at the top and its shuffled copy at about 0`() async throws {
    let audit = try await audit()
    let played = try await audit.play()
    #expect(played.groups.count == 18)
    let truth = try await audit.truth(of: played)
    #expect(truth.source == .exact && truth.count == truth.turns.joined().joined().count)
    let result = try await audit.scores(
      of: estimators("rloo,gigpo:episode=false,gamma=1,fork:k=2"), on: played, against: truth)
    #expect(
      result.rows.map(\.name) == [
        "true advantage", "rloo", "gigpo:episode=false,gamma=1", "fork:k=2",
        "true advantage, shuffled", "rloo, spread at random",
        "gigpo:episode=false,gamma=1, keys exchanged",
      ])
    func score(_ row: Int) -> CreditScore { result.rows[row].score }
    #expect(abs((score(0).pearson ?? 0) - 1) < 1e-9 && abs((score(0).slope ?? 0) - 1) < 1e-9)
    #expect(score(0).signs == 1 && score(0).bias ?? 0 < 1e-9 && (score(0).cosine ?? 0) > 0.8)
    #expect(abs(score(4).pearson ?? 1) < 0.2)
    #expect((score(1).pearson ?? 0) > 0.3 && (score(3).pearson ?? 0) > 0.5)
    // The game has one state, so exchanging its keys changes nothing.
    #expect(score(6) == score(2))
    #expect(score(3).forkTurns > 0 && score(1).forkTurns == 0)
    #expect(result.credit.count == 18 * 6 && result.credit.values.allSatisfy { $0.count == 3 })
  }

  @Test func `measures by forks what it computes`() async throws {
    let exact = try await audit()
    let played = try await exact.play()
    let computed = try await exact.truth(of: played)
    let forks = try await audit {
      ($0.truth, $0.points, $0.forks, $0.goldForks, $0.goldEvery) = (.both, 60, 32, 96, 4)
    }
    let measured = try await forks.truth(of: played)
    #expect(measured.source == .forks && (55...60).contains(measured.count))
    for (known, found) in zip(computed.turns.joined().joined(), measured.turns.joined().joined()) {
      guard let known, let found else { continue }
      let difference = found.advantage - known.advantage
      // If all continuations agree, anything rarer than one in this many stays hidden.
      let error = max(found.standardError, 1.0 / Double(found.continuations ?? 1))
      #expect(abs(difference) < 4.5 * error + known.bound, "\(known) \(found)")
    }
    let agreement = try #require(measured.agreement)
    #expect(agreement.turns == measured.count && abs(agreement.bias) < 0.03, "\(agreement)")
    #expect((agreement.pearson ?? 0) > 0.9, "\(agreement)")
    #expect((0.6...1.4).contains(agreement.calibration ?? 0), "\(agreement)")
    #expect((measured.reliability?.pearson ?? 0) > 0.8)
    #expect((0.4...1.8).contains(try #require(measured.calibration(forks: 32))))
    #expect(measured.spentTurns > 0 && computed.spentTurns == 0)
    #expect(computed.agreement == nil)
    #expect(measured.measured.filter(\.isGold).allSatisfy { $0.before.count == 96 })
    #expect(measured.measured.filter { !$0.isGold }.allSatisfy { $0.after.count == 32 })
  }

  @Test func `calibrates errors by their sums`() {
    func agreement(_ turns: [(difference: Double, error: Double)]) -> TruthAgreement {
      TruthAgreement(
        turns.enumerated().map { number, turn in
          let known = Double(number % 3)
          return (
            measured: TurnTruth(
              value: 1, actionValue: 1 + known + turn.difference, standardError: turn.error),
            computed: TurnTruth(value: 0, actionValue: known, bound: 0.25)
          )
        })
    }
    let some = agreement([(3, 1), (0, 0), (-1, 2)])
    #expect(abs((some.calibration ?? 0) - 2.0.squareRoot()) < 1e-12)
    #expect(abs(some.bias - 2.0 / 3) < 1e-12 && some.turns == 3 && some.bound == 0.25)
    // Continuations that all agree have no error, but may be wrong.
    #expect(abs((agreement([(2, 0), (0, 1)]).calibration ?? 0) - 2) < 1e-12)
    #expect(agreement([(1, 0), (0, 0)]).calibration == nil && agreement([]).calibration == nil)
  }

  @Test func `comes out the same for any number of workers`() async throws {
    var results: [AuditResult] = []
    for workers in [1, 3] {
      let audit = try await audit(workers: workers) {
        ($0.scenarios, $0.groups, $0.truth, $0.points, $0.forks) = (2, 2, .forks, 8, 4)
        $0.goldForks = 8
      }
      let played = try await audit.play()
      results.append(
        try await audit.scores(
          of: estimators("rloo,fork:k=1"), on: played, against: audit.truth(of: played)))
    }
    #expect(results[0].truth.measured == results[1].truth.measured)
    #expect(results[0].rows.map(\.score) == results[1].rows.map(\.score))
    #expect(results[0].credit == results[1].credit)
  }

  @Test func `falls back on forks, and says why`() async throws {
    // The environment with switches does not list its choices.
    let unlisted = try await audit { ($0.truth, $0.points, $0.forks) = (.best, 8, 4) }
    let played = try await unlisted.play()
    let truth = try await unlisted.truth(of: played)
    #expect(truth.source == .forks && truth.reason == .noActionList)
    let small = try await audit { $0.histories = 1 }
    await #expect(throws: ExactEvaluationError.self) { _ = try await small.truth(of: played) }
  }

  @Test func `never lets truth and estimators share a fork`() async throws {
    let audit = try await audit { ($0.scenarios, $0.groups) = (1, 1) }
    let group = try await audit.play().groups[0]
    let truth = ForkTruth<Switchboard>(
      audit.policy, forks: 24, goldForks: 24, goldEvery: 0, workers: 2)
    let measured = try await truth.measure(
      [ForkPoint(episode: 0, turn: 0)], of: group, in: Switchboard()
    ).turns[0]
    #expect(measured.before.count == 24)
    var recorded = try await RecordedCredit(
      [group], estimators("fork:k=24"), models: audit.models, workers: 2)
    try await recorded.playForks(in: Switchboard(), purpose: "estimate")
    let streams = Set(recorded.forks.compactMap(\.parent?.stream))
    #expect(!streams.isEmpty && streams.allSatisfy { !$0.hasPrefix(type(of: truth).streamName) })
    let first = recorded.forks.filter { $0.parent?.turn == 0 }.map { $0.totalReward ?? 0 }
    #expect(first.count == 24 && first != measured.before)
  }

  @Test func `is stopped by a record that does not come again`() async throws {
    let audit = try await audit { ($0.scenarios, $0.groups) = (1, 1) }
    var group = try await audit.play().groups[0]
    group[0].turns[0].replies[0].text = "Something else."
    let truth = ForkTruth<Switchboard>(audit.policy, forks: 2, goldForks: 2)
    let changed = group
    await #expect(throws: Replay.Divergence.self) {
      _ = try await truth.measure(
        [ForkPoint(episode: 0, turn: 0)], of: changed, in: Switchboard())
    }
  }

  @Test func `chooses turns of each kind as often as they occur`() async throws {
    let played = try await audit().play()
    var random = Randomness(seed: 4)
    let points = DecisionPoints(in: played.groups, count: 60, using: &random)
    #expect((59...60).contains(points.count))
    func shares(_ chosen: (Int, Int, Int) -> Bool) -> [Double] {
      var counts = [0.0, 0, 0, 0]
      for (index, group) in played.groups.enumerated() {
        for (place, episode) in group.enumerated() {
          for turn in episode.turns.indices where chosen(index, place, turn) {
            counts[2 * min(turn, 1) + (episode.isSuccess ? 1 : 0)] += 1
          }
        }
      }
      let total = counts.reduce(0, +)
      return counts.map { $0 / total }
    }
    let all = shares { _, _, _ in true }
    let chosen = shares { group, episode, turn in
      points.groups[group].contains(ForkPoint(episode: episode, turn: turn))
    }
    for (expected, found) in zip(all, chosen) { #expect(abs(expected - found) < 0.06) }
    // All turns are chosen if there are no more.
    let turns = played.groups.joined().reduce(0) { $0 + $1.turns.count }
    #expect(DecisionPoints(in: played.groups, count: 10 * turns, using: &random).count == turns)
  }
}
