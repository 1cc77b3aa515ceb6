import Foundation
import TurnwiseCore
import TurnwiseCredit

// Estimators with bugs of released trainers, each with the law that finds it.

/// An estimator with a bug.
protocol Broken: CreditEstimator {
  /// The law that finds the bug.
  static var law: EstimatorLaw { get }
  func turns(_ group: CreditGroup, _ evidence: Evidence) -> [[Double]]
}

extension Broken {
  static var id: String { "broken" }
  static var summary: String { "a planted bug" }

  func credit(_ group: CreditGroup, evidence: Evidence) -> GroupCredit {
    GroupCredit(turns: turns(group, evidence), of: group)
  }
}

private func returns(_ group: CreditGroup) -> [Double] { group.episodes.map(\.totalReward) }

private func spread(_ numbers: [Double], _ group: CreditGroup) -> [[Double]] {
  zip(group.episodes, numbers).map { episode, number in episode.turns.map { _ in number } }
}

private func mean(_ numbers: [Double]) -> Double {
  numbers.reduce(0, +) / Double(max(1, numbers.count))
}

/// The running return is reset after each observation (verl #7278).
struct ResetsAtObservations: Broken {
  static let law = EstimatorLaw.everyTurn
  func turns(_ group: CreditGroup, _ evidence: Evidence) -> [[Double]] {
    zip(group.episodes, LeaveOneOut.advantages(returns(group))).map { episode, advantage in
      Array(repeating: 0, count: episode.turns.count - 1) + [advantage]
    }
  }
}

/// Sub-tasks are told apart, but all of them get the reward of the whole turn.
struct MixesSubtasks: Broken {
  static let law = EstimatorLaw.subtasks
  var usesSubtasks: Bool { true }
  func turns(_ group: CreditGroup, _ evidence: Evidence) -> [[Double]] {
    spread(LeaveOneOut.advantages(returns(group)), group)
  }
}

/// Observation tokens are discounted (miles #1383).
struct DiscountsTokensOfTurns: Broken {
  static let law = EstimatorLaw.observations
  func turns(_ group: CreditGroup, _ evidence: Evidence) -> [[Double]] {
    zip(group.episodes, LeaveOneOut.advantages(returns(group))).map { episode, advantage in
      var left = advantage
      return episode.turns.reversed().map { turn in
        defer { left *= pow(0.99, Double(turn.sampledTokens)) }
        return left
      }.reversed()
    }
  }
}

/// A turn without tokens ends the recursion over tokens.
struct ResetsAtSilentTurns: CreditEstimator {
  static let id = "broken"
  static let summary = "a planted bug"
  var granularity: CreditGranularity { .token }
  func credit(_ group: CreditGroup, evidence: Evidence) -> GroupCredit {
    let shares = LeaveOneOut.advantages(group.episodes.map(\.totalReward))
    return GroupCredit(
      zip(group.episodes, shares).map { episode, share in
        let last = episode.turns.lastIndex { $0.sampledTokens == 0 } ?? -1
        let tokens = episode.turns.enumerated().map { turn, value in
          Array(repeating: turn > last ? share : 0, count: value.sampledTokens)
        }
        return EpisodeCredit(
          turns: tokens.map { $0.first ?? 0 }, tokens: tokens)
      }, of: group)
  }
}

/// Rewarded turns are found by `reward != 0` (IGPO's code, early bi-level GAE).
struct FindsTurnsByReward: Broken {
  static let law = EstimatorLaw.zeroReward
  func turns(_ group: CreditGroup, _ evidence: Evidence) -> [[Double]] {
    let paid = group.episodes.flatMap { $0.turns.compactMap { $0.paid == 0 ? nil : $0.paid } }
    return group.episodes.map { episode in
      episode.turns.map { turn in episode.totalReward - mean(paid) }
    }
  }
}

