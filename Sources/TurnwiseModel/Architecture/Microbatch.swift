internal import TurnwiseKernels
internal import TurnwiseNumerics

/// Sequences that pass through the model together, one after the other, without padding.
///
/// What a sequence begins with in common with the one before it, as the members of a group do, has one
/// set of rows: later positions see only its keys and values.
struct Microbatch: Sendable {
  /// One sequence of it.
  struct Member: Sendable {
    /// Its number among all sequences.
    let sequence: Int
    /// The rows of its positions, in their order; the last are its own, the others also belong to
    /// sequences before it.
    let path: [Range<Int>]
    /// Its places among the scored rows of the microbatch.
    let scored: Range<Int>

    /// Its own rows.
    var rows: Range<Int> { path[path.count - 1] }
    /// The positions before those of its own rows.
    var first: Int { length - rows.count }
    /// The number of positions.
    let length: Int

    /// The rows of the first `count` positions.
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
  /// The rows to be read off; a shared one may be named several times.
  private(set) var scoredRows: [Int] = []
  /// The token that each scored row is asked about.
  private(set) var targets: [Int32] = []

  /// Rows at which a microbatch is full: enough for fast products, few enough for the cache.
  static let fullRows = 256
  /// Rows at which it is full however many sequences share: each that is shared makes room for another.
  static let fullSharedRows = 1024
  /// Positions that two sequences must have in common to share them.
  static let fewestShared = 32
  /// Gradients that are summed separately.
  ///
  /// Fixed, so that the order of the sum is.
  static let shards = 8

  /// Calls `body` with each row, its position in its sequence, and the row of the position before.
  func forEachRow(_ body: (_ row: Int, _ position: Int, _ previous: Int?) -> Void) {
    for member in members {
      var previous = member.path.dropLast().last.map { $0.upperBound - 1 }
      for row in member.rows {
        body(row, member.first + row - member.rows.lowerBound, previous)
        previous = row
      }
    }
  }

  /// Cuts sequences into microbatches.
  ///
  /// They are sorted by their tokens, so that those with the same beginning are neighbours.
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
      // A shared row may be scored for each that shares it, at the price of its own logits.
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

  /// The memory that a pass over a microbatch takes.
  struct Extent: Sendable {
    var rows = 0
    var scored = 0
    var probabilities = 0
    var scratch = 0
    /// Positions of the longest sequence that shares rows.
    var shared = 0
  }

  /// The memory that suffices for each of `batches`.
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
  /// How many positions another sequence can share: those that both begin with, but for its last.
  fileprivate func shared(with other: TrainingSequence) -> Int {
    let limit = min(tokens.count, other.tokens.count - 1)
    var count = 0
    while count < limit, tokens[count] == other.tokens[count] { count += 1 }
    return count >= Microbatch.fewestShared ? count : 0
  }
}
