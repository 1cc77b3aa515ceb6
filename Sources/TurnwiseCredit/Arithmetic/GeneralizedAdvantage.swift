internal import TurnwiseCore

/// The recursion of generalised advantage estimation over steps of any kind.
///
///     δ_k = r_k + γ V_{k+1} − V_k        A_k = δ_k + γ λ A_{k+1}
///
/// (Schulman et al. 2016, arXiv 1506.02438.) After the last step A = 0, and V is given.
enum GeneralizedAdvantage {
  /// Returns A for each step.
  ///
  /// - Parameters:
  ///   - rewards: r of each step.
  ///   - values: V before each step.
  ///   - valueAfter: V after the last step.
  ///   - gamma: The discount per step.
  ///   - lambda: λ.
  /// - Returns: As many numbers as there are values.
  static func advantages(
    rewards: [Double], values: [Double], valueAfter: Double, gamma: Double, lambda: Double
  ) -> [Double] {
    advantages(
      rewards: rewards, values: values, valueAfter: valueAfter, gamma: gamma,
      lambdas: values.map { _ in lambda })
  }

  /// Returns A for each step, with a λ of its own after each step.
  static func advantages(
    rewards: [Double], values: [Double], valueAfter: Double, gamma: Double, lambdas: [Double]
  ) -> [Double] {
    var advantages = values
    var (nextValue, nextAdvantage) = (valueAfter, 0.0)
    for step in values.indices.reversed() {
      let delta = rewards[step] + gamma * nextValue - values[step]
      nextAdvantage = delta + gamma * lambdas[step] * nextAdvantage
      advantages[step] = nextAdvantage
      nextValue = values[step]
    }
    return advantages
  }

  /// Returns the discounted return from each step on: the recursion with V = 0 and λ = 1.
  static func returns(rewards: [Double], valueAfter: Double = 0, gamma: Double) -> [Double] {
    advantages(
      rewards: rewards, values: rewards.map { _ in 0 }, valueAfter: valueAfter, gamma: gamma,
      lambda: 1)
  }
}

extension CreditEpisode {
  /// The reward of each sampled token, all turns in one array.
  ///
  /// A turn without tokens is paid on the token before it; what is paid before the first token is paid
  /// on the first one.
  var tokenRewards: [Double] {
    var rewards: [Double] = []
    var early = 0.0
    for turn in turns {
      let paid = turn.paidTokens
      if paid.isEmpty {
        if rewards.isEmpty { early += turn.paid } else { rewards[rewards.count - 1] += turn.paid }
      }
      rewards += paid
    }
    if !rewards.isEmpty { rewards[0] += early }
    return rewards
  }

  /// Splits one number for each sampled token by turn.
  func byTurn(_ tokens: [Double]) -> [[Double]] {
    var rest = tokens[...]
    return turns.map { turn in
      defer { rest = rest.dropFirst(turn.sampledTokens) }
      return Array(rest.prefix(turn.sampledTokens))
    }
  }
}

extension EpisodeCredit {
  /// Wraps credit that differs by token; the credit of a turn is the mean of its tokens.
  init(tokens: [[Double]], valueTargets: [[Double]]? = nil) {
    self.init(turns: tokens.map(\.mean), tokens: tokens, valueTargets: valueTargets)
  }
}
