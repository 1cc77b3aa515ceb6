/// The recursion of generalised advantage estimation over steps of any kind.
///
///     δ_k = r_k + γ V_{k+1} − V_k        A_k = δ_k + γ λ A_{k+1}
///
/// (Schulman et al. 2016, arXiv 1506.02438.) Behind the last step A = 0 and V is given.
enum GeneralizedAdvantage {
  static func advantages(
    rewards: [Double], values: [Double], behind: Double, gamma: Double, lambda: Double
  ) -> [Double] {
    var advantages = values
    var (next, ahead) = (behind, 0.0)
    for step in values.indices.reversed() {
      let delta = rewards[step] + gamma * next - values[step]
      ahead = delta + gamma * lambda * ahead
      advantages[step] = ahead
      next = values[step]
    }
    return advantages
  }
}

extension CreditEpisode {
  /// What each sampled token is paid, turns joined; a turn without tokens pays on the token before it.
  ///
  /// What is paid before the first token is paid on the first one.
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

  /// Cuts numbers of all sampled tokens into turns.
  func byTurn(_ tokens: [Double]) -> [[Double]] {
    var rest = tokens[...]
    return turns.map { turn in
      defer { rest = rest.dropFirst(turn.sampledTokens) }
      return Array(rest.prefix(turn.sampledTokens))
    }
  }
}

extension EpisodeCredit {
  /// Credit that differs by token.
  init(tokens: [[Double]], valueTargets: [[Double]]? = nil) {
    self.init(
      turns: tokens.map { $0.isEmpty ? 0 : $0.reduce(0, +) / Double($0.count) }, tokens: tokens,
      valueTargets: valueTargets)
  }
}
