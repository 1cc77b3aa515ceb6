public import TurnwiseCore
internal import TurnwiseCredit

extension Episode {
  /// The parts of a recorded episode that are worth imitating.
  ///
  /// That is the whole episode if it succeeded or, without a judgement of success, earned a reward. Of an
  /// episode that is measured by its return it is at least the contexts that worked only on sub-tasks which earned
  /// something, and those that led to them.
  package var successfulParts: [Episode] {
    guard ending.failure == nil else { return [] }
    if judgement?.success ?? ((totalReward ?? 0) > 0) { return [self] }
    guard judgement?.measure == .return else { return [] }
    let turns = CreditEpisode(self).turns
    func hasEarned(_ subtask: String) -> Bool {
      turns.reduce(0) { $0 + ($1.reward(of: subtask) ?? 0) } > 0
    }
    var isNextKept = false
    return contexts.reversed().filter { context in
      let subtasks = Set(context.turns.compactMap(\.subtask))
      // Turns that belong to no sub-task led to the next one.
      isNextKept = subtasks.isEmpty ? isNextKept : subtasks.allSatisfy(hasEarned)
      return isNextKept
    }.reversed()
  }
}
