internal import Turnwise

/// The results of a policy on a few scenarios, for its author.
struct PolicyCheck: Encodable {
  /// The policy, as its episodes record it.
  var policy: PolicyRecord
  /// The number of episodes.
  var episodes = 0
  /// The number of episodes that succeeded.
  var successes = 0
  /// The number of turns.
  var turns = 0
  /// The number of turns that were refused (`Turn.isRefused`).
  var refusedTurns = 0
  /// The number of episodes that failed because of the policy.
  var failures = 0
  /// The first of these failures.
  var firstFailure: Failure?
  /// The first difference between an episode and its replay; nil if there is none.
  var divergence: String?

  /// Whether the policy never failed and all episodes can be replayed.
  var isSound: Bool { failures == 0 && divergence == nil }

  /// Plays one episode on each scenario of a check.
  ///
  /// - Throws: The errors of the environment's `scenario` and `start`, or a `CancellationError`.
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

  /// The lines to print.
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
