internal import TurnwiseCore

/// The scripted expert: ticks the checklist off in any order, does the present job as the expert of ``Shell``
/// does, and sends it.
struct ChoresExpert {
  let state: Chores.State
  /// The turns of the episode.
  let turns: [Turn]
  /// The number of items of a checklist.
  let routine: Int

  /// Chooses the next action; nil when the day is over.
  func action(_ noise: ExpertNoise, using random: inout Randomness) -> Action? {
    if state.waiting != nil { return .call(SendJob.name) }
    let own = ownTurns
    if let choice = state.day.choice, state.isChoosing { return pick(choice, own, noise, &random) }
    guard let task = state.task else { return nil }
    if let item = state.checklist.randomElement(using: &random) {
      return .call(TickItem.name, ["item": .string(item)])
    }
    return ShellExpert(task: task, history: CommandHistory(own), families: JobKinds.all)
      .action(noise, using: &random)
  }

  /// The turns of the present job, which a new context leaves to the agent.
  private var ownTurns: [Turn] {
    let name = state.isChoosing ? Chores.choice : Chores.name(of: state.job)
    return turns.filter { $0.subtask == name }
  }

  private func pick(
    _ choice: ChoresDay.Choice, _ turns: [Turn], _ noise: ExpertNoise, _ random: inout Randomness
  ) -> Action {
    let look = "cat \(ChoresDay.plan)"
    let history = CommandHistory(turns)
    func pick(_ branch: String) -> Action {
      .call(PickBranch.name, ["branch": .string(branch)])
    }
    if random.chance(noise.slip) { return .call(Bash.name, ["command": "ls"]) }
    if let line = history.line(from: look) { return pick(line.lastWord) }
    if random.chance(noise.habit) { return pick(choice.branches[0]) }
    return .call(Bash.name, ["command": .string(look)])
  }
}
