internal import TurnwiseCore

/// The laws about turns and episodes, tried on one group with all evidence.
extension EstimatorChecker {
  /// The numbers are finite and have the shape of turns, tokens and value targets.
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
        guard Self.agree(tokens.mean, mean, within: 1e-9) else {
          return "turn \(turn + 1) of \(episode.name) has \(mean), not the mean of its tokens"
        }
      }
      let targets = credit.valueTargets ?? []
      guard targets.isEmpty || targets.count == episode.turns.count,
        zip(targets, episode.turns).allSatisfy({ $0.count <= $1.sampledTokens })
      else { return "\(episode.name) has value targets for tokens that were not sampled" }
    }
    return nil
  }

  /// A second call, a decoded copy and forks of other estimators do not change the credit.
  func pure() throws -> String? {
    let first = try credit(fixture)
    guard try credit(fixture) == first else { return "a second call gives different credit" }
    func read<E: CreditEstimator>(_ estimator: E) throws -> any CreditEstimator {
      try JSON.decode(E.self, from: JSON.encode(estimator))
    }
    let again = EstimatorChecker(try read(estimator))
    guard try again.credit(fixture) == first else {
      return "an encoded and decoded copy gives different credit"
    }
    var more = fixture
    more.extraForks = 2
    return try credit(more) == first ? nil : "forks for another estimator change its credit"
  }

  /// Permuting the episodes permutes their credit.
  func permutation() throws -> String? {
    let order = [3, 0, 4, 2, 1]
    let straight = try credit(fixture)
    let permuted = try credit(LawFixture(members: order.map { fixture.members[$0] }))
    for (place, member) in order.enumerated() {
      if let turn = Self.difference(permuted[place], straight[member], within: 1e-12) {
        return "another order of the episodes changes turn \(turn + 1) of episode \(member + 1)"
      }
    }
    return nil
  }

  /// Raising the last reward of an episode changes the credit of all of its turns.
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
          return "turn \(turn + 1) of episode \(member + 1) does not depend on the last reward"
        }
      }
    }
    return nil
  }

  /// More tokens in each turn, or a turn without tokens, do not change the credit.
  func observations() throws -> String? {
    var other = fixture
    if estimator.granularity == .token {
      // A turn in which nothing was sampled is only an observation.
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

  /// Three more turns of the longest episode do not change the credit of the others.
  func longEpisodes() throws -> String? {
    // The longest episode continues for three turns that no other episode reaches, and earns the same.
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

  /// Only the episode that was cut off depends on what is said about its last state.
  func truncation() throws -> String? {
    let before = try credit(fixture)
    // Changes to what is said about the last state, and whether an estimator must depend on them.
    let probes: [(mustBeRead: Bool, change: (inout LawFixture.Member) -> Void)] = [
      (estimator.needs.contains(.critic), { $0.criticValueAfter += 1 }),
      (estimator.needs.contains(.processModel), { $0.modelValueAfter += 0.5 }),
      (false, { $0.finalState = 4 }),
    ]
    var bootstraps = false
    for probe in probes {
      for member in fixture.members.indices {
        var other = fixture
        probe.change(&other.members[member])
        let after = try credit(other)
        let isRead = Self.difference(after[member], before[member], within: 1e-9) != nil
        if member != LawFixture.truncated, isRead {
          return "an episode that ended bootstraps"
        }
        if member == LawFixture.truncated, isRead { bootstraps = true }
        if member == LawFixture.truncated, probe.mustBeRead, !isRead {
          return "an episode that was cut off does not bootstrap"
        }
      }
    }
    if !bootstraps {
      throw NotApplicable(reason: "its evidence has no value of a last state")
    }
    return nil
  }

  /// Raising the reward of a turn that no other episode reached raises its credit.
  func loneSurvivor() throws -> String? {
    let last = fixture.members[LawFixture.longest].turns.count - 1
    var other = fixture
    other.addReward(1, member: LawFixture.longest, turn: last)
    let before = try credit(fixture)[LawFixture.longest].turns[last]
    let after = try credit(other)[LawFixture.longest].turns[last]
    return after - before > 1e-9
      ? nil
      : "1 more on a turn that no other episode reached changes its credit from \(before) to \(after)"
  }
}
