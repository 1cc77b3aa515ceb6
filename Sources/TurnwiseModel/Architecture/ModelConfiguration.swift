/// The shape of a Llama-style decoder.
public struct ModelConfiguration: Codable, Hashable, Sendable {
  /// What a model says at each position.
  public enum Head: String, Codable, Hashable, Sendable {
    /// A distribution over the next token, through the embedding's own weights.
    case tokens
    /// One number, as a critic does.
    case scalar
  }

  /// Tokens there are.
  public var vocabulary: Int
  /// Channels of the residual stream.
  public var width: Int
  /// Blocks of attention and feed-forward.
  public var layers: Int
  /// Query heads.
  public var heads: Int
  /// Key and value heads, each shared by `heads / keyValueHeads` query heads.
  public var keyValueHeads: Int
  /// Channels within a feed-forward block.
  public var feedForward: Int
  /// The most tokens of a sequence.
  public var context: Int
  /// The base of the rotary angles.
  ///
  /// Written θ in the paper.
  public var ropeBase: Double
  /// What keeps a norm's denominator from zero.
  public var normEpsilon: Float
  /// Whether embeddings and keys also see the previous token.
  ///
  /// In the keys it lets small models copy names, which they hardly learn without. In the embeddings
  /// it lets them find the place to copy from by two tokens: in a path every separator looks alike.
  /// Off for Llama's own shape.
  public var tokenShift: Bool
  /// What the model says at each position.
  public var head: Head

  /// Describes a model.
  ///
  /// The defaults are a small policy that learns in minutes on one core.
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

  /// What makes the shape impossible, if anything.
  public var flaw: String? {
    let counts = [vocabulary, width, layers, heads, keyValueHeads, feedForward, context]
    guard counts.allSatisfy({ $0 > 0 }) else { return "Every size must be positive." }
    // Far above what fits in memory; keeps products of sizes read from a file from overflowing.
    guard counts.allSatisfy({ $0 <= 1 << 24 }) else { return "A size is out of range." }
    // No weight shows how long it is, and the angles of all positions are kept.
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

  /// How many weights the blocks and the embedding have at least, as a number that cannot overflow.
  var weightCount: Double {
    let (width, shared) = (Double(width), Double(keyValueWidth))
    let block = 2 * width * width + 2 * shared * width + 3 * Double(feedForward) * width + 2 * width
    return Double(vocabulary) * width + Double(layers) * block + width
  }

  /// Channels of one head.
  public var headWidth: Int { width / heads }
  /// Channels of all keys, or of all values.
  var keyValueWidth: Int { keyValueHeads * headWidth }
  /// Channels of queries, values and keys side by side.
  var projectionWidth: Int { width + 2 * keyValueWidth }
}
