/// A sequence of tokens, of which some are to be learnt from.
public struct TrainingSequence: Hashable, Sendable {
  /// The tokens.
  public var tokens: [Int32]
  /// Indices of the tokens that are scored, ascending, each at least 1.
  ///
  /// Index j is read off at position j - 1: the log-probability of `tokens[j]` given those before
  /// it, or the value of the situation in which it is sampled. `tokens.count` is allowed for a
  /// critic: the value after the last token.
  public var scored: [Int]

  /// Names the tokens to learn from.
  public init(tokens: [Int32], scored: [Int]) {
    (self.tokens, self.scored) = (tokens, scored)
  }

  /// Says what a model cannot do with the sequence, if anything.
  func flaw(for model: ModelConfiguration) -> String? {
    guard tokens.count <= model.context else {
      return "\(tokens.count) tokens do not fit a context of \(model.context)."
    }
    guard tokens.allSatisfy({ $0 >= 0 && $0 < model.vocabulary }) else {
      return "A token lies outside the vocabulary of \(model.vocabulary)."
    }
    let last = model.head == .scalar ? tokens.count : tokens.count - 1
    guard scored.allSatisfy({ $0 >= 1 && $0 <= last }) else {
      return "Scored indices lie between 1 and \(last)."
    }
    guard zip(scored, scored.dropFirst()).allSatisfy(<) else { return "Scored indices ascend." }
    return nil
  }
}

/// What a model says at the scored positions of one sequence, in their order.
public struct SequenceOutputs: Hashable, Sendable {
  /// The log-probability of each scored token.
  ///
  /// Empty for a critic.
  public var logProbabilities: [Float] = []
  /// The entropy, in nats, of the distribution that each scored token is drawn from.
  ///
  /// Empty for a critic.
  public var entropies: [Float] = []
  /// The sum over the vocabulary of the squared probabilities that each scored token is drawn with.
  ///
  /// Empty for a critic, and where they were not asked for.
  public var squares: [Float] = []
  /// The value before each scored token.
  ///
  /// Empty for a policy.
  public var values: [Float] = []
}

/// The derivatives of a loss with respect to ``SequenceOutputs``.
///
/// Those left empty are zero.
public struct SequenceGradients: Sendable {
  /// By log-probability.
  public var logProbabilities: [Float]
  /// By entropy.
  public var entropies: [Float]
  /// By value.
  public var values: [Float]
  /// The loss itself, only to be summed.
  public var loss: Double

  /// Collects derivatives.
  public init(
    logProbabilities: [Float] = [], entropies: [Float] = [], values: [Float] = [],
    loss: Double = 0
  ) {
    (self.logProbabilities, self.entropies) = (logProbabilities, entropies)
    (self.values, self.loss) = (values, loss)
  }
}

/// The gradient of a loss over sequences.
public struct GradientResult: Sendable {
  /// The derivative by each parameter, summed over the sequences.
  public var gradient: Gradient
  /// The losses that the objective returned, summed.
  public var loss: Double
  /// What the model said of each sequence.
  public var outputs: [SequenceOutputs]
}
