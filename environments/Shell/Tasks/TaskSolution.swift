internal import TurnwiseCore

/// The expert of a task from a folder: it does what somebody wrote down, a turn after the other.
struct TaskSolution {
  /// What is done, the answer last.
  let steps: [Move.Step]

  /// What the turn that submits begins with.
  static let submit = Submit.name + " "

  /// Takes up turns; the word `submit` begins the one that submits, behind which nothing is done.
  init(_ turns: [String]) {
    let commands = turns.prefix { !$0.hasPrefix(Self.submit) }
    let answer =
      commands.count < turns.count ? turns[commands.count].dropFirst(Self.submit.count) : "done"
    steps = commands.map { .bash($0) } + [.submit(String(answer))]
  }

  /// What comes after the turns that were played.
  ///
  /// Noise leaves a step out now and then: a solution does not tell which steps only look, so the
  /// chance of a shortcut is spread over all of them.
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

  /// A step that does nothing for the task; seldom one that ends it.
  private func slip(using random: inout Randomness) -> Move.Step {
    if random.chance(0.2) { return .submit("?") }
    return ["ls", "pwd", "true"].lazy.map { .bash($0) }.first { !steps.contains($0) } ?? .bash("")
  }
}
