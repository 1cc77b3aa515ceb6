public import TurnwiseCore

/// Splits the leave-one-out return of an episode over its turns, by how the value changed in each of them.
///
///     δ_t = r_t + V(s_{t+1}) − V(s_t)        A_i = R_i − (1/(N−1)) Σ_{j≠i} R_j
///     Σ_t A_{i,t} = A_i
///
/// The residuals δ say where, the comparison of whole episodes says how much (after FACTOR, arXiv 2608.07118, of
/// which only a summary was available: the calibration is our reconstruction). With P the sum of the positive
/// residuals of an episode, M the sum of the magnitudes of the negative ones, and ρ = (A_i − P + M) / (P + M):
///
/// - |ρ| ≤ 1: positive residuals are multiplied by 1 + ρ, negative ones by 1 − ρ. No sign changes.
/// - ρ > 1: negative residuals become 0, and positive ones are multiplied by A_i / P.
/// - ρ < −1: positive residuals become 0, and negative ones are multiplied by |A_i| / M.
/// - If |ρ| > 1 and no residual has the sign of A_i, each turn gets A_i / T: only here signs change.
///
/// The option `values` says what V is: the mean return-to-go of the group from equal states, a critic's value
/// or a process reward model's. After the end of an episode V = 0; after a cut from outside it is the value of the
/// last state.
///
/// A mean over N episodes contains each of them, so residuals of `values=group` sum to (N−1)/N of the advantage
/// where all episodes start in one state; the calibration restores the rest.
///
/// **When it misleads:** what is right in sum can be wrong in each turn. A turn that was lucky after all takes its
/// luck from the others, so the expected gradient is another one.
public struct FACTOR: CreditEstimator, Configurable {
  /// What the value of a state is.
  public enum Values: String, WordChoice {
    /// The mean return-to-go of the group from equal states.
    case group
    /// A critic's value.
    case critic
    /// A process reward model's value.
    case model
  }

  /// `factor`.
  public static let id = "factor"
  /// What the estimator does.
  public static let summary =
    "total reward minus that of the others, split over turns by how values changed"

  /// What the value of a state is.
  @Option("Whose values of states are used.") public var values = Values.group

  /// Creates the estimator with its default options.
  public init() {}

  /// Needs state keys, a critic or a process reward model.
  public var needs: Set<Evidence.Need> {
    switch values {
    case .group: [.stateKeys]
    case .critic: [.critic, .tokens]
    case .model: [.processModel]
    }
  }
  /// Biased.
  public var gradient: GradientClaim {
    .biased("what one turn is credited with is taken from the other turns of its episode")
  }
  /// The credit of an episode sums to its leave-one-out return.
  public var conserves: Conservation? { .advantage }
  /// Laws that residuals break.
  public var exceptions: [EstimatorLaw: String] {
    switch values {
    case .group:
      let lone = "the value of a state that is visited once is the return of that visit"
      return [.everyTurn: lone, .loneSurvivor: lone]
    case .critic, .model:
      let judged = "residuals differ also where returns are equal"
      var exceptions: [EstimatorLaw: String] = [
        .deadGroup: judged, .nearlyDeadGroup: judged, .constantReward: judged,
      ]
      if values == .model {
        for law in [EstimatorLaw.stopping, .irrelevantTurn] {
          exceptions[law] = "a model that is wrong is believed about where, if not about how much"
        }
      }
      return exceptions
    }
  }
  /// Refuses groups of one.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    CreditNotice.lonely(Self.id, in: setting)
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    let advantages = LeaveOneOut.advantages(group.episodes.map(\.totalReward))
    let places = try values == .group ? GroupValues(group, gamma: 1) : nil
    let credit = try group.episodes.enumerated().map { index, episode in
      let (before, after) =
        try places.map { ($0.before[index], $0.after[index]) }
        ?? judged(episode, at: index, evidence)
      let rewards = episode.turns.map(\.paid)
      let residuals = GeneralizedAdvantage.advantages(
        rewards: rewards, values: before, valueAfter: after, gamma: 1, lambda: 0)
      return EpisodeCredit(
        turns: Self.calibrated(
          residuals, total: advantages[index],
          scale: ((before + rewards).map(abs) + [abs(after)]).max() ?? 0),
        valueTargets: values == .critic
          ? zip(
            episode.turns,
            GeneralizedAdvantage.returns(rewards: rewards, valueAfter: after, gamma: 1)
          ).map { $0.sampledTokens > 0 ? [$1] : [] } : nil)
    }
    return GroupCredit(credit, of: group, loneTurns: places?.loneTurns ?? 0)
  }

  /// Returns a critic's or model's values before the turns, and after the last one.
  private func judged(
    _ episode: CreditEpisode, at index: Int, _ evidence: Evidence
  ) throws -> ([Double], Double) {
    guard values == .critic else {
      let model = try evidence.requireProcessModel()
      return (
        try model.valuesBeforeTurns(of: episode, at: index),
        try model.valuesAfterTurns(of: episode, at: index).last ?? 0
      )
    }
    let critic = try evidence.requireCritic()
    let after = try critic.valueAfter(episode, at: index)
    return (try critic.valuesBeforeTurns(of: episode, at: index, valueAfter: after), after)
  }

  /// Returns residuals scaled so that they have a sum, each with its sign where that is possible.
  ///
  /// - Parameters:
  ///   - residuals: What the value changed in each turn.
  ///   - total: The sum.
  ///   - scale: The magnitude of the numbers that the residuals are differences of.
  /// - Returns: Numbers whose sum is the total.
  package static func calibrated(
    _ residuals: [Double], total: Double, scale: Double
  ) -> [Double] {
    // The rounding of differences must not look like a direction.
    let clean = residuals.map { abs($0) <= 1e-12 * scale ? 0 : $0 }
    let gains = clean.filter { $0 > 0 }.reduce(0, +)
    let losses = -clean.filter { $0 < 0 }.reduce(0, +)
    let gap = total - (gains - losses)
    if abs(gap) <= gains + losses, gap != 0 {
      let share = gap / (gains + losses)
      return clean.map { $0 * ($0 > 0 ? 1 + share : 1 - share) }
    }
    guard gap != 0 else { return clean }
    let matching = total > 0 ? gains : losses
    guard matching > 0 else { return clean.map { _ in total / Double(clean.count) } }
    return clean.map { ($0 > 0) == (total > 0) ? $0 * abs(total) / matching : 0 }
  }
}
