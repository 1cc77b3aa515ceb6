internal import Foundation
internal import TurnwiseCore

/// The laws that are tried on one group with all evidence.
extension EstimatorChecker {
  private var fixture: LawFixture { .standard }

  private func credit(_ fixture: LawFixture) throws -> [EpisodeCredit] {
    try fixture.credit(estimator).episodes
  }

  func wellFormed() throws -> String? {
    for (credit, episode) in zip(try credit(fixture), try fixture.group().episodes) {
      guard credit.turns.count == episode.turns.count, credit.turns.allSatisfy(\.isFinite) else {
        return "\(episode.name) has \(episode.turns.count) turns and credit \(credit.turns)"
      }
      guard let tokens = credit.tokens else { continue }
      guard tokens.map(\.count) == episode.turns.map(\.sampledTokens),
        tokens.joined().allSatisfy(\.isFinite)
      else { return "the credit of \(episode.name) does not have the shape of its tokens" }
      for (turn, (tokens, mean)) in zip(tokens, credit.turns).enumerated() where !tokens.isEmpty {
        guard Self.agree(tokens.reduce(0, +) / Double(tokens.count), mean, within: 1e-9) else {
          return "turn \(turn + 1) of \(episode.name) has \(mean), its tokens another mean"
        }
      }
      let targets = credit.valueTargets ?? []
      guard targets.isEmpty || targets.count == episode.turns.count,
        zip(targets, episode.turns).allSatisfy({ $0.count <= $1.sampledTokens })
      else { return "\(episode.name) has value targets for other tokens than were sampled" }
    }
    return nil
  }

  func pure() throws -> String? {
    let first = try credit(fixture)
    guard try credit(fixture) == first else { return "a second call gives another credit" }
    func read<E: CreditEstimator>(_ estimator: E) throws -> any CreditEstimator {
      try JSON.decode(E.self, from: JSON.encode(estimator))
    }
    let again = EstimatorChecker(try read(estimator))
    guard try again.credit(fixture) == first else {
      return "written and read, it gives another credit"
    }
    var more = fixture
    more.extraForks = 2
    return try credit(more) == first ? nil : "forks that somebody else asked for change its credit"
  }

  func permutation() throws -> String? {
    let order = [3, 0, 4, 2, 1]
    let straight = try credit(fixture)
    let permuted = try credit(LawFixture(members: order.map { fixture.members[$0] }))
    for (place, member) in order.enumerated() {
      if let turn = Self.difference(permuted[place], straight[member], within: 1e-12) {
        return "turn \(turn + 1) of episode \(member + 1) has another credit in another order"
      }
    }
    return nil
  }

  func everyTurn() throws -> String? {
    let before = try credit(fixture)
    for member in fixture.members.indices {
      var other = fixture
      other.addReward(1, member: member, turn: fixture.members[member].turns.count - 1)
      let after = try credit(other)[member]
      for turn in after.turns.indices {
        let pairs =
          after.tokens.map { Array(zip($0[turn], before[member].tokens?[turn] ?? [])) }
          ?? [(after.turns[turn], before[member].turns[turn])]
        if pairs.contains(where: { Self.agree($0, $1, within: 1e-9) }) {
          return "turn \(turn + 1) of episode \(member + 1) does not notice the last reward"
        }
      }
    }
    return nil
  }

  func observations() throws -> String? {
    var other = fixture
    if estimator.granularity == .token {
      // A turn in which nothing was sampled is nothing but an observation.
      other.members[0].turns.insert(.init(state: 1, action: 2, tokens: 0), at: 2)
    } else {
      for member in other.members.indices {
        for turn in other.members[member].turns.indices {
          other.members[member].turns[turn].tokens *= 3
        }
      }
    }
    let (before, after) = (try credit(fixture), try credit(other))
    for member in before.indices {
      var credit = after[member]
      if estimator.granularity == .token, member == 0 {
        credit.turns.remove(at: 2)
        credit.tokens?.remove(at: 2)
      }
      if let turn = Self.difference(credit, before[member], within: 1e-9) {
        return estimator.granularity == .token
          ? "an observation changes turn \(turn + 1) of episode \(member + 1)"
          : "the number of tokens changes turn \(turn + 1) of episode \(member + 1)"
      }
    }
    return nil
  }

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

