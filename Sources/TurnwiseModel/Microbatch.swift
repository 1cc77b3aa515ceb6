internal import TurnwiseKernels
internal import TurnwiseNumerics

/// Sequences that pass through the model together, one after the other, without padding.
struct Microbatch: Sendable {
  /// One sequence of it.
  struct Member: Sendable {
    /// Its number among all sequences.
    let sequence: Int
    /// Its rows among those of the microbatch.
    let rows: Range<Int>
    /// Its places among the scored rows of the microbatch.
    let scored: Range<Int>
  }

  private(set) var members: [Member] = []
  private(set) var tokens: [Int32] = []
  /// The rows to be read off.
  private(set) var scoredRows: [Int] = []
  /// The token that each scored row is asked about.
  private(set) var targets: [Int32] = []

  /// Rows at which a microbatch is full: enough for fast products, few enough for the cache.
  static let fullRows = 256
  /// Gradients that are summed separately.
  ///
  /// Fixed, so that the order of the sum is.
  static let shards = 8

  /// Calls `body` with each row, and its position in its sequence.
  func forEachRow(_ body: (_ row: Int, _ position: Int) -> Void) {
    for member in members {
      for row in member.rows { body(row, row - member.rows.lowerBound) }
    }
  }

  /// Cuts sequences into microbatches, in their order.
  static func cut(_ sequences: [TrainingSequence]) -> [Microbatch] {
    var result: [Microbatch] = []
    var current = Microbatch()
    for (index, sequence) in sequences.enumerated() {
      let total = current.tokens.count + sequence.tokens.count
      if total > fullRows, !current.members.isEmpty {
        result.append(current)
        current = Microbatch()
      }
      current.append(sequence, index)
    }
    if !current.members.isEmpty { result.append(current) }
    return result
  }

  private mutating func append(_ sequence: TrainingSequence, _ index: Int) {
    let start = tokens.count
    let scoredStart = scoredRows.count
    tokens += sequence.tokens
    for token in sequence.scored {
      scoredRows.append(start + token - 1)
      targets.append(token < sequence.tokens.count ? sequence.tokens[token] : 0)
    }
    members.append(
      Member(
        sequence: index, rows: start..<tokens.count, scored: scoredStart..<scoredRows.count))
  }

  /// The memory that a pass over a microbatch takes.
  struct Extent: Sendable {
    var rows = 0
    var scored = 0
    var probabilities = 0
    var scratch = 0
  }

  /// The memory that suffices for each of `batches`.
  static func extent(of batches: [Microbatch], attention: CausalAttention) -> Extent {
    var extent = Extent()
    for batch in batches {
      extent.rows = max(extent.rows, batch.tokens.count)
      extent.scored = max(extent.scored, batch.scoredRows.count)
      var probabilities = 0
      for member in batch.members {
        probabilities += attention.probabilityCount(length: member.rows.count)
        let scratch = attention.scratchCount(length: member.rows.count)
        extent.scratch = max(extent.scratch, scratch)
      }
      extent.probabilities = max(extent.probabilities, probabilities)
    }
    return extent
  }
}