/// The mean over episodes is taken over steps (verl-agent #138).
struct WeighsEpisodesByLength: Broken {
  static let law = EstimatorLaw.longEpisodes
  func turns(_ group: CreditGroup, _ evidence: Evidence) -> [[Double]] {
    let steps = group.episodes.flatMap { episode in episode.turns.map { _ in episode.totalReward } }
    return spread(returns(group).map { $0 - mean(steps) }, group)
  }
}

/// Bootstraps whenever the critic has a value, also after an episode that ended.
struct BootstrapsAlways: Broken {
  static let law = EstimatorLaw.truncation
  var needs: Set<Evidence.Need> { [.critic] }
  func turns(_ group: CreditGroup, _ evidence: Evidence) -> [[Double]] {
    let valuesAfter = evidence.critic?.bootstrap ?? []
    return group.episodes.enumerated().map { index, episode in
      let values = evidence.critic?.values[index] ?? []
      return zip(episode.turns.indices, values).map { _, values in
        episode.totalReward + ((valuesAfter.isEmpty ? nil : valuesAfter[index]) ?? 0)
          - (values.first ?? 0)
      }
    }
  }
}

/// Treats every cut as an end.
struct NeverBootstraps: Broken {
  static let law = EstimatorLaw.truncation
  var needs: Set<Evidence.Need> { [.critic] }
  func turns(_ group: CreditGroup, _ evidence: Evidence) -> [[Double]] {
    group.episodes.enumerated().map { index, episode in
      (evidence.critic?.values[index] ?? []).map { episode.totalReward - ($0.first ?? 0) }
    }
  }
}

/// Drops the credit of a lone survivor together with its baseline (AgentCreditBench).
struct DropsLoneSurvivors: Broken {
  static let law = EstimatorLaw.loneSurvivor
  func turns(_ group: CreditGroup, _ evidence: Evidence) -> [[Double]] {
    let ahead = group.episodes.map { $0.returnsToGo() }
    return ahead.map { own in
      own.indices.map { turn in
        let alive = ahead.filter { $0.count > turn }.map { $0[turn] }
        guard alive.count > 1 else { return 0 }
        return (own[turn] - mean(alive)) * Double(alive.count) / Double(alive.count - 1)
      }
    }
  }
}

/// A group with equal returns gets its reward as credit.
struct TeachesDeadGroups: Broken {
  static let law = EstimatorLaw.deadGroup
  func turns(_ group: CreditGroup, _ evidence: Evidence) -> [[Double]] {
    group.hasEqualReturns
      ? spread(returns(group), group) : spread(LeaveOneOut.advantages(returns(group)), group)
  }
}

/// Divides by a deviation that is only rounding (NeMo-RL #4158).
struct DividesByRounding: Broken {
  static let law = EstimatorLaw.nearlyDeadGroup
  var gradient: GradientClaim { .biased("it divides") }
  func turns(_ group: CreditGroup, _ evidence: Evidence) -> [[Double]] {
    let centred = returns(group).map { $0 - mean(returns(group)) }
    let deviation = mean(centred.map { $0 * $0 }).squareRoot()
    return spread(centred.map { $0 / (deviation + 1e-20) }, group)
  }
}

/// Has no baseline.
struct RawReturn: Broken {
  static let law = EstimatorLaw.constantReward
  func turns(_ group: CreditGroup, _ evidence: Evidence) -> [[Double]] {
    spread(returns(group), group)
  }
}

/// Groups episodes by position instead of by scenario (Search-R1 #88, slime #1918).
struct ComparesNeighbours: Broken {
  static let law = EstimatorLaw.permutation
  func turns(_ group: CreditGroup, _ evidence: Evidence) -> [[Double]] {
    let all = returns(group)
    return spread(all.indices.map { all[$0] - all[($0 + 1) % all.count] }, group)
  }
}

/// Sums in single precision.
struct SumsInSinglePrecision: Broken {
  static let law = EstimatorLaw.doublePrecision
  func turns(_ group: CreditGroup, _ evidence: Evidence) -> [[Double]] {
    let sums = group.episodes.map { episode in
      Double(episode.turns.reduce(Float(0)) { $0 + Float($1.paid) })
    }
    return spread(LeaveOneOut.advantages(sums), group)
  }
}