  func longEpisodes() throws -> String? {
    // The longest episode goes on for three turns nobody else reaches, and earns the same.
    var other = fixture
    let longest = LawFixture.longest
    let last = other.members[longest].turns.count - 1
    let reward = other.members[longest].turns[last].reward
    other.members[longest].turns[last].reward = nil
    for state in 20...22 {
      other.members[longest].turns.append(.init(state: state, action: state))
    }
    other.members[longest].turns[last + 3].reward = reward
    let (before, after) = (try credit(fixture), try credit(other))
    for member in before.indices where member != longest {
      if let turn = Self.difference(after[member], before[member], within: 1e-9) {
        return "turn \(turn + 1) of episode \(member + 1) changes when another episode is longer"
      }
    }
    return nil
  }

  func truncation() throws -> String? {
    let before = try credit(fixture)
    // What may be said of the last state, and whether the estimator must listen where it was cut off.
    let probes: [(isRead: Bool, change: (inout LawFixture.Member) -> Void)] = [
      (estimator.needs.contains(.critic), { $0.criticBehind += 1 }),
      (estimator.needs.contains(.processModel), { $0.modelBehind += 0.5 }),
      (false, { $0.finalState = 4 }),
    ]
    var hears = false
    for probe in probes {
      for member in fixture.members.indices {
        var other = fixture
        probe.change(&other.members[member])
        let after = try credit(other)
        let isHeard = Self.difference(after[member], before[member], within: 1e-9) != nil
        if member != LawFixture.truncated, isHeard {
          return "an episode that came to its end bootstraps"
        }
        if member == LawFixture.truncated, isHeard { hears = true }
        if member == LawFixture.truncated, probe.isRead, !isHeard {
          return "an episode that was cut does not bootstrap"
        }
      }
    }
    if !hears {
      throw NotConcerned(reason: "nothing that it reads says what a last state is worth")
    }
    return nil
  }

  func loneSurvivor() throws -> String? {
    let last = fixture.members[LawFixture.longest].turns.count - 1
    var other = fixture
    other.addReward(1, member: LawFixture.longest, turn: last)
    let before = try credit(fixture)[LawFixture.longest].turns[last]
    let after = try credit(other)[LawFixture.longest].turns[last]
    return after - before > 1e-9
      ? nil : "1 more on a turn that nobody else reached makes \(after) of its credit \(before)"
  }

  func deadGroup() throws -> String? {
    // Equal but for the rounding of sums.
    let dead = LawFixture.equal([0.1 + 0.2, 0.3, 0.3, 0.1 + 0.2, 0.3])
    for (member, credit) in try credit(dead).enumerated() {
      let numbers = credit.turns + (credit.tokens ?? []).flatMap(\.self)
      if let number = numbers.first(where: { $0 != 0 }) {
        return "episode \(member + 1) has credit \(number)"
      }
    }
    return nil
  }

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

  // MARK: - Comparing

  private static func agree(_ a: Double, _ b: Double, within tolerance: Double) -> Bool {
    abs(a - b) <= tolerance * max(1, abs(a), abs(b))
  }

  /// The first turn whose credit differs.
  private static func difference(
    _ a: EpisodeCredit, _ b: EpisodeCredit, within tolerance: Double
  ) -> Int? {
    a.turns.indices.first { turn in
      let tokens = zip(a.tokens?[turn] ?? [], b.tokens?[turn] ?? [])
      return !agree(a.turns[turn], b.turns[turn], within: tolerance)
        || tokens.contains { !agree($0, $1, within: tolerance) }
    }
  }
}
