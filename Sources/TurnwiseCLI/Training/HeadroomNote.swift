internal import Foundation
internal import Turnwise

extension Flag {
  /// The turns whose true credit is measured before the first update.
  static let headroom = Flag(
    "headroom", "turns that are measured to say beforehand whether credit can help; 0 for none",
    value: "N", default: "0")
}

extension Invocation {
  /// Returns how many turns are measured before the first update.
  ///
  /// - Throws: A ``UsageError``.
  func headroomPoints() throws -> Int { try integer(.headroom, atLeast: 0, default: 0) }
}

extension TrainingStages {
  /// Notes before the first update whether better credit can help, from a small audit of the warm start.
  ///
  /// It draws from streams of its own, so it changes nothing that follows.
  ///
  /// - Parameters:
  ///   - models: The state of the trainer at its start.
  ///   - environment: The environment.
  ///   - configuration: The options of the run.
  ///   - points: The number of turns that are measured, if truth cannot be computed; 0 for no audit.
  /// - Throws: `CancellationError`; anything else that fails is noted.
  func noteHeadroom<E: Environment>(
    of models: TrainerState, in environment: E, _ configuration: RunConfiguration, points: Int
  ) async throws {
    guard points > 0 else { return }
    var options = AuditOptions()
    options.seed = configuration.seed
    (options.scenarios, options.groups) = (6, 2)
    options.groupSize = max(2, min(8, configuration.budget.groupSize))
    // A few thousand histories are followed in seconds.
    (options.histories, options.points, options.forks) = (2000, points, 16)
    (options.goldForks, options.goldEvery) = (options.forks, 0)
    let audit = CreditAudit(environment, models: models, options, workers: workers)
    let bar = ProgressBar("audit", total: options.scenarios, unit: "scenarios", console: console)
    defer { bar.clear() }
    do {
      let played = try await audit.play()
      let truth = try await audit.truth(of: played) { _ in bar.advance() }
      let profile = try audit.profile(of: played, against: truth)
      bar.finish("\(Words.count(truth.count, "turn"))")
      ProfileWords.lines(profile).forEach(console.note)
    } catch let error as CancellationError {
      throw error
    } catch {
      console.warn("headroom cannot be measured: \(error)")
    }
  }
}
