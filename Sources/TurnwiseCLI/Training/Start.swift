internal import Turnwise

/// The start of training.
enum Start {
  /// The policy of another run.
  case known(WarmStart, RunConfiguration)
  /// A policy that imitates episodes.
  case imitation(Imitated)

  /// Finds the start that a configuration names.
  ///
  /// - Parameters:
  ///   - environment: The environment.
  ///   - configuration: The options.
  ///   - pilot: The pilot that chose the habit earlier, if the configuration is that of an
  ///     interrupted run.
  ///   - workers: The most environment steps that run at once.
  ///   - out: The folder that the run will be written to.
  ///   - context: The catalog, and the console that receives notes and warnings.
  /// - Throws: A ``UsageError``, a ``TraceError``, or what playing the pilot throws.
  init<E: Environment>(
    in environment: E, _ configuration: RunConfiguration, chosenBy pilot: HabitPilot? = nil,
    workers: Int, writingTo out: String?, _ context: Context
  ) async throws {
    if configuration.warmStart.isEmpty {
      self = .imitation(
        try await Imitated(
          in: environment, configuration, chosenBy: pilot, workers: workers, writingTo: out,
          context.console))
    } else {
      let state = try TrainedPolicy.state(
        in: configuration.warmStart, for: environment, writingTo: out, context.console)
      self = .known(WarmStart(state), configuration)
    }
  }

  /// The options, with a habit that is a number.
  var configuration: RunConfiguration {
    switch self {
    case .known(_, let configuration): configuration
    case .imitation(let imitated): imitated.configuration
    }
  }

  /// The options as `run.json` records them.
  var record: JSONValue {
    get throws {
      switch self {
      case .known(_, let configuration): try JSONValue(encoding: configuration)
      case .imitation(let imitated): try imitated.record(of: imitated.configuration)
      }
    }
  }

  /// Returns the policy to start from, the demonstrations, and the observations of the imitation.
  func warmStart<E: Environment>(
    in environment: E, _ stages: TrainingStages
  ) async throws -> (WarmStart, demonstrations: [Episode], LearningObserver) {
    switch self {
    case .known(let start, _): return (start, [], LearningObserver())
    case .imitation(let imitated):
      let demonstrations = try await stages.demonstrations(in: environment, imitated)
      let start = try await stages.warmStart(in: environment, from: demonstrations, imitated)
      return (start, demonstrations, LearningObserver(demonstrations, start, imitated))
    }
  }
}
