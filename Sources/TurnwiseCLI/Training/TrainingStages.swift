internal import Foundation
internal import Turnwise

/// The stages of training with their progress bars, for `train` and `compare`.
struct TrainingStages: Sendable {
  let console: Console
  let workers: Int

  /// Returns the demonstrations: the recorded ones, or new ones of the expert.
  func demonstrations<E: Environment>(
    in environment: E, _ imitated: Imitated
  ) async throws -> [Episode] {
    if let recorded = imitated.recorded {
      console.note(
        "imitate \(recorded.count) episodes of \(imitated.configuration.imitation.demonstrationsFrom)"
      )
      return recorded
    }
    let configuration = imitated.configuration
    let bar = ProgressBar(
      "demonstrate", total: configuration.imitation.demonstrations, unit: "demonstrations",
      console: console)
    defer { bar.clear() }
    let episodes = try await WarmStart.demonstrations(
      in: environment, configuration, workers: workers, onEpisode: { bar.advance(by: $0) },
      onKnowledge: { Words.warning(of: $0, in: environment).map(console.warn) })
    let turns = episodes.reduce(0) { $0 + $1.turns.count }
    let evaluation = Evaluation(episodes)
    let score = Self.percent(evaluation.score)
    bar.finish(
      "\(episodes.count) episodes, \(turns) turns, "
        + (evaluation.measure == .return ? "return \(score)" : "\(score) succeed"))
    if evaluation.count > 0 { imitated.warning(score: evaluation.score).map(console.warn) }
    return episodes
  }

  /// Trains the warm start.
  ///
  /// If the score is close to 0 after imitation although the expert can do better,
  /// demonstrations of the expert at its best are imitated too.
  func warmStart<E: Environment>(
    in environment: E, from demonstrations: [Episode], _ imitated: Imitated,
    seed: HexSeed? = nil, title: String = "imitate"
  ) async throws -> WarmStart {
    var configuration = imitated.configuration
    if let seed { configuration.seed = seed }
    var start = try clone(demonstrations, configuration, title: title)
    guard let pilot = imitated.pilot, pilot.best.success > 3 * WarmStart.weakest,
      let score = try await start.probe(in: environment, configuration, workers: workers),
      score < WarmStart.weakest
    else { return start }
    configuration.imitation.habit = .share(pilot.best.habit)
    console.note(
      "training episodes score \(Self.percent(score)) after imitation, so the expert at its best"
        + String(format: " (habit %g) is imitated, too", pilot.best.habit))
    let better = try await WarmStart.demonstrations(
      in: environment, configuration, workers: workers)
    let bar = ProgressBar(title, total: start.report.steps / 2, unit: "steps", console: console)
    defer { bar.clear() }
    try start.imitate(further: better, configuration, workers: workers) { _, _, loss in
      bar.advance(detail: String(format: "loss %.3f", loss))
    }
    bar.finish(Self.words(start.report))
    return start
  }

  /// Imitates demonstrations.
  func clone(
    _ demonstrations: [Episode], _ configuration: RunConfiguration, title: String = "imitate"
  ) throws -> WarmStart {
    let bar = ProgressBar(
      title, total: configuration.cloning.steps, unit: "steps", console: console)
    defer { bar.clear() }
    let start = try WarmStart(cloning: demonstrations, configuration, workers: workers) {
      _, _, loss in
      bar.advance(detail: String(format: "loss %.3f", loss))
    }
    bar.finish(Self.words(start.report))
    if start.report.tooLong > 0 {
      console.warn(
        "\(start.report.tooLong) of \(start.report.demonstrations) demonstrations do not fit a context of"
          + " \(configuration.model.context) tokens and are left out; raise --context")
    }
    return start
  }

  private static func words(_ report: ImitationReport) -> String {
    let why = report.reason == .plateau ? " (no more was gained)" : ""
    let heldOut = report.heldOutLosses.last.map { String(format: ", held-out %.3f", $0) } ?? ""
    return String(format: "%d steps%@, loss %.3f%@", report.steps, why, report.loss, heldOut)
  }

