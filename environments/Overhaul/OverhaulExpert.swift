internal import TurnwiseCore

/// The scripted expert: opens any of the programs that are left, and repairs it as the expert of ``Repair``
/// does, reading suspicious lines in any order.
struct OverhaulExpert {
  let state: Overhaul.State
  /// The turns of the episode.
  let turns: [Turn]
  let rules: Overhaul

  /// Chooses the next action; nil when all programs are submitted.
  ///
  /// - Throws: A `Failure` if the task belongs to another version of the program.
  func action(_ noise: ExpertNoise, using random: inout Randomness) throws -> Action? {
    guard let present = state.present else {
      if random.chance(noise.slip) { return .call(RunTests.name) }
      let left = state.isSubmitted.indices.filter { !state.isSubmitted[$0] }
      return left.randomElement(using: &random).map {
        .call(OpenProgram.name, ["number": .integer($0 + 1)])
      }
    }
    let part = state.task.parts[present]
    // A new context leaves the agent its own turns, and what the observation says of earlier ones: the last reply,
    // and which lines were read.
    let own = turns.suffix(
      state.turns - state.context.start + (state.context.reply == nil ? 0 : 1))
    let action = RepairExpert(
      try Program.of(part), state.part(present), after: Array(own), window: rules.window,
      tests: Overhaul.State.testsPath(of: part), shufflesSuspects: true,
      earlier: .init(hasChanged: state.changes > 0, lines: state.context.reading.lines)
    ).action(noise, using: &random)
    let isRefused =
      state.changes >= rules.changes && action.calls.contains { $0.name == ReplaceLine.name }
    return isRefused ? .call(SubmitProgram.name) : action
  }
}
