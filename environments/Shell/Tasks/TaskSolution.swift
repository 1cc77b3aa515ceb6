internal import TurnwiseCore

/// The expert of a task from a folder, which follows the solution turn by turn.
struct TaskSolution {
  /// The steps; the last one submits the answer.
  let steps: [Move.Step]

  /// The beginning of a turn that submits.
  static let submit = Submit.name + " "

  /// Takes the turns up to the one that begins with `submit`; without one, `done` is submitted.
  init(_ turns: [String]) {
    let commands = turns.prefix { !$0.hasPrefix(Self.submit) }
    let answer =
      commands.count < turns.count ? turns[commands.count].dropFirst(Self.submit.count) : "done"
    steps = commands.map { .bash($0) } + [.submit(String(answer))]
  }

  /// Returns the step after the turns that were played.
  ///
  /// The habit sometimes skips a step. A solution does not show which steps only look, so the
  /// probability of a shortcut is spread over all of them.
  func action(
    after turns: [Turn], _ noise: ExpertNoise, using random: inout Randomness
  ) -> Action {
    var next = 0
    for turn in turns {
      if let found = steps[next...].firstIndex(where: { $0.action.calls == turn.action.calls }) {
        next = found + 1
      }
    }
    if random.chance(noise.slip) { return slip(using: &random).action }
    if next + 1 < steps.count, random.chance(noise.habit / Double(steps.count - 1)) { next += 1 }
    return steps[min(next, steps.count - 1)].action
  }

  /// A step that is useless for the task; seldom one that ends it.
  private func slip(using random: inout Randomness) -> Move.Step {
    if random.chance(0.2) { return .submit("?") }
    return ["ls", "pwd", "true"].lazy.map { .bash($0) }.first { !steps.contains($0) } ?? .bash("")
  }
}
