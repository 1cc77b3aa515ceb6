/// The laws about rewards and returns, tried on one group with all evidence.
extension EstimatorChecker {
  /// A reward of 0, or almost 0, has the effect of no reward.
  func zeroReward() throws -> String? {
    let before = try credit(fixture)
    for (reward, tolerance) in [(0.0, 0.0), (1e-9, 1e-6)] {
      for member in fixture.members.indices {
        for turn in fixture.members[member].turns.indices
        where fixture.members[member].turns[turn].reward == nil {
          var other = fixture
          other.members[member].turns[turn].reward = reward
          let after = try credit(other)
          for (episode, (a, b)) in zip(after, before).enumerated() {
            if let changed = Self.difference(a, b, within: tolerance) {
              return "a reward of \(reward) on turn \(turn + 1) of episode \(member + 1) changes"
                + " turn \(changed + 1) of episode \(episode + 1)"
            }
          }
        }
      }
    }
    return nil
  }

  /// Equal returns give credit of exactly 0.
  func deadGroup() throws -> String? {
    // Equal up to the rounding of sums.
    let dead = LawFixture.equal([0.1 + 0.2, 0.3, 0.3, 0.1 + 0.2, 0.3])
    for (member, credit) in try credit(dead).enumerated() {
      let numbers = credit.turns + (credit.tokens ?? []).flatMap(\.self)
      if let number = numbers.first(where: { $0 != 0 }) {
        return "episode \(member + 1) has credit \(number)"
      }
    }
    return nil
  }

  /// Returns that differ by 1e-13 give credit of almost 0.
  func nearlyDeadGroup() throws -> String? {
    let group = LawFixture.equal([0.3, 0.3 + 1e-13, 0.3, 0.3, 0.3 - 1e-13])
    for (member, credit) in try credit(group).enumerated() {
      let numbers = credit.turns + (credit.tokens ?? []).flatMap(\.self)
      if let number = numbers.first(where: { abs($0) > 1e-6 }) {
        return "returns that differ by 1e-13 give episode \(member + 1) credit \(number)"
      }
    }
    return nil
  }

  /// Raising the last reward of all episodes changes nothing.
  func constantReward() throws -> String? {
    let (before, after) = (try credit(fixture), try credit(fixture.raised(by: 5)))
    for member in before.indices {
      if let turn = Self.difference(after[member], before[member], within: 1e-9) {
        return "turn \(turn + 1) of episode \(member + 1) has \(after[member].turns[turn])"
          + " instead of \(before[member].turns[turn])"
      }
    }
    return nil
  }

  /// Of two episodes of 1000 turns, the one that earned 1e-9 more gets more credit.
  func doublePrecision() throws -> String? {
    func member(_ extra: Double) -> LawFixture.Member {
      var turns = (0..<1000).map { LawFixture.Turn(state: $0, action: $0, tokens: 1, reward: 0.1) }
      turns[999].reward = 0.1 + extra
      return LawFixture.Member(turns: turns)
    }
    let long = try credit(LawFixture(members: [member(0), member(1e-9)]))
    let gain = (long[1].turns.last ?? 0) - (long[0].turns.last ?? 0)
    return gain > 0
      ? nil : "of two episodes of 1000 turns, the one that earned 1e-9 more gets \(gain) more"
  }
}
