/// The law about sub-tasks, tried on a group in which the turns of two sub-tasks alternate.
extension EstimatorChecker {
  /// What one sub-task earns does not change the credit of the other, all of its own turns depend on it, and
  /// names do not matter; or sub-tasks change nothing at all.
  func subtasks() throws -> String? {
    let divided = fixture.divided()
    guard estimator.usesSubtasks else {
      var plain = divided
      for member in plain.members.indices {
        for turn in plain.members[member].turns.indices {
          plain.members[member].turns[turn].subtask = nil
          plain.members[member].turns[turn].shares = []
        }
      }
      return try credit(plain) == credit(divided)
        ? nil : "sub-tasks change the credit, but the estimator does not say so"
    }
    let before = try credit(divided)
    let renamed = try credit(fixture.divided(["z", "a"]))
    for member in before.indices {
      if let turn = Self.difference(before[member], renamed[member], within: 1e-12) {
        return "other names of the sub-tasks change turn \(turn + 1) of episode \(member + 1)"
      }
    }
    return try keepsApart(before)
  }

  /// Raises what the first sub-task earns at the end of each episode in turn.
  private func keepsApart(_ before: [EpisodeCredit]) throws -> String? {
    for member in before.indices {
      var more = LawFixture.late
      more[member] += 1
      let after = try credit(fixture.divided(late: more))
      for (episode, (old, new)) in zip(before, after).enumerated() {
        for turn in old.turns.indices {
          let isSame = Self.agree(old.turns[turn], new.turns[turn], within: 1e-12)
          let place = "turn \(turn + 1) of episode \(episode + 1)"
          if turn % 2 == 1, !isSame {
            return "\(place) is credited with a reward of another sub-task"
          }
          if turn % 2 == 0, episode == member, isSame, estimator.exceptions[.everyTurn] == nil {
            return "\(place) loses what its sub-task was paid by a later turn"
          }
        }
      }
    }
    return nil
  }
}
