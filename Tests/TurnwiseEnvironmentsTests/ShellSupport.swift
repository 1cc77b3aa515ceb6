import Testing
import TurnwiseCore
import TurnwiseEnvironments

/// Sessions on scenarios of one family, or of all.
func shellSessions(
  _ family: String? = nil, _ split: Split = .train, count: Int, seed: UInt64 = 1
) throws -> [Session<Shell>] {
  var shell = Shell()
  if let family { shell.families = [family] }
  return try (0..<count).map { index in
    var random = Randomness(seed: seed).stream("scenario-" + split.rawValue, index)
    return try Session(
      shell, scenario: shell.scenario(in: split, using: &random),
      origin: EpisodeOrigin(seed: seed, split: split, scenario: index))
  }
}

/// Plays sessions with the expert.
///
/// A machine without a sandbox fails the test and says what to do.
func playExpert(_ noise: ExpertNoise = .none, _ sessions: [Session<Shell>]) async
  -> [Session<Shell>]
{
  let played = await Rollout(.expert(noise), workers: 2).play(sessions)
  for failure in played.compactMap(\.ending?.failure).prefix(1) { Issue.record("\(failure)") }
  return played
}

/// Plays actions in the compact format, such as `bash ls`.
func play(_ actions: [String], in session: Session<Shell>) async -> Session<Shell> {
  var session = session
  let tools = session.environment.tools.descriptions
  for action in actions { await session.play(CompactFormat().parse(Text(action), tools: tools)) }
  if let failure = session.ending?.failure { Issue.record("\(failure)") }
  return session
}

extension Collection where Element == Session<Shell> {
  /// The share of sessions that ended with success.
  var successRate: Double {
    Double(count { $0.judgement?.success == true }) / Double(Swift.max(1, count))
  }
}
