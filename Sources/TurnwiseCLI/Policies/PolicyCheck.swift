internal import Turnwise

/// How a policy fares on a few scenarios, as its author should see it.
struct PolicyCheck: Encodable {
  /// The policy, as its episodes record it.
  var policy: PolicyRecord
  /// How many episodes were played.
  var episodes = 0
  /// How many of them succeeded.
  var successes = 0
  /// How many turns were played.
  var turns = 0
  /// How many of the turns were refused by every tool that they called, or could not be read.
  var refusedTurns = 0
  /// How many episodes failed for a reason of the policy.
  var failures = 0
  /// The first such reason.
  var firstFailure: Failure?
  /// What differs first between an episode and its replay; nil if nothing does.
  var divergence: String?

  /// Whether the policy decided everywhere, and what it played can be replayed.
  var isSound: Bool { failures == 0 && divergence == nil }

  /// Plays one episode on each scenario of a check.
  ///
  /// - Throws: What the environment's `scenario` and `start` throw, or a `CancellationError`.
  init<E: Environment>(_ player: Player, _ checker: EnvironmentChecker<E>) async throws {
    policy = player.record
    let sessions = try (0..<checker.scenarios).map { try checker.session($0) }
    let played = await Rollout(player, workers: checker.workers).play(sessions)
    try Task.checkCancellation()
    for session in played {
      let episode = try session.episode()
      episodes += 1
      successes += episode.isSuccess ? 1 : 0
      turns += episode.turns.count
      refusedTurns += episode.turns.count(where: \.isRefused)
      if let failure = episode.ending.failure, failure.boundary == .policy {
        failures += 1
        firstFailure = firstFailure ?? failure
      }
      if divergence == nil {
        divergence = await Replay.verify(episode, in: checker.environment).map { "\($0)" }
      }
    }
  }

  /// The check in words.
  var lines: [String] {
    var lines = [
      "policy  \(policy.name)\(policy.version.map { ", version \($0)" } ?? ""): "
        + "\(successes) of \(episodes) episodes succeed, \(turns) turns, \(refusedTurns) refused"
    ]
    if let firstFailure {
      lines.append("  BROKEN  it fails in \(failures) episodes, first: \(firstFailure)")
    }
    if let divergence { lines.append("  BROKEN  an episode cannot be replayed: \(divergence)") }
    return lines
  }
}
