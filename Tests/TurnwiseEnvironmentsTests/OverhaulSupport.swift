import Testing
import TurnwiseCore
import TurnwiseEnvironments

/// Creates sessions on several programs.
func overhauls(
  _ split: Split = .train, count: Int, seed: UInt64 = 1,
  _ change: (inout Overhaul) -> Void = { _ in }
) throws -> [Session<Overhaul>] {
  var overhaul = Overhaul()
  change(&overhaul)
  return try (0..<count).map {
    try Session(overhaul, origin: EpisodeOrigin(seed: seed, split: split, scenario: $0))
  }
}

/// Lets a player play sessions; a failure of an episode fails the test.
func playAll(_ player: Player, _ sessions: [Session<Overhaul>]) async -> [Session<Overhaul>] {
  let played = await Rollout(player, workers: 2).play(sessions)
  for failure in played.compactMap(\.ending?.failure).prefix(1) { Issue.record("\(failure)") }
  return played
}

extension Session<Overhaul> {
  /// The sum of all rewards.
  var earned: Double { (try? episode().totalReward) ?? .nan }

  /// The reply of the last turn.
  var reply: String { turns.last?.replies.last?.text.string ?? "" }

  /// The call that opens a program.
  func opening(_ program: String) throws -> String {
    "open \(try #require(scenario.parts.firstIndex { $0.program == program }) + 1)"
  }

  /// The bug of a program.
  func bug(of program: String) throws -> RepairTask.Bug {
    try #require(scenario.parts.first { $0.program == program }).bugs[0]
  }

  /// The call that writes a line as it should be, or as the bug has it.
  func replacement(of program: String, breaking: Bool = false) throws -> String {
    let bug = try bug(of: program)
    let text = breaking ? bug.after : bug.before
    let call = ToolCall(
      "replace",
      ["path": .string(bug.path), "line": .integer(bug.line), "text": .string(text)])
    return CompactFormat().render([call]).string
  }
}
