internal import TurnwiseKernels
internal import TurnwiseNumerics

/// Sequences that pass through the model together, one after the other, without padding.
///
/// The members of a group begin with the same tokens. The beginning that a sequence has in common with the
/// one before it has one set of rows: later positions only use its keys and values.
struct Microbatch: Sendable {
  /// A sequence of the microbatch.
  struct Member: Sendable {
    /// The number of the sequence among all sequences.
    let sequence: Int
    /// The rows of the positions, in order.
    ///
    /// The last range belongs to the sequence alone, the others also to earlier sequences.
    let path: [Range<Int>]
    /// The range of the sequence among the scored rows of the microbatch.
    let scored: Range<Int>

    /// The rows that belong to the sequence alone.
    var rows: Range<Int> { path[path.count - 1] }
    /// The number of positions before its own rows.
    var first: Int { length - rows.count }
    /// The number of positions.
    let length: Int

    /// Returns the rows of the first `count` positions.
    fileprivate func path(of count: Int) -> [Range<Int>] {
      var rest = count
      return path.compactMap { rows in
        defer { rest -= rows.count }
        return rest > 0 ? rows.lowerBound..<min(rows.upperBound, rows.lowerBound + rest) : nil
      }
    }
  }

  private(set) var members: [Member] = []
  /// The token of each row.
  private(set) var tokens: [Int32] = []
  /// The rows whose outputs are read; a shared row may occur several times.
  private(set) var scoredRows: [Int] = []
  /// The token that is scored at each scored row.
  private(set) var targets: [Int32] = []

  /// The number of rows at which a microbatch is full: enough for fast products, few enough for the cache.
  ///
  /// Each row that is shared makes room for another one, up to ``fullSharedRows``.
  static let fullRows = 256
  /// The number of rows at which a microbatch is full, however many are shared.
  static let fullSharedRows = 1024
  /// The number of positions that two sequences must have in common to share their rows.
  static let fewestShared = 32
  /// The number of gradients that are summed separately.
  ///
  /// It is fixed, so that the order of the sum is fixed.
  static let shards = 8

  /// Calls `body` with each row, its position in its sequence, and the row of the previous position.
  func forEachRow(_ body: (_ row: Int, _ position: Int, _ previous: Int?) -> Void) {
    for member in members {
      var previous = member.path.dropLast().last.map { $0.upperBound - 1 }
      for row in member.rows {
        body(row, member.first + row - member.rows.lowerBound, previous)
        previous = row
      }
    }
  }

  /// Distributes sequences over microbatches.
  ///
  /// The sequences are sorted by their tokens, so that those with the same beginning are neighbours.
  static func cut(_ sequences: [TrainingSequence]) -> [Microbatch] {
    let order = sequences.indices.sorted { a, b in
      let (first, second) = (sequences[a].tokens, sequences[b].tokens)
      return first == second ? a < b : first.lexicographicallyPrecedes(second)
    }
    var result: [Microbatch] = []
    var current = Microbatch()
    var saved = 0
    for index in order {
      let sequence = sequences[index]
      let shared = current.members.last.map { sequences[$0.sequence].shared(with: sequence) } ?? 0
      let total = current.tokens.count + sequence.tokens.count - shared
      let limit = min(fullSharedRows, fullRows + saved + shared)
      // A shared row may be scored for each sequence that shares it, and needs logits for each.
      let scored = current.scoredRows.count + sequence.scored.count
      if max(total, scored) > limit, !current.members.isEmpty {
        result.append(current)
        (current, saved) = (Microbatch(), 0)
        current.append(sequence, index, sharing: 0)
      } else {
        current.append(sequence, index, sharing: shared)
        saved += shared
      }
    }
    if !current.members.isEmpty { result.append(current) }
    return result
  }

  private mutating func append(_ sequence: TrainingSequence, _ index: Int, sharing shared: Int) {
    let (start, scoredStart) = (tokens.count, scoredRows.count)
    tokens += sequence.tokens[shared...]
    let path = (members.last?.path(of: shared) ?? []) + [start..<tokens.count]
    let rows = path.flatMap(Array.init)
    for token in sequence.scored {
      scoredRows.append(rows[token - 1])
      targets.append(token < sequence.tokens.count ? sequence.tokens[token] : 0)
    }
    members.append(
      Member(
        sequence: index, path: path, scored: scoredStart..<scoredRows.count,
        length: sequence.tokens.count))
  }

  /// The sizes that determine the memory of a pass over a microbatch.
  struct Extent: Sendable {
    /// The number of rows.
    var rows = 0
    /// The number of scored rows.
    var scored = 0
    /// The number of floats of attention probabilities.
    var probabilities = 0
    /// The number of floats of scratch memory.
    var scratch = 0
    /// The number of positions of the longest sequence that shares rows.
    var shared = 0
  }

  /// Returns the sizes that suffice for each of `batches`.
  static func extent(of batches: [Microbatch], attention: CausalAttention) -> Extent {
    var extent = Extent(scratch: MatrixProduct.scratchCount)
    for batch in batches {
      extent.rows = max(extent.rows, batch.tokens.count)
      extent.scored = max(extent.scored, batch.scoredRows.count)
      var probabilities = 0
      for member in batch.members {
        probabilities += attention.probabilityCount(from: member.first, length: member.length)
        extent.scratch = max(extent.scratch, attention.scratchCount(length: member.length))
        if member.first > 0 { extent.shared = max(extent.shared, member.length) }
      }
      extent.probabilities = max(extent.probabilities, probabilities)
    }
    return extent
  }
}

extension TrainingSequence {
  /// Returns how many positions another sequence can share: the common beginning, without its last position.
  fileprivate func shared(with other: TrainingSequence) -> Int {
    let limit = min(tokens.count, other.tokens.count - 1)
    var count = 0
    while count < limit, tokens[count] == other.tokens[count] { count += 1 }
    return count >= Microbatch.fewestShared ? count : 0
  }
}
