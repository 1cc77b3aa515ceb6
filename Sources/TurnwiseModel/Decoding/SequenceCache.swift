internal import TurnwiseCore
internal import TurnwiseKernels
internal import TurnwiseNumerics

/// The keys and values of a sequence so far, which a model needs to extend it.
///
/// A cache is a value: a copy is a fork of the sequence. What both have in common is stored once, in pages
/// of sixteen positions that are copied only when they are written to.
public struct SequenceCache: Sendable {
  /// The number of tokens so far, at most the context of the model.
  public private(set) var count = 0
  /// Each page contains the keys and values of all layers for sixteen positions.
  private var pages: [Loan] = []
  /// The last normalised input of each layer, layers × width, for the token shift of keys.
  private var lastInputs: FloatBuffer?
  /// The last token, for the token shift of embeddings.
  private var lastToken: Int32?

  /// Creates the cache of an empty sequence.
  public init() {}

  /// Removes all tokens.
  public mutating func removeAll() { self = SequenceCache() }

  /// Appends tokens, and allocates memory for them that no copy of this cache shares.
  ///
  /// - Returns: The memory, which one thread must write before the next call.
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
    let pages: [Loan]
    let lastInputs: FloatBuffer?
    let lastToken: Int32?
    /// The number of tokens before the new ones.
    let start: Int
  }
}
