import Foundation
import Testing
import TurnwiseCore
import TurnwiseModel
import TurnwiseTestSupport
import TurnwiseTrace
import TurnwiseTraining

/// Two updates that were written to a folder by runs with one and with four workers.
struct TracedRun: Sendable {
  var configuration: RunConfiguration
  var start: WarmStart
  /// The bytes of `episodes.jsonl`, one entry for each number of workers.
  var episodes: [Data] = []
  /// The files of the trainer's state.
  var trainers: [[String: Data]] = []
  /// The metrics, without those that may differ.
  var metrics: [[[String: FiniteNumber]]] = []
  /// The records of the first run.
  var records: [EpisodeRecord] = []
  /// The state that the first run saved.
  var state: TrainerState

  init(
    _ credit: String, workers: [Int] = [1, 4], _ change: (inout RunConfiguration) -> Void = { _ in }
  )
    async throws
  {
    configuration = Self.configuration
    configuration.credit = credit
    change(&configuration)
    start = try await Self.warmStart.value
    state = TrainerState(start.policy, configuration)
    for workers in workers {
      let folder = try TemporaryFolder.created()
      let writer = try TraceWriter(
        folder.url,
        run: RunRecord(
          command: "train", turnwise: "test", environment: "keydoor-v1", parameters: [:],
          configuration: [:], host: [:]),
        replacing: true)
      var run = try TrainingRun(
        Trainer(Tiny.game, from: start, configuration, workers: workers), writer: writer)
      try await run.run()
      episodes.append(try Data(contentsOf: writer.layout.episodes))
      trainers.append(try contents(of: writer.layout.trainer))
      var measured = try RecordReader<MetricsRecord>(writer.layout.metrics)
      metrics.append(try measured.readAll().map(\.metrics))
      if records.isEmpty {
        var reader = try RecordReader<EpisodeRecord>(writer.layout.episodes)
        records = try reader.readAll()
        state = try writer.layout.readTrainer()
      }
    }
  }

  /// Returns the episodes that were played for a purpose.
  func episodes(_ purpose: EpisodeRecord.Purpose) -> [Episode] {
    records.filter { $0.purpose == purpose }.map(\.episode)
  }

  /// The options of all runs, except the estimator.
  static let configuration = Tiny.configuration {
    $0.imitation.demonstrations = 100
    $0.cloning.steps = 500
    $0.evaluation.episodes = 2
    $0.processModel.labels = 6
    $0.processModel.forks = 2
  }

  private static let warmStart = Task { try await Tiny.warmStart(configuration) }
  private static let runs = TracedRuns()

  /// Returns the run of an estimator, which all tests share.
  static func of(_ credit: String) async throws -> TracedRun { try await runs.run(credit) }
}

/// Runs that are made only once.
private actor TracedRuns {
  private var runs: [String: Task<TracedRun, any Error>] = [:]

  func run(_ credit: String) async throws -> TracedRun {
    let run = runs[credit] ?? Task { try await TracedRun(credit) }
    runs[credit] = run
    return try await run.value
  }
}

@Suite struct `Training with measured evidence` {
  /// Estimators for which forks are played: for themselves, or to label states.
  static let forking = [
    "fork:k=1", "fork:at=token,k=1,stride=4", "fork:adaptive=disagreement", "tree",
    "process=delta+turn", "process=min+pure", "siblings:share=0.5",
  ]
  static let others = [
    "otb", "turn-gae", "process=implicit:level=token+prime", "process=implicit+istar",
    "progress:outcome=1",
  ]

  @Test(arguments: forking + others)
  func `moves the policy in each update`(credit: String) async throws {
    let run = try await TracedRun.of(credit)
    #expect(run.state.iteration == 2)
    let hasMoved = run.state.policy.model != run.start.policy.model
    let isFinite = run.state.policy.model.parameters.allSatisfy { $0.isFinite }
    #expect(hasMoved && isFinite)
    let norms = run.metrics[0].compactMap { $0["policy/gradient_norm"]?.value }
    #expect(norms.count == 2 && norms.allSatisfy { $0 > 0 })
  }

  @Test(arguments: forking + others)
  func `writes the same bytes for any number of workers`(credit: String) async throws {
    let run = try await TracedRun.of(credit)
    #expect(run.episodes[0].count > 10_000)
    let (sameEpisodes, sameState) = (
      run.episodes[0] == run.episodes[1], run.trainers[0] == run.trainers[1]
    )
    #expect(sameEpisodes && sameState)
    // Compares encoded values, because a metric that is not a number does not equal itself.
    let sameMetrics = try JSON.encode(run.metrics[0]) == JSON.encode(run.metrics[1])
    #expect(sameMetrics)
  }

