public import TurnwiseCore

/// Compares process rewards and outcome each with those of the group, then sums both to the end.
///
///     d_{i,j} = N/(N−1) (p_{i,j} − mean over episodes of their mean p)
///     A_{i,j} = Σ_{k≥j} d_{i,k} + N/(N−1) (R_i − mean R)
///
/// where p is the process reward of a token, or of a turn if the shaper pays turns, and R the
/// environment's reward alone (PRIME, Cui et al. 2025, arXiv 2502.01456). With `whiten` A is finally
/// whitened over the group's tokens, as the authors do.
///
/// Made for ``ImplicitReward``: `process=implicit+prime`.
///
/// **When it misleads:** the process part is a sum, so a model that pays anything above the mean pays for
/// length.
public struct PRIME: CreditEstimator, Configurable {
  /// `prime`.
  public static let id = "prime"
  /// What the estimator does.
  public static let summary = "process rewards and outcome, each leave-one-out, summed to the end"

  /// Whether to whiten over the group's tokens.
  @Option("Whether to whiten over the group's tokens.") public var whiten = true

  /// Creates the estimator with its default options.
  public init() {}

  /// Needs process rewards, and tokens.
  public var needs: Set<Evidence.Need> { [.processReward, .tokens] }
  /// Credit differs by token.
  public var granularity: CreditGranularity { .token }
  /// Biased.
  public var gradient: GradientClaim {
    .biased(
      "process rewards are part of what is maximised, and their baseline counts them per token")
  }
  /// Laws that means over tokens break.
  public var exceptions: [EstimatorLaw: String] {
    var exceptions: [EstimatorLaw: String] = [
      .longEpisodes: "whitening and the mean of process rewards are over tokens"
    ]
    if whiten { exceptions[.coefficient] = EstimatorLaw.dividesSizeOut }
    return exceptions
  }
  /// Refuses groups of one.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    CreditNotice.lonely(Self.id, in: setting)
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    for episode in group.episodes { try episode.requireTokens() }
    let outcomes = LeaveOneOut.advantages(group.episodes.map(\.outcome))
    let paysTokens = group.episodes.contains { $0.turns.contains { $0.tokenRewards != nil } }
    let rewards = group.episodes.map { episode in
      episode.turns.map { turn in
        paysTokens ? turn.tokenRewards ?? [] : [turn.processReward ?? 0]
      }
    }
    let mean = rewards.map { $0.flatMap(\.self).mean }.orderedMean
    let count = Double(group.episodes.count)
    let scale = count > 1 ? count / (count - 1) : 0
    let credit = group.episodes.indices.map { index in
      var sum = outcomes[index]
      var turns = rewards[index]
      for turn in turns.indices.reversed() {
        for step in turns[turn].indices.reversed() {
          let gain = scale * (turns[turn][step] - mean)
          // The rounding of the mean must not look like credit.
          sum += abs(gain) <= 1e-12 * abs(mean) ? 0 : gain
          turns[turn][step] = sum
        }
      }
      return zip(group.episodes[index].turns, turns).map { turn, values in
        paysTokens ? values : Array(repeating: values[0], count: turn.sampledTokens)
      }
    }
    guard whiten else { return GroupCredit(credit.map { EpisodeCredit(tokens: $0) }, of: group) }
    let white = Standardized.whitened(credit.map { $0.flatMap(\.self) })
    return GroupCredit(
      zip(group.episodes, white).map { EpisodeCredit(tokens: $0.byTurn($1)) }, of: group)
  }
}
