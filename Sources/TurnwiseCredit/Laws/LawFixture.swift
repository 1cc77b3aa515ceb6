internal import TurnwiseCore

/// A group with all the evidence that any estimator can ask for, on which laws are tried.
///
/// Some states are shared, one episode is the longest, one was cut off from outside, and no two returns
/// are equal.
struct LawFixture {
  /// What the environment says about how promising a state is.
  enum Score {
    /// A number that depends on the state.
    case ofState
    /// Nothing.
    case absent
    /// A number.
    case number(Double)
  }

  /// A turn.
  struct Turn {
    var state: Int
    var action: Int
    var tokens = 2
    var reward: Double?
    var subtask: String?
    var shares: [RewardShare] = []
    var score = Score.ofState

    /// The potential of the state.
    var potential: Double? {
      switch score {
      case .ofState: EnumeratedProblem.guess(state)
      case .absent: nil
      case .number(let number): number
      }
    }
  }

  /// An episode.
  struct Member {
    var turns: [Turn]
    var isTruncated = false
    /// A critic's value of the last state.
    var criticValueAfter = 0.4
    /// A process reward model's value of the last state.
    var modelValueAfter = 0.3
    /// The last state.
    var finalState = 3
  }

  /// The episodes.
  var members: [Member]
  /// The number of forks at each point beside those that were asked for.
  var extraForks = 0

  /// The group on which most laws are tried.
  static let standard = LawFixture(members: [
    Member(turns: [
      Turn(state: 0, action: 0), Turn(state: 1, action: 2, tokens: 3, reward: 0.2),
      Turn(state: 3, action: 4, tokens: 1, reward: 1),
    ]),
    Member(turns: [
      Turn(state: 0, action: 0), Turn(state: 1, action: 3, reward: 0.1),
    ]),
    Member(turns: [
      Turn(state: 0, action: 1, tokens: 1, reward: 0.3), Turn(state: 2, action: 5, tokens: 4),
      Turn(state: 3, action: 4, reward: 0.6),
    ]),
    Member(
      turns: [
        Turn(state: 0, action: 1), Turn(state: 2, action: 6, tokens: 1),
        Turn(state: 4, action: 7, tokens: 2), Turn(state: 5, action: 8, tokens: 3, reward: 0.9),
      ]),
    Member(
      turns: [Turn(state: 0, action: 0, tokens: 3), Turn(state: 1, action: 2, reward: 0)],
      isTruncated: true),
  ])

  /// The index of the episode whose last turn no other episode reached.
  static let longest = 3
  /// The index of the episode that was cut off.
  static let truncated = 4

  /// Returns the group with other returns, paid on the last turns.
  static func equal(_ returns: [Double]) -> LawFixture {
    var fixture = standard
    for (member, value) in zip(fixture.members.indices, returns) {
      for turn in fixture.members[member].turns.indices {
        fixture.members[member].turns[turn].reward = nil
      }
      fixture.members[member].turns[fixture.members[member].turns.count - 1].reward = value
    }
    return fixture
  }

  /// Returns the group with each last reward raised by a constant.
  func raised(by constant: Double) -> LawFixture {
    var fixture = self
    for member in members.indices {
      fixture.addReward(constant, member: member, turn: members[member].turns.count - 1)
    }
    return fixture
  }

  /// What the first sub-task of ``divided(_:late:)`` is paid with the last turn, for each episode.
  static let late = [0.5, 0, 0.3, 0.2, 0]

  /// Returns the group with two sub-tasks, whose turns alternate: the reward of each turn belongs to the
  /// sub-task of the turn, and the last reward of an episode also pays for the first sub-task.
  ///
  /// - Parameters:
  ///   - names: The names of the sub-tasks.
  ///   - late: What the first sub-task is paid with the last turn, for each episode.
  /// - Returns: The group.
  func divided(
    _ names: [String] = ["a", "b"], late: [Double] = late
  ) -> LawFixture {
    var fixture = self
    for member in members.indices {
      let last = members[member].turns.count - 1
      for turn in 0...last {
        let name = names[turn % 2]
        fixture.members[member].turns[turn].subtask = name
        if let reward = members[member].turns[turn].reward {
          fixture.members[member].turns[turn].shares = [RewardShare(reward, of: name)]
        }
      }
      fixture.addReward(late[member], member: member, turn: last)
      fixture.members[member].turns[last].shares.append(RewardShare(late[member], of: names[0]))
    }
    return fixture
  }

