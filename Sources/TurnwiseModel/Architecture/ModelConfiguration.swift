/// The shape of a Llama-style decoder.
public struct ModelConfiguration: Codable, Hashable, Sendable {
  /// The output of a model at each position.
  public enum Head: String, Codable, Hashable, Sendable {
    /// A distribution over the next token, computed with the weights of the embedding.
    case tokens
    /// One number, as for a critic.
    case scalar
    /// The logits of a distribution over ``intervals`` equal intervals of values, as for a critic
    /// that is trained by classification.
    case categorical

    /// The number of intervals of a categorical head.
    public static let intervals = 51

    /// The numbers that the head gives for each scored token: a log-probability, a value, or the logits of
    /// intervals.
    public var outputCount: Int {
      switch self {
      case .tokens, .scalar: 1
      case .categorical: Self.intervals
      }
    }
  }

  /// Vocabulary size.
  public var vocabulary: Int
  /// Number of channels of the residual stream.
  public var width: Int
  /// Number of blocks of attention and feed-forward.
  public var layers: Int
  /// Number of query heads.
  public var heads: Int
  /// Number of key and value heads, each shared by `heads / keyValueHeads` query heads.
  public var keyValueHeads: Int
  /// Number of channels within a feed-forward block.
  public var feedForward: Int
  /// Maximum number of tokens of a sequence.
  public var context: Int
  /// The base of the rotary angles, θ in the paper.
  public var ropeBase: Double
  /// What is added to the denominator of a norm to keep it from zero.
  public var normEpsilon: Float
  /// Whether embeddings and keys are mixed with those of the previous token.
  ///
  /// In the keys it lets small models copy names, which they hardly learn otherwise. In the embeddings
  /// it lets them find the place to copy from by two tokens, as all separators of a path look alike.
  /// Llama does not have it.
  public var tokenShift: Bool
  /// The output of the model at each position.
  public var head: Head

  /// Creates a configuration.
  ///
  /// The defaults describe a small policy that learns in minutes on one core.
  public init(
    vocabulary: Int, width: Int = 64, layers: Int = 2, heads: Int = 2, keyValueHeads: Int? = nil,
    feedForward: Int = 176, context: Int = 512, ropeBase: Double = 10_000,
    normEpsilon: Float = 1e-5, tokenShift: Bool = true, head: Head = .tokens
  ) {
    (self.vocabulary, self.width, self.layers, self.heads) = (vocabulary, width, layers, heads)
    self.keyValueHeads = keyValueHeads ?? heads
    (self.feedForward, self.context) = (feedForward, context)
    (self.ropeBase, self.normEpsilon) = (ropeBase, normEpsilon)
    (self.tokenShift, self.head) = (tokenShift, head)
  }

  /// Why the configuration is impossible; `nil` if it is possible.
  public var flaw: String? {
    let counts = [vocabulary, width, layers, heads, keyValueHeads, feedForward, context]
    guard counts.allSatisfy({ $0 > 0 }) else { return "Every size must be positive." }
    // Far above what fits in memory. It keeps products of sizes that come from a file from overflowing.
    guard counts.allSatisfy({ $0 <= 1 << 24 }) else { return "A size is out of range." }
    // The number of weights does not limit the context, and the angles of all positions are stored.
    guard context <= Self.longestContext else {
      return "A context has at most \(Self.longestContext) tokens."
    }
    guard width.isMultiple(of: heads) else { return "The width is not a multiple of the heads." }
    guard heads.isMultiple(of: keyValueHeads) else {
      return "The heads are not a multiple of the key and value heads."
    }
    guard headWidth.isMultiple(of: 2) else { return "The width of a head is odd." }
    guard ropeBase.isFinite, ropeBase > 0, normEpsilon.isFinite, normEpsilon > 0 else {
      return "The rotary base and the norm's epsilon must be positive."
    }
    return nil
  }

  /// The longest context that a model may have.
  public static let longestContext = 1 << 17

  /// A lower bound of the number of weights, as a number that cannot overflow.
  var weightCount: Double {
    let (width, shared) = (Double(width), Double(keyValueWidth))
    let block = 2 * width * width + 2 * shared * width + 3 * Double(feedForward) * width + 2 * width
    return Double(vocabulary) * width + Double(layers) * block + width
  }

  /// Number of channels of a head.
  public var headWidth: Int { width / heads }
  /// Number of channels of all keys, or of all values.
  var keyValueWidth: Int { keyValueHeads * headWidth }
  /// Number of channels of queries, values and keys together.
  var projectionWidth: Int { width + 2 * keyValueWidth }
}
