internal import TurnwiseCore

/// The scripted expert: asks the family for the best move, and deviates from it as the noise says.
struct ShellExpert {
  /// The task, of which it uses only the family and the words of the instruction.
  let task: ShellTask
  /// What the agent knows.
  let history: CommandHistory
  /// The families that the task may be of.
  var families = TaskFamilies.all

  /// Chooses the next action; nil if the family of the task is unknown.
  func action(_ noise: ExpertNoise, using random: inout Randomness) -> Action? {
    guard let family = families.named(task.family) else { return nil }
    let move = family.move(in: task, knowing: history)
    if random.chance(noise.slip) { return slip(using: &random).action }
    if let shortcut = move.shortcut, !hasTried(shortcut), random.chance(noise.habit) {
      return shortcut.action
    }
    return move.best.action
  }

  /// Whether a shortcut was taken before: either it failed, or the move would be another one.
  private func hasTried(_ step: Move.Step) -> Bool {
    if case .bash(let command) = step { history.hasTried(command) } else { false }
  }

  /// One wrong step: mostly useless, sometimes a failing command, sometimes a wrong answer.
  private func slip(using random: inout Randomness) -> Move.Step {
    let clue = task.clues.sorted { $0.key < $1.key }.randomElement(using: &random)?.value ?? "done"
    switch random.unit() {
    case ..<0.5: return .bash("ls")
    case ..<0.8: return .bash("cat ./\(clue)")
    default: return .submit(clue)
    }
  }
}

extension Move.Step {
  /// The step as an action.
  var action: Action {
    switch self {
    case .bash(let command): .call(Bash.name, ["command": .string(command)])
    case .submit(let answer): .call(Submit.name, ["answer": .string(answer)])
    }
  }
}
