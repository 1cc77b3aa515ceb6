internal import TurnwiseCore
internal import TurnwiseKernels
internal import TurnwiseNumerics

/// The keys and values of a sequence so far: what a model needs to go on with it.
///
/// A cache is a value. Copying it forks the sequence; what both have in common is stored once, in
/// pages of sixteen positions that are copied only when written to.
public struct SequenceCache: Sendable {
  /// Tokens so far.
  ///
  /// The sequence is full when it reaches the context of the model.
  public private(set) var count = 0
  /// Each page holds every layer's keys and values of sixteen positions.
  private var pages: [PagePool.Page] = []
  /// The last normalised input of each layer, layers × width, which the next key is mixed with.
  private var lastInputs: FloatBuffer?
  /// The last token, whose embedding the next one is mixed with.
  private var lastToken: Int32?

  /// Starts an empty sequence.
  public init() {}

  /// Forgets all tokens.
  public mutating func removeAll() { self = SequenceCache() }

  /// Takes in more tokens, and makes room for them in memory that no copy of this cache shares.
  ///
  /// - Returns: The memory, to be written by one thread before the next call.
  mutating func grow(by tokens: [Int32], model: ModelConfiguration, from pool: PagePool) -> Growth {
    let added = tokens.count
    require(
      count + added <= model.context,
      "\(count) + \(added) tokens do not fit a context of \(model.context).")
    let positions = PagedAttention.pagePositions
    if count % positions != 0, added > 0, !isKnownUniquelyReferenced(&pages[count / positions]) {
      pages[count / positions] = pool.copy(of: pages[count / positions])
    }
    while pages.count * positions < count + added {
      pages.append(pool.page())
    }
    if model.tokenShift, added > 0 {
      if lastInputs == nil {
        lastInputs = FloatBuffer(model.layers * model.width)
      } else if !isKnownUniquelyReferenced(&lastInputs) {
        lastInputs = lastInputs.map(FloatBuffer.init(copying:))
      }
    }
    defer {
      count += added
      lastToken = tokens.last ?? lastToken
    }
    return Growth(pages: pages, lastInputs: lastInputs, lastToken: lastToken, start: count)
  }

  /// The memory of a cache that is being extended.
  struct Growth: Sendable {
    let pages: [PagePool.Page]
    let lastInputs: FloatBuffer?
    let lastToken: Int32?
    /// Tokens before the new ones.
    let start: Int
  }
}
