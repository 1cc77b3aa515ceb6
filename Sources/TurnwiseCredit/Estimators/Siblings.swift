public import TurnwiseCore

/// Compares what followed a fork with its siblings, and learns from the siblings, too.
///
/// At chosen turns t, K continuations ("siblings") are played from the state before the turn. With
/// G_0 what the episode itself was paid from t on, and G_1 … G_K what the siblings were paid,
///
///     A_i = G_i − mean of the other K of G_0 … G_K
///
/// is the credit of all turns of continuation i: the sibling's turns from t to its end, and the
/// episode's own turns from t to the next chosen one. Turns before the first chosen one have the credit
/// of ``RLOO``. Siblings enter the loss as episodes of their own, without the turns that they share with
/// the episode (BPO, arXiv 2607.14171; BranPO, arXiv 2602.03719).
///
/// With `until=subtask` a sibling ends with the sub-task in which it began, and G is what belongs to that
/// sub-task and is paid before another one begins. That costs a few turns where playing to the end of a long episode
/// costs many. Turns that are not chosen have the credit of ``SubtaskCredit`` with `each=rloo` then. It needs
/// rewards that are paid while their sub-task is worked on.
///
/// Siblings cost environment turns, which count towards the budget. `at=entropy` chooses the share
/// `share` of turns whose tokens were sampled with the highest mean entropy, the first turn left out because
/// the group itself consists of its siblings; `at=subtask` chooses the first turn of each sub-task but the first.
///
/// **When it misleads:** states after a fork are trained on K + 1 times, so the expected gradient is not
/// that of the return: it counts turns that follow a fork for more than others.
public struct Siblings: CreditEstimator, Configurable {
  /// The rule that chooses turns.
  public enum Site: String, WordChoice {
    /// Turns with the highest entropy.
    case entropy
    /// The first turns of sub-tasks.
    case subtask
  }
  /// The end of a sibling.
  public enum End: String, WordChoice {
    /// The end of the episode.
    case episode
    /// The end of the sub-task in which the sibling began.
    case subtask
  }

  /// `siblings`.
  public static let id = "siblings"
  /// What the estimator does.
  public static let summary = "continuations from chosen turns, compared and trained on"

  /// The number of siblings at each chosen turn.
  @Option<Integers<1, 1000>>("Siblings at each chosen turn.") public var k = 3
  /// The rule that chooses the turns.
  @Option("Where siblings start: at turns of high entropy, or where sub-tasks begin.")
  public var at = Site.entropy
  /// The share of turns that are chosen.
  @Option<UnitInterval>("Share of turns that at=entropy chooses.") public var share = 0.25
  /// The end of siblings.
  @Option("Where siblings end: with the episode, or with the sub-task they began in.")
  public var until = End.episode

  /// Creates the estimator with its default options.
  public init() {}

  /// Needs forks; entropies where they choose the turns.
  public var needs: Set<Evidence.Need> { at == .entropy ? [.forks, .distributions] : [.forks] }
  /// Biased: states after forks count for more.
  public var gradient: GradientClaim { .biased("states after a fork are trained on k + 1 times") }
  /// Whether siblings end with their sub-task.
  public var forksEndWithSubtask: Bool { until == .subtask }
  /// Whether sub-tasks are kept apart, or choose the turns.
  public var usesSubtasks: Bool { until == .subtask || at == .subtask }
  /// Laws that a comparison with siblings breaks.
  public var exceptions: [EstimatorLaw: String] {
    let siblings = "turns are compared with their siblings, not with other episodes"
    var exceptions: [EstimatorLaw: String] = [
      .deadGroup: siblings, .nearlyDeadGroup: siblings, .constantReward: siblings,
    ]
    if until == .subtask {
      exceptions[.subtasks] = "what a sub-task earns after it was left is unknown of its siblings"
    } else if usesSubtasks {
      exceptions[.subtasks] = "siblings that are played to the end see what later sub-tasks earn"
    }
    return exceptions
  }
  /// A refusal where sub-tasks are asked for and there are none.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    if at == .entropy, share == 0 {
      return [CreditNotice(.warning, "'siblings' with share=0 has no siblings and equals 'rloo'")]
    }
    guard usesSubtasks, !setting.hasSubtasks else { return [] }
    return [
      CreditNotice(
        .refusal, "'siblings' with at=subtask or until=subtask needs an environment with sub-tasks")
    ]
  }

  /// Asks for `k` continuations from each chosen turn.
  public func requests(_ group: CreditGroup, evidence: Evidence) -> [ForkRequest] {
    group.episodes.indices.flatMap { index in
      chosenTurns(of: group.episodes[index], at: index, evidence).map {
        ForkRequest(ForkPoint(episode: index, turn: $0), count: k)
      }
    }
  }

  /// Credits a group and its siblings.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    if at == .entropy, evidence.distributions == nil {
      throw CreditError.missing(.distributions)
    }
    var turns = try base.credit(group, evidence: Evidence()).episodes.map(\.turns)
    var branches: [ForkPoint: [[Double]]] = [:]
    for (index, episode) in group.episodes.enumerated() {
      let chosen = chosenTurns(of: episode, at: index, evidence)
      for (place, turn) in chosen.enumerated() {
        let point = ForkPoint(episode: index, turn: turn)
        let siblings = (evidence.forks[point] ?? []).prefix(k)
        guard !siblings.isEmpty else {
          throw CreditError.noForks(episode: episode.name, turn: turn)
        }
        let advantages = LeaveOneOut.advantages(
          [ownReturn(of: episode, from: turn)] + siblings.map { $0.returnToGo() })
        let next = place + 1 < chosen.count ? chosen[place + 1] : episode.turns.count
        for own in turn..<next where belongsTogether(episode, turn, own) {
          turns[index][own] = advantages[0]
        }
        branches[point] = zip(siblings, advantages.dropFirst()).map { sibling, advantage in
          sibling.turns.map { _ in advantage }
        }
      }
    }
    var credit = GroupCredit(turns: turns, of: group)
    credit.branches = branches
    return credit
  }

  /// The estimator of turns before the first chosen one.
  private var base: any CreditEstimator {
    until == .subtask ? SubtaskCredit { $0.each = RLOO.id } : RLOO()
  }

  /// Whether a later turn is compared by what followed an earlier one.
  private func belongsTogether(_ episode: CreditEpisode, _ turn: Int, _ later: Int) -> Bool {
    until == .episode || episode.turns[later].subtask == episode.turns[turn].subtask
  }

  /// What an episode was paid from a turn on, as far as its siblings could earn it, too.
  private func ownReturn(of episode: CreditEpisode, from turn: Int) -> Double {
    until == .subtask
      ? episode.returnOfSubtask(from: turn) : episode.turns[turn...].reduce(0) { $0 + $1.paid }
  }

  /// Returns the turns of an episode at which siblings start, in order.
  private func chosenTurns(
    of episode: CreditEpisode, at index: Int, _ evidence: Evidence
  ) -> [Int] {
    let later = episode.turns.indices.dropFirst().filter {
      until == .episode || episode.turns[$0].subtask != nil
    }
    switch at {
    case .subtask:
      return later.filter { episode.turns[$0].subtask != episode.turns[$0 - 1].subtask }
    case .entropy:
      // Without distributions there is nothing to choose by, so nothing is requested yet.
      guard let entropies = evidence.distributions?.entropies[index] else { return [] }
      let count = Int((share * Double(episode.turns.count)).rounded(.up))
      return later.largest(count) { entropies[$0].mean }
    }
  }
}
