internal import Foundation
internal import Turnwise
internal import TurnwiseSandbox

/// The episodes that are imitated: those of the environment's expert, or successful ones of a
/// recorded run.
///
/// All errors of the choice are reported before the folder of the run is created.
struct Imitated {
  /// The configuration with a habit that is a number.
  let configuration: RunConfiguration
  /// The results of an expert at several levels of its habit, if the habit was chosen by a pilot.
  private(set) var pilot: HabitPilot?
  /// The recorded episodes, if they are not the expert's.
  private(set) var recorded: [Episode]?

  /// Finds the episodes to imitate, and chooses the habit if needed.
  ///
  /// - Parameters:
  ///   - environment: The environment.
  ///   - configuration: The options.
  ///   - pilot: The pilot that chose the habit earlier, if the configuration is that of an
  ///     interrupted run.
  ///   - workers: The most environment steps that run at once.
  ///   - out: The folder that the run will be written to.
  ///   - console: Receives notes and warnings.
  /// - Throws: A ``UsageError``, a ``TraceError``, or what playing the pilot throws.
  init<E: Environment>(
    in environment: E, _ configuration: RunConfiguration, chosenBy pilot: HabitPilot? = nil,
    workers: Int, writingTo out: String? = nil, _ console: Console
  ) async throws {
    self.pilot = pilot
    var configuration = configuration
    if configuration.imitation.demonstrationsFrom.isEmpty {
      try WarmStart.requireExpert(in: environment, configuration)
      if configuration.imitation.habit == .auto {
        let pilot = try await HabitPilot(in: environment, configuration, workers: workers)
        configuration.imitation.habit = .share(pilot.chosen.habit)
        console.note(Self.words(pilot))
        self.pilot = pilot
      }
    } else {
      try TrainedPolicy.requireKept(configuration.imitation.demonstrationsFrom, writingTo: out)
      recorded = try Self.episodes(of: environment, configuration, console)
    }
    self.configuration = configuration
  }

  /// Returns a configuration as `run.json` records it, with the pilot and `others`.
  func record(
    of configuration: RunConfiguration, _ others: [String: JSONValue] = [:]
  ) throws -> JSONValue {
    var members = try Parameters.settings(of: configuration).merging(others) { $1 }
    if let pilot { members["habitPilot"] = try JSONValue(encoding: pilot) }
    return .object(members)
  }

  /// Returns the choice of a pilot, and the reason.
  private static func words(_ pilot: HabitPilot) -> String {
    func percent(_ level: HabitPilot.Level) -> String {
      String(format: "%.0f %%", 100 * level.success)
    }
    let chosen = pilot.chosen
    guard pilot.isJudged else {
      return "expert: no episode says whether it succeeded, so the expert plays without habit"
    }
    if pilot.measure == .return {
      let others = pilot.levels.map { String(format: "%g", $0.habit) + ": \(percent($0))" }
      return String(
        format: "expert: habit %g, as its trial episodes earn %@ (aim: %.0f %%; by habit %@)",
        chosen.habit, percent(chosen), 100 * HabitPilot.target, others.joined(separator: ", "))
    }
    if pilot.isWithoutHabit {
      return
        "expert: succeeds in \(percent(chosen)) of \(HabitPilot.episodes) trial episodes whatever"
        + " its habit"
    }
    let others = pilot.levels.map { String(format: "%g", $0.habit) + ": \(percent($0))" }
    return String(
      format: "expert: habit %g, as %@ of its trial episodes succeed (aim: %.0f %%; by habit %@)",
      chosen.habit, percent(chosen), 100 * HabitPilot.target, others.joined(separator: ", "))
  }

  /// Returns a warning about demonstrations that score less than 60 %, unless a pilot chose so.
  func warning(score: Double) -> String? {
    guard score < 0.6 else { return nil }
    let share = String(format: "%.0f %%", 100 * score)
    if let pilot {
      guard pilot.best.success < 0.6 else { return nil }
      return String(
        format:
          "the expert succeeds in only %.0f %% of its episodes at its best: a policy that imitates"
          + " it starts low", 100 * pilot.best.success)
    }
    guard recorded == nil else { return nil }
    return
      "only \(share) of the demonstrations succeed: lower --habit or --slip, or leave --habit out"
      + " so that it is chosen"
  }

  // MARK: - Recorded episodes

  /// Reads the successful training episodes of the run that the configuration names, or their successful parts, as
  /// they will be imitated.
  private static func episodes<E: Environment>(
    of environment: E, _ configuration: RunConfiguration, _ console: Console
  ) throws -> [Episode] {
    let path = configuration.imitation.demonstrationsFrom
    try Sandbox.requireHidden(path)
    let run = try Run(opening: URL(filePath: path, directoryHint: .isDirectory))
    let tools = environment.tools.descriptions
    try run.requirePlayed(in: environment)
    var reader = try run.episodes()
    var episodes: [Episode] = []
    var (all, heldOut, contexts) = (0, 0, 0)
    while let record = reader.next() {
      // A fork shares most of its turns with its parent.
      if record.episode.parent != nil { continue }
      all += 1
      guard record.episode.origin.split == .train else {
        heldOut += 1
        continue
      }
      for part in record.episode.successfulParts
      where contexts < configuration.imitation.demonstrations {
        episodes.append(imitable(part, tools))
        contexts += part.contexts.count
      }
    }
    if let error = reader.error { throw error }
    if let cut = reader.cut { console.warn("\(cut); what comes before it is imitated") }
    guard !episodes.isEmpty else {
      throw UsageError.nothingToImitate(path, environment: E.id, episodes: all, heldOut: heldOut)
    }
    return episodes
  }

  /// Removes the tokens and the last state of an episode, and renders its actions in the trained
  /// policy's format.
  private static func imitable(_ episode: Episode, _ tools: [ToolDescription]) -> Episode {
    var episode = episode
    episode.tape = TokenTape()
    episode.finalState = nil
    for index in episode.turns.indices { episode.turns[index].span = nil }
    episode.spellCalls(in: CompactFormat(), tools: tools)
    return episode
  }
}