/// Pays for an action that decides nothing.
struct PaysForOneAction: Broken {
  static let law = EstimatorLaw.irrelevantTurn
  func turns(_ group: CreditGroup, _ evidence: Evidence) -> [[Double]] {
    let paid = EnumeratedProblem.crossroads.trajectories[0].episode.turns[0].actionKey
    return zip(group.episodes, LeaveOneOut.advantages(returns(group))).map { episode, advantage in
      episode.turns.map { advantage + ($0.actionKey == paid ? 0.1 : 0) }
    }
  }
}

/// Subtracts means per turn number without declaring the bias (verl #7244).
struct ChargesForTurns: Broken {
  static let law = EstimatorLaw.stopping
  func turns(_ group: CreditGroup, _ evidence: Evidence) -> [[Double]] {
    PerTurnIndex().credit(group, evidence: evidence).episodes.map(\.turns)
  }
}

/// Claims that a mean which includes the own return is exact.
struct ClaimsTooMuch: Broken {
  static let law = EstimatorLaw.expectedGradient
  func turns(_ group: CreditGroup, _ evidence: Evidence) -> [[Double]] {
    spread(returns(group).map { $0 - mean(returns(group)) }, group)
  }
}

/// Normalises twice (axon-rl/gem #113).
struct NormalisesTwice: Broken {
  static let law = EstimatorLaw.expectedGradient
  func turns(_ group: CreditGroup, _ evidence: Evidence) -> [[Double]] {
    spread(LeaveOneOut.advantages(LeaveOneOut.advantages(returns(group))), group)
  }
}

/// Divides by zero.
struct DividesByZero: Broken {
  static let law = EstimatorLaw.wellFormed
  func turns(_ group: CreditGroup, _ evidence: Evidence) -> [[Double]] {
    group.episodes.map { episode in
      episode.turns.map { episode.totalReward / Double($0.sampledTokens - 2) }
    }
  }
}

/// Multiplies credit by random numbers.
struct IsRandom: Broken {
  static let law = EstimatorLaw.pure
  func turns(_ group: CreditGroup, _ evidence: Evidence) -> [[Double]] {
    spread(LeaveOneOut.advantages(returns(group)).map { $0 * .random(in: 0.5...1.5) }, group)
  }
}

/// Divides by the deviation of the group, so that the weight of a process reward has no effect where nothing
/// else was earned (turn-level rewards in GRPO trainers).
struct DividesSizeOut: Broken {
  static let law = EstimatorLaw.coefficient
  var gradient: GradientClaim { .biased("it divides") }
  func turns(_ group: CreditGroup, _ evidence: Evidence) -> [[Double]] {
    let centred = returns(group).map { $0 - mean(returns(group)) }
    let deviation = mean(centred.map { $0 * $0 }).squareRoot()
    return spread(centred.map { $0 / (deviation + 1e-6) }, group)
  }
}

/// Gives each turn all of what the episode is to get in sum.
struct PaysEachTurnTheSum: Broken {
  static let law = EstimatorLaw.conservation
  var conserves: Conservation? { .advantage }
  func turns(_ group: CreditGroup, _ evidence: Evidence) -> [[Double]] {
    spread(LeaveOneOut.advantages(returns(group)), group)
  }
}

/// Reads a state without a score as one with a score of 0.
struct ReadsUnscoredAsZero: Broken {
  static let law = EstimatorLaw.unscored
  var needs: Set<Evidence.Need> { [.potential] }
  func turns(_ group: CreditGroup, _ evidence: Evidence) -> [[Double]] {
    zip(group.episodes, LeaveOneOut.advantages(returns(group))).map { episode, advantage in
      episode.turns.map { advantage - ($0.potential ?? 0) }
    }
  }
}
