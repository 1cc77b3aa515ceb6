public import TurnwiseCore

extension RunConfiguration {
  /// The optimiser of the policy.
  public struct Optimizer: Codable, Hashable, Sendable, OptionGroup {
    /// The title of the group.
    public static let title = "Optimizer"

    /// The step size of the policy.
    @Option<NonNegative>("Step size of the policy.")
    public var learningRate = 1e-3
    /// Adam's ε, which keeps steps small along parameters whose gradient is only noise.
    @Option<NonNegative>("Epsilon of the policy's Adam.")
    public var adamEpsilon = 1e-4
    /// The number of passes over the episodes of an update.
    @Option<KeptCount<1>>("Passes over the episodes of an update.")
    public var epochs = 1
    /// The number of steps in a pass.
    @Option<KeptCount<1>>("Steps in a pass.")
    public var minibatches = 2
    /// The largest Euclidean norm of a gradient; longer gradients are scaled to it.
    @Option<NonNegative>("The largest norm of a gradient; longer gradients are scaled to it.")
    public var gradientNorm = 1.0
  }

  /// The loss of the policy.
  public struct Loss: Codable, Hashable, Sendable, OptionGroup {
    /// The title of the group.
    public static let title = "Loss"

    /// The unit of tokens that the probability ratio is taken over.
    @Option("Unit of the probability ratio: \(RatioLevel.words).")
    public var ratio = RatioLevel.token
    /// What happens to a token whose ratio leaves the clip range.
    @Option("What happens to a ratio out of its range: \(ClipForm.words).")
    public var clip = ClipForm.ppo
    /// How far below 1 the probability ratio may fall before its gradient stops (PPO's ε).
    @Option<NonNegative>("How far below 1 the probability ratio may fall.")
    public var clipLow = 0.2
    /// How far above 1 the probability ratio may rise before its gradient stops (DAPO's clip-higher).
    @Option<NonNegative>("How far above 1 the probability ratio may rise.")
    public var clipHigh = 0.28
    /// The ratio at which the loss of a bad token stops growing; 0 for none.
    @Option<DualClip>("Ratio at which the loss of a bad token stops growing; 0 for none.")
    public var dualClip = 3.0
    /// How the losses of tokens are combined into the loss of a minibatch.
    @Option("How the losses of tokens are combined: \(LossAggregation.words).")
    public var aggregation = LossAggregation.tokenMean
    /// The length, in tokens, that the aggregation `constant` divides by.
    @Option<StepCount<1>>("Length that the aggregation 'constant' divides by.")
    public var aggregationLength = 64
    /// The unit of tokens that the importance ratio, of trainer to sampler, is taken over.
    @Option("Weights for tokens that another policy sampled: \(ImportanceWeights.Level.words).")
    public var importance = ImportanceWeights.Level.none
    /// What happens to a weight that is out of bounds.
    @Option("What happens to a weight out of bounds: \(ImportanceWeights.Form.words).")
    public var importanceForm = ImportanceWeights.Form.truncate
    /// The largest weight.
    @Option<Positive>("The largest weight.")
    public var importanceCap = 2.0
    /// What happens to the credit of an update before it weights the gradient.
    ///
    /// By default it is not centred, because its mean has a meaning.
    @Option("What happens to credit before it weights the gradient: \(CreditScaling.words).")
    public var creditScaling = CreditScaling.rms
    /// The weight of the entropy of the policy in its objective.
    @Option<NonNegative>("Weight of the policy's entropy.")
    public var entropyBonus = 0.0
    /// The weight of the divergence from the warm start: the estimate k3 as a loss, whose gradient is that
    /// of KL(warm start ‖ policy), as in GRPO (``DivergenceEstimator``).
    @Option<NonNegative>("Weight of the divergence from the warm start.")
    public var klWeight = 0.02
  }
}

/// The ratio of a dual clip.
public enum DualClip: OptionDomain {
  /// The bound.
  public static let requirement = "0 or a number above 1"
  /// Whether the number is 0, or finite and above 1.
  public static func allows(_ value: Double) -> Bool {
    value == 0 || (value > 1 && value.isFinite)
  }
}
