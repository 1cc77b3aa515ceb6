internal import Foundation
internal import Turnwise

/// The stages of training with their progress bars, as `train` and `compare` show them.
struct TrainingStages: Sendable {
  let console: Console
  let workers: Int

  /// Plays demonstrations and imitates them.
  func warmStart<E: Environment>(
    in environment: E, _ configuration: RunConfiguration
  ) async throws -> WarmStart {
    try clone(try await demonstrations(in: environment, configuration), configuration)
  }

  func demonstrations<E: Environment>(
    in environment: E, _ configuration: RunConfiguration
  ) async throws -> [Episode] {
    let bar = ProgressBar(
      "demonstrate", total: configuration.demonstrations, unit: "episodes", console: console)
    defer { bar.clear() }
    let episodes = try await WarmStart.demonstrations(
      in: environment, configuration, workers: workers, onEpisode: { bar.advance() },
      onKnowledge: { Words.warning(of: $0, in: environment).map(console.warn) })
    let turns = episodes.reduce(0) { $0 + $1.turns.count }
    let success = Evaluation(episodes).success
    bar.finish("\(episodes.count) episodes, \(turns) turns, \(Self.percent(success)) succeed")
    return episodes
  }

  func clone(
    _ demonstrations: [Episode], _ configuration: RunConfiguration, title: String = "imitate"
  ) throws -> WarmStart {
    let bar = ProgressBar(
      title, total: configuration.cloningSteps, unit: "steps", console: console)
    defer { bar.clear() }
    let start = try WarmStart(cloning: demonstrations, configuration, workers: workers) { loss in
      bar.advance(detail: String(format: "loss %.3f", loss))
    }
    bar.finish(String(format: "%d steps, loss %.3f", configuration.cloningSteps, start.loss))
    return start
  }

  /// Plays the held-out scenarios sampled, then greedily.
  func evaluate<E: Environment>(
    _ policy: LanguagePolicy, in environment: E, _ configuration: RunConfiguration, title: String
  ) async throws -> [Episode] {
    let count = configuration.evaluationEpisodes
    let bar = ProgressBar(title, total: 2 * count, unit: "episodes", console: console)
    defer { bar.clear() }
    var episodes: [Episode] = []
    var shares: [String] = []
    for greedy in [false, true] {
      let played = try await Evaluation.play(
        policy, in: environment, episodes: count, seed: configuration.seed.value, greedy: greedy,
        workers: workers)
      bar.advance(by: count)
      shares.append(Self.percent(Evaluation(played).success))
      episodes += played
    }
    bar.finish("held-out success sampled \(shares[0]), greedy \(shares[1])")
    return episodes
  }

  /// Trains to the end of the budget.
  func train<E: Environment>(
    _ trainer: Trainer<E>, _ writer: TraceWriter, title: String, start: [Episode]? = nil
  ) async throws -> EvaluationCurve {
    let configuration = trainer.configuration
    let isByTurns = configuration.turns > 0
    let bar = ProgressBar(
      title, total: isByTurns ? configuration.turns : configuration.updates,
      unit: isByTurns ? "turns" : "updates", console: console)
    defer { bar.clear() }
    var run = TrainingRun(trainer, writer: writer)
    var turns = 0
    var success: Double?
    var notices = TrainingNotices()
    let curve = try await run.run(start: start) { event in
      switch event {
      case .evaluated(let point): success = point.sampled.success
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
    bar.finish(
      "\(curve.final?.update ?? 0) updates, \(curve.final?.turns ?? 0) turns, held-out "
        + Self.percent(curve.start?.sampled.success ?? .nan) + " → "
        + Self.percent(curve.final?.sampled.success ?? .nan))
    notices.summary().map { console.warn("\(title): \($0)") }
    return curve
  }

  /// Prints a curve.
  func describe(_ curve: EvaluationCurve) {
    for point in curve.points {
      let greedy = point.greedy.map { "  greedy " + Self.percent($0.success) } ?? ""
      console.answer(
        "update \(point.update)  turns \(point.turns)  held-out success sampled "
          + Self.percent(point.sampled.success) + greedy)
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
