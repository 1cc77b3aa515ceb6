/// Generalised advantage estimation over sampled tokens, with a critic's value before each of them.
///
/// Over the sampled tokens j of an episode, observation tokens left out,
///
///     δ_j = r_j + γ V_{j+1} − V_j        A_j = δ_j + γ λ A_{j+1}
///
/// (Schulman et al. 2016, arXiv 1506.02438; PPO for language models). The reward of a turn is paid on
/// its last sampled token, or on the last one before it if the turn sampled none. The recursion runs
/// across turns: an observation neither discounts nor resets it, however long it is. γ discounts per
/// *token*.
///
/// Behind the last token V = A = 0 if the episode came to its own end. If it was truncated, V is the
/// critic's value of the context that the next turn would have been decided on; with
/// `bootstrap=false` the turn limit counts as part of the task and V is 0 as well.
///
/// Value targets are A_j + V_j of a recursion with its own λ, `criticLambda`. At 1 they are the
/// returns that were seen, so that a wrong critic does not learn from itself (VAPO, arXiv 2504.05118).
///
/// The estimator compares with the critic and not with other episodes: a group of one and a group
/// with equal returns get credit as any other.
public struct TokenGAE: CreditEstimator {
  /// `token`.
  public static let id = "token"
  /// What the estimator does.
  public static let summary = "generalised advantage of each token against a critic"

  /// The discount per sampled token, γ in the literature.
  public let gamma: Double
  /// How far credit looks ahead before it trusts the critic, λ in the literature: 0 is one token, 1
  /// is to the end.
  public let lambda: Double
  /// The λ of the value targets.
  public let criticLambda: Double
  /// Whether a truncated episode is worth what the critic says of its last state.
  public let bootstrap: Bool

  /// Creates the estimator.
  public init(
    gamma: Double = 1, lambda: Double = 0.95, criticLambda: Double = 1, bootstrap: Bool = true
  ) {
    UnitInterval.check(gamma, "gamma")
    UnitInterval.check(lambda, "lambda")
    UnitInterval.check(criticLambda, "criticLambda")
    self.gamma = gamma
    self.lambda = lambda
    self.criticLambda = criticLambda
    self.bootstrap = bootstrap
  }

  /// Reads the options.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    gamma = try container.decodeUnit(forKey: .gamma)
    lambda = try container.decodeUnit(forKey: .lambda)
    criticLambda = try container.decodeUnit(forKey: .criticLambda)
    bootstrap = try container.decode(Bool.self, forKey: .bootstrap)
  }

  private enum CodingKeys: String, CodingKey { case gamma, lambda, criticLambda, bootstrap }

  /// A critic, and tokens.
  public var needs: Set<Evidence.Need> { [.critic, .tokens] }

  /// Warns where the critic is all there is, or the outcome is discounted away.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    var notices: [CreditNotice] = []
    if gamma == 0 {
      notices.append(.myopic(Self.id))
    } else if gamma < 0.98 {
      notices.append(
        CreditNotice(
          .warning,
          """
          'token' discounts per token, not per turn: with gamma=\(gamma) less than half of the \
          reward is left 35 tokens earlier
          """))
    }
    if lambda == 0 {
      notices.append(
        CreditNotice(
          .warning, "'token' with lambda=0 repeats every error of the critic; try lambda=0.95"))
    }
    if criticLambda == 0 {
      notices.append(
        CreditNotice(
          .warning, "'token' with criticLambda=0 fits the critic to itself; try criticLambda=1"))
    }
    return notices
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    guard let critic = evidence.critic else { throw CreditError.missing(.critic) }
    let credit = try group.episodes.enumerated().map { index, episode in
      guard episode.sampledTokens > 0 else { throw CreditError.noTokens(episode: episode.name) }
      return try self.credit(
        episode, values: critic.values(of: episode, at: index),
        behind: bootstrap && episode.isTruncated ? critic.bootstrap(of: episode, at: index) : 0)
    }
    return GroupCredit(credit, of: group)
  }

  private func credit(_ episode: CreditEpisode, values: [[Double]], behind: Double)
    -> EpisodeCredit
  {
    let rewards = episode.turns.map(\.paid)
    let tokens = advantages(values: values, rewards: rewards, behind: behind, lambda: lambda)
    let targets = advantages(values: values, rewards: rewards, behind: behind, lambda: criticLambda)
    return EpisodeCredit(
      turns: tokens.map { $0.isEmpty ? 0 : $0.reduce(0, +) / Double($0.count) }, tokens: tokens,
      valueTargets: zip(targets, values).map { zip($0, $1).map(+) })
  }

  /// The recursion; `values` and the result have the shape `[turn][token]`, `rewards` is per turn.
  private func advantages(
    values: [[Double]], rewards: [Double], behind: Double, lambda: Double
  ) -> [[Double]] {
    var advantages = values
    var (next, ahead, paid) = (behind, 0.0, 0.0)
    for turn in values.indices.reversed() {
      paid += rewards[turn]
      for token in values[turn].indices.reversed() {
        let delta = paid + gamma * next - values[turn][token]
        ahead = delta + gamma * lambda * ahead
        advantages[turn][token] = ahead
        (next, paid) = (values[turn][token], 0)
      }
    }
    return advantages
  }
}

extension Evidence.Critic {
  /// The values of an episode, if they have its shape.
  fileprivate func values(of episode: CreditEpisode, at index: Int) throws -> [[Double]] {
    guard values.indices.contains(index),
      values[index].map(\.count) == episode.turns.map(\.sampledTokens),
      values[index].allSatisfy({ $0.allSatisfy(\.isFinite) })
    else { throw CreditError.criticShape(episode: episode.name) }
    return values[index]
  }

  /// The value behind a truncated episode.
  fileprivate func bootstrap(of episode: CreditEpisode, at index: Int) throws -> Double {
    guard bootstrap.indices.contains(index), let value = bootstrap[index], value.isFinite else {
      throw CreditError.noBootstrap(episode: episode.name)
    }
    return value
  }
}
