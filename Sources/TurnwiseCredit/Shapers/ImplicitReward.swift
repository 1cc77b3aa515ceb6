public import TurnwiseCore

/// Pays the log-ratio of an outcome-trained language model to its reference on each sampled token.
///
///     p_j = β log(π_φ(token j) / π_ref(token j))
///
/// by token (`level=token`) or summed over each turn. π_φ is a language model that is trained on the
/// outcomes of episodes, through the sum of its log-ratios; no step is ever labelled:
///
/// - `loss=outcome`: cross-entropy of σ(β Σ_j log-ratio) and the outcome (PRIME, Cui et al. 2025, arXiv
///   2502.01456);
/// - `loss=pairs`: −log σ(β (Σ of a better episode − Σ of a worse one)) over the pairs of a group
///   (iStar, arXiv 2509.19199).
///
/// The reference is the policy that training started from (`reference=start`, as in PRIME), or the policy
/// that sampled the episode (`reference=policy`, as in iStar).
///
/// **When it misleads:** sums of log-ratios grow with the number of tokens, so a model that has not
/// learnt much pays for length; log-ratios of tokens that were nearly certain are noise.
public struct ImplicitReward: RewardShaper, Configurable {
  /// What is paid.
  public enum Level: String, WordChoice {
    /// Each turn is paid the sum of its tokens.
    case turn
    /// Each token is paid.
    case token
  }
  /// What the model is trained on.
  public enum Loss: String, WordChoice {
    /// On whether each episode succeeded.
    case outcome
    /// On pairs of episodes of a group, of which one was better.
    case pairs
  }
  /// What the model is compared with.
  public enum Reference: String, WordChoice {
    /// With the policy that training started from.
    case start
    /// With the policy that sampled the episode.
    case policy
  }

  /// `implicit`.
  public static let id = "implicit"
  /// What the shaper pays for.
  public static let summary = "pays the log-ratio of an outcome-trained model to its reference"

  /// The scale, β in the papers.
  @Option<NonNegative>("Scale of the log-ratios.") public var beta = 0.05
  /// Whether tokens or turns are paid.
  @Option("Whether tokens or turns are paid.") public var level = Level.turn
  /// What the model is trained on.
  @Option("What the model is trained on.") public var loss = Loss.outcome
  /// What the model is compared with.
  @Option("Which policy the model is compared with.") public var reference = Reference.start

  /// Creates the shaper with its default options.
  public init() {}

  /// Needs the log-ratios of an implicit model, and tokens.
  public var needs: Set<Evidence.Need> { [.implicitModel, .tokens] }
  /// Biased.
  public var gradient: GradientClaim { .biased("log-ratios are another goal than the return") }
  /// Laws that another goal breaks.
  public var exceptions: [EstimatorLaw: String] {
    var exceptions = EstimatorLaw.paysForOtherGoal("log-ratios are paid beside the outcome")
    exceptions[.observations] = "the log-ratios of a turn's tokens are summed"
    return exceptions
  }

  /// Computes the process rewards.
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