  /// Raises the reward of a turn.
  mutating func addReward(_ reward: Double, member: Int, turn: Int) {
    members[member].turns[turn].reward = (members[member].turns[turn].reward ?? 0) + reward
  }

  /// Returns the episodes as estimators read them.
  func group() throws -> CreditGroup {
    try CreditGroup(
      members.enumerated().map { index, member in
        CreditEpisode(
          name: "E\(index + 1)",
          turns: member.turns.map { turn in
            CreditTurn(
              reward: turn.reward, subtask: turn.subtask, shares: turn.shares,
              potential: turn.potential,
              stateKey: try? StateKey(of: turn.state), actionKey: try? StateKey(of: -turn.action),
              sampledTokens: turn.tokens)
          }, isTruncated: member.isTruncated, finalKey: try? StateKey(of: member.finalState))
      })
  }

  /// Credits the group with all evidence that the estimator asks for.
  func credit(_ estimator: any CreditEstimator) throws -> GroupCredit {
    let group = try group()
    return try estimator.credit(group, evidence: evidence(for: estimator, of: group))
  }

  /// Process rewards that are unrelated to what was earned.
  var processRewards: ProcessRewards {
    ProcessRewards(
      turns: members.map { $0.turns.map { EnumeratedProblem.guess(3 * $0.action + 1) - 0.5 } })
  }

  /// Returns all evidence that an estimator asks for.
  func evidence(for estimator: any CreditEstimator, of group: CreditGroup) -> Evidence {
    func tokens(_ number: (Turn, Int) -> Double) -> [[[Double]]] {
      members.map { member in
        member.turns.map { turn in (0..<turn.tokens).map { number(turn, $0) } }
      }
    }
    var evidence = Evidence(
      critic: Evidence.Critic(
        values: tokens { EnumeratedProblem.guess($0.state + 2 * $1) },
        bootstrap: members.map(\.criticValueAfter)),
      processModel: Evidence.ProcessModel(
        values: members.map { $0.turns.map { EnumeratedProblem.guess($0.state + 1) } },
        bootstrap: members.map(\.modelValueAfter)),
      implicitModel: tokens { EnumeratedProblem.guess(5 * $0.action + $1) - 0.5 },
      distributions: Evidence.Distributions(
        logProbabilities: tokens { -0.1 - EnumeratedProblem.guess($0.action + $1) },
        squares: tokens { 0.1 + 0.5 * EnumeratedProblem.guess($0.state + $1) },
        entropies: tokens { EnumeratedProblem.guess($0.state + 3 * $1) }))
    evidence.referencePolicy = tokens { -0.2 - EnumeratedProblem.guess($0.action + 2 * $1 + 4) }
    evidence.addExamples(for: estimator, of: group)
    // The outcomes of a point differ, so that it matters how many of them are used.
    var played: [ForkPoint: Int] = [:]
    evidence.playForks(for: [estimator], of: group, sharing: { $0 }) { point in
      let turn = members[point.episode].turns[point.turn]
      played[point, default: 0] += 1
      let luck = played[point, default: 0] % 2
      return ForkOutcome(turns: [
        CreditTurn(
          reward: EnumeratedProblem.guess(turn.state + 2 * point.token + 4 + luck),
          stateKey: group.episodes[point.episode].turns[point.turn].stateKey)
      ])
    }
    for point in evidence.forks.keys {
      for _ in 0..<extraForks { evidence.forks[point]?.append(ForkOutcome(return: 100)) }
    }
    return evidence
  }
}