  @Test(arguments: forking)
  func `records each fork beside its parent and charges its own turns`(
    credit: String
  ) async throws {
    let run = try await TracedRun.of(credit)
    let forks = run.episodes(.fork)
    let played = run.episodes(.training)
    #expect(played.count == 24 && !forks.isEmpty)
    var own = 0
    for fork in forks {
      let parent = try #require(fork.parent)
      let source = try #require(played.first { $0.name == parent.episode })
      #expect(parent.turn < source.turns.count)
      #expect(fork.turns[..<parent.turn] == source.turns[..<parent.turn])
      #expect(await Replay.verify(fork, in: Tiny.game) == nil)
      own += fork.turns.count - parent.turn
    }
    #expect(Set(forks.map(\.name)).count == forks.count)
    let spending = run.state.spending
    #expect(spending.forkTurns == own && own > 0)
    #expect(spending.trainingTurns == own + played.reduce(0) { $0 + $1.turns.count })
  }

  @Test(arguments: others)
  func `plays no forks where none are needed`(credit: String) async throws {
    let run = try await TracedRun.of(credit)
    #expect(run.episodes(.fork).isEmpty)
    let (spending, played) = (run.state.spending, run.episodes(.training))
    #expect(spending.forkTurns == 0)
    #expect(
      spending.trainingTurns
        == played.reduce(0) { $0 + $1.turns.count }
        + (credit == "turn-gae" ? spending.criticTurns : 0))
    #expect(spending.criticTurns > 0)
  }

  @Test func `forks inside turns where it is told to`() async throws {
    let inside = try await TracedRun.of("fork:at=token,k=1,stride=4").episodes(.fork)
    #expect(inside.contains { $0.parent?.token ?? 0 > 0 })
    #expect(inside.allSatisfy { ($0.parent?.token ?? 0).isMultiple(of: 4) })
    let between = try await TracedRun.of("fork:k=1").episodes(.fork)
    #expect(between.allSatisfy { $0.parent?.token == 0 })
  }

  @Test func `keeps the models that were needed, and no others`() async throws {
    for credit in Self.forking + Self.others {
      let state = try await TracedRun.of(credit).state
      let hasLabels = state.evidence[ProcessModel.self].map { !$0.labels.isEmpty }
      #expect(
        hasLabels == (["process=delta+turn", "process=min+pure"].contains(credit) ? true : nil))
      let hasLearnt = state.evidence[ImplicitModel.self].map { $0.model != $0.start }
      #expect(hasLearnt == (credit.hasPrefix("process=implicit") ? true : nil))
      let start = try await TracedRun.of(credit).start.policy.model
      let keepsStart = state.evidence[ReferencePolicy.self].map { $0.start == start }
      #expect(keepsStart == (credit.hasPrefix("progress") ? true : nil))
    }
  }

  @Test func `scores tokens for models and distributions, which is counted`() async throws {
    func scored(_ credit: String) async throws -> Int {
      var trainer = try Trainer(
        Tiny.game, from: await TracedRun.of("turn-gae").start,
        Tiny.configuration {
          $0 = TracedRun.configuration
          ($0.credit, $0.loss.klWeight, $0.budget.updates) = (credit, 0, 1)
        })
      _ = try #require(try await trainer.step())
      return trainer.state.spending.scoredTokens
    }
    // All estimators play the same first episodes. The critic always reads them, and the brake
    // reads some of them before and after the update.
    let plain = try await scored("turn")
    let once = try await scored("otb") - plain
    #expect(once > 0 && plain > once)
    #expect(try await scored("turn-gae") == plain)
    // The policy and the one that training started from.
    #expect(try await scored("progress:outcome=1") == plain + 2 * once)
    // The model and its reference compute log-ratios for the evidence and again for the fit.
    #expect(try await scored("process=implicit+istar") == plain + 4 * once)
    // The brake reads all episodes of the update, because they are so few. The process model reads
    // in addition to the critic, which also reads last observations.
    let critic = plain - once
    #expect(try await scored("process=delta+turn") == 2 * critic + once)
  }

  @Test(arguments: forking + others)
  func `goes on from its saved state as if it had not stopped`(credit: String) async throws {
    let run = try await TracedRun.of(credit)
    var trainer = try Trainer(Tiny.game, from: run.start, run.configuration)
    _ = try #require(try await trainer.step())
    let saved = try trainer.state.saved
    let read = try TrainerState(saved)
    let (sameProcess, sameImplicit) = (
      read.evidence[ProcessModel.self] == trainer.state.evidence[ProcessModel.self],
      read.evidence[ImplicitModel.self] == trainer.state.evidence[ImplicitModel.self]
    )
    #expect(sameProcess && sameImplicit)
    let isKept = try read.saved == saved
    #expect(isKept)
    var resumed = try Trainer(Tiny.game, resuming: read, run.configuration)
    let found = try #require(try await resumed.step())
    let expected = run.records.filter { $0.update == 2 }
    #expect(
      found.episodes.map(\.episode) == expected.filter { $0.purpose == .training }.map(\.episode))
    #expect(found.forks == expected.filter { $0.purpose == .fork }.map(\.episode))
    // The recorded run differs only by its evaluations.
    var state = run.state
    state.spending.evaluationTurns = 0
    let same = try resumed.state.saved == state.saved
    #expect(same)
    #expect(try await resumed.step() == nil)
  }
}
