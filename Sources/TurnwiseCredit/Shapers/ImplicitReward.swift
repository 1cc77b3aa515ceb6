public import TurnwiseCore

/// Pays how much more likely an outcome-trained model finds what was sampled than its reference does.
///
///     p_j = β log(π_φ(token j) / π_ref(token j))
///
/// by token (`level=token`, PRIME, Cui et al. 2025, arXiv 2502.01456) or summed over each turn
/// (`level=turn`, iStar, arXiv 2509.19199). π_φ is a language model whose summed log-ratio is trained
/// to tell episodes that earned much from those that did not; no step is ever labelled.
///
/// **When it misleads:** sums of log-ratios grow with the number of tokens, so a model that has not
/// learnt much pays for length; log-ratios of tokens that were nearly certain are noise.
public struct ImplicitReward: RewardShaper {
  /// What is paid.
  public enum Level: String, WordChoice { case turn, token }

  /// `implicit`.
  public static let id = "implicit"
  /// What is paid for.
  public static let summary = "pays the log-ratio of an outcome-trained model to its reference"

  /// The scale, β in the papers.
  public let beta: Double
  /// Whether tokens or turns are paid.
  public let level: Level

  /// Creates the shaping.
  public init(beta: Double = 0.05, level: Level = .turn) {
    precondition(beta >= 0, "beta is at least 0.")
    self.beta = beta
    self.level = level
  }

  /// Reads the options.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    beta = try container.decodeAmount(forKey: .beta)
    level = try container.decode(Level.self, forKey: .level)
  }

  private enum CodingKeys: String, CodingKey { case beta, level }

  /// An implicit model's log-ratios.
  public var needs: Set<Evidence.Need> { [.implicitModel, .tokens] }
  /// Biased.
  public var gradient: GradientClaim { .biased("log-ratios are another goal than the return") }
  /// What another goal breaks.
  public var exceptions: [EstimatorLaw: String] {
    var exceptions = ScoreSum.exceptions(because: "log-ratios are paid beside the outcome")
    if level == .turn { exceptions[.observations] = "the log-ratios of a turn's tokens are summed" }
    return exceptions
  }

  /// Computes what is paid.
  public func rewards(
    _ group: CreditGroup, evidence: Evidence, discount: Double
  ) throws -> ProcessRewards {
    let tokens = try group.episodes.enumerated().map { index, episode in
      try Evidence.tokens(evidence.implicitModel, of: episode, at: index, .implicitModel)
        .map { $0.map { beta * $0 } }
    }
    switch level {
    case .token: return ProcessRewards(tokens: tokens)
    case .turn: return ProcessRewards(turns: tokens.map { $0.map { $0.reduce(0, +) } })
    }
  }
}
