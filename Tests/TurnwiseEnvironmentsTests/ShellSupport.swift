import Testing
import TurnwiseCore
import TurnwiseEnvironments

/// Creates sessions on scenarios of one family, or of all.
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
/// On a machine without a sandbox the test fails with the remedy.
func playExpert(_ noise: ExpertNoise = .none, _ sessions: [Session<Shell>]) async
  -> [Session<Shell>]
{
  let played = await Rollout(.expert(noise), workers: 2).play(sessions)
  for failure in played.compactMap(\.ending?.failure).prefix(1) { Issue.record("\(failure)") }
  return played
}