  /// Plays the held-out scenarios with sampled tokens, then greedily.
  func evaluate<E: Environment>(
    _ policy: LanguagePolicy, in environment: E, _ configuration: RunConfiguration, title: String
  ) async throws -> [Episode] {
    let count = configuration.evaluation.episodes
    let bar = ProgressBar(title, total: 2 * count, unit: "episodes", console: console)
    defer { bar.clear() }
    var episodes: [Episode] = []
    var scores: [String] = []
    var name = ""
    for greedy in [false, true] {
      let played = try await Evaluation.play(
        policy, greedily: greedy, in: environment, episodes: count,
        seed: configuration.seed.value, workers: workers)
      bar.advance(by: count)
      let evaluation = Evaluation(played)
      scores.append(Self.percent(evaluation.score))
      name = evaluation.scoreName
      episodes += played
    }
    bar.finish("held-out \(name) sampled \(scores[0]), greedy \(scores[1])")
    return episodes
  }

  /// Trains from a warm start to the end of the budget.
  ///
  /// - Parameters:
  ///   - trainer: The trainer, at its start.
  ///   - writer: Receives the trace.
  ///   - title: The title of the progress bar.
  /// - Throws: As `TrainingRun.run`.
  func train<E: Environment>(
    _ trainer: Trainer<E>, _ writer: TraceWriter, title: String
  ) async throws {
    var run = try TrainingRun(trainer, writer: writer)
    try await train(&run, trainer.configuration, title: title)
  }

  /// Continues a run to the end of the budget, with a progress bar.
  ///
  /// - Parameters:
  ///   - run: The run, at its start or later.
  ///   - configuration: Its options.
  ///   - title: The title of the progress bar.
  /// - Throws: As `TrainingRun.run`.
  func train<E: Environment>(
    _ run: inout TrainingRun<E>, _ configuration: RunConfiguration, title: String
  ) async throws {
    let isByTurns = configuration.budget.turns > 0
    let bar = ProgressBar(
      title, total: isByTurns ? configuration.budget.turns : configuration.budget.updates,
      unit: isByTurns ? "turns" : "updates", console: console)
    defer { bar.clear() }
    var turns = run.state.spending.trainingTurns
    bar.advance(by: isByTurns ? turns : run.state.iteration)
    var success = run.progress.curve.final?.sampled.score
    var notices = TrainingNotices(run.state)
    try await run.run { event in
      switch event {
      case .evaluated(let point): success = point.sampled.score
      case .updated(let update, let spent):
        notices.see(update).map { console.warn("\(title): \($0)") }
        let reward = update.metrics["train/reward"] ?? .nan
        let heldOut = success.map { ", held-out " + Self.percent($0) } ?? ""
        bar.advance(
          by: isByTurns ? spent - turns : 1,
          detail: String(format: "reward %.2f", reward) + heldOut)
        turns = spent
      }
    }
    let curve = run.progress.curve
    bar.finish(
      "\(curve.final?.update ?? 0) updates, \(curve.final?.turns ?? 0) turns, held-out "
        + Self.percent(curve.start?.sampled.score ?? .nan) + " → "
        + Self.percent(curve.final?.sampled.score ?? .nan))
    notices.summary().map { console.warn("\(title): \($0)") }
  }

  /// Prints a curve.
  func describe(_ curve: EvaluationCurve) {
    for point in curve.points {
      let greedy = point.greedy.map { "  greedy " + Self.percent($0.score) } ?? ""
      console.answer(
        "update \(point.update)  turns \(point.turns)  held-out \(point.sampled.scoreName) sampled "
          + Self.percent(point.sampled.score) + greedy)
    }
    for (family, share) in (curve.final?.sampled.families ?? [:]).sorted(by: { $0.key < $1.key })
    where (curve.final?.sampled.families.count ?? 0) > 1 {
      console.answer("  \(family)  \(Self.percent(share))")
    }
  }

  static func percent(_ share: Double) -> String {
    share.isFinite ? String(format: "%.1f %%", 100 * share) : "-"
  }
}

extension LearningObserver {
  /// Creates an observer that has observed the imitation.
  init(_ demonstrations: [Episode], _ start: WarmStart, _ imitated: Imitated) {
    self.init()
    see(demonstrations: demonstrations)
    imitation = start.report
    expertBest = imitated.pilot?.best.success
  }
}
