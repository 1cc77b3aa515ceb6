/// A sequence of tokens, some of which are scored.
public struct TrainingSequence: Hashable, Sendable {
  /// The tokens.
  public var tokens: [Int32]
  /// The indices of the tokens that are scored, ascending, each at least 1.
  ///
  /// The output for index j is that of position j - 1: the log-probability of `tokens[j]` given the tokens
  /// before it, or the value before it is sampled. For a critic `tokens.count` is allowed as well: the
  /// value after the last token.
  public var scored: [Int]

  /// Creates a sequence.
  public init(tokens: [Int32], scored: [Int]) {
    (self.tokens, self.scored) = (tokens, scored)
  }

  /// Returns why a model cannot process the sequence; `nil` if it can.
  func flaw(for model: ModelConfiguration) -> String? {
    guard tokens.count <= model.context else {
      return "\(tokens.count) tokens do not fit a context of \(model.context)."
    }
    guard tokens.allSatisfy({ $0 >= 0 && $0 < model.vocabulary }) else {
      return "A token lies outside the vocabulary of \(model.vocabulary)."
    }
    let last = model.head == .tokens ? tokens.count - 1 : tokens.count
    guard scored.allSatisfy({ $0 >= 1 && $0 <= last }) else {
      return "Scored indices must lie between 1 and \(last)."
    }
    guard zip(scored, scored.dropFirst()).allSatisfy(<) else {
      return "Scored indices must ascend."
    }
    return nil
  }
}

/// The outputs of a model at the scored positions of one sequence, in order.
public struct SequenceOutputs: Hashable, Sendable {
  /// The log-probability of each scored token; empty for a critic.
  public var logProbabilities: [Float] = []
  /// The entropy, in nats, of the distribution of each scored token; empty for a critic.
  public var entropies: [Float] = []
  /// The sum of the squared probabilities of the vocabulary at each scored token.
  ///
  /// Empty for a critic, and if they were not requested.
  public var squares: [Float] = []
  /// The numbers of a critic's head before each scored token, `Head.outputCount` for each; empty for a
  /// policy.
  public var values: [Float] = []
}

/// The derivatives of a loss with respect to ``SequenceOutputs``.
///
/// Derivatives that are left empty are zero.
public struct SequenceGradients: Sendable {
  /// The derivatives by log-probability.
  public var logProbabilities: [Float]
  /// The derivatives by entropy.
  public var entropies: [Float]
  /// The derivatives by the numbers of a critic's head.
  public var values: [Float]
  /// The loss, which is only summed.
  public var loss: Double

  /// Creates derivatives.
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
  /// The sum of the losses that the objective returned.
  public var loss: Double
  /// The outputs of the model for each sequence.
  public var outputs: [SequenceOutputs]
}
