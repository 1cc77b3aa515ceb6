internal import Synchronization
internal import TurnwiseKernels
internal import TurnwiseNumerics

/// The scratch memory of one thread that extends sequences.
final class DecodingScratch {
  /// A new token.
  struct Row {
    let token: Int32
    let previous: Int32?
    let position: Int
    let sequence: Int
  }

  /// The number of rows that pass through the model together, small enough for the memory to stay in the
  /// cache.
  static let chunk = 128

  /// The new tokens of all sequences.
  var rows: [Row] = []
  /// The pages of all sequences, one sequence after the other.
  var pages: [MutableFloats] = []
  /// The index of the first page of each sequence.
  var firstPage: [Int] = []
  /// The last row of each sequence after the last block, sequences × width.
  private(set) var last = FloatBuffer(0)
  /// All have one row for each row of a chunk.
  let stream, normed, keyInput, projections, attended, gates, gated: FloatBuffer
  /// The scores of one head, by position.
  let scores: FloatBuffer

  init(_ model: ModelConfiguration) {
    let rows = Self.chunk
    stream = FloatBuffer(rows * model.width)
    normed = FloatBuffer(rows * model.width)
    keyInput = FloatBuffer(model.tokenShift ? rows * model.width : 0)
    projections = FloatBuffer(rows * model.projectionWidth)
    attended = FloatBuffer(rows * model.width)
    gates = FloatBuffer(rows * 2 * model.feedForward)
    gated = FloatBuffer(rows * model.feedForward)
    scores = FloatBuffer(
      PagedAttention.pages(model.context) * PagedAttention.pagePositions)
  }

  /// Stores the new tokens of some sequences.
  func load(_ sequences: ArraySlice<DecodingPass.Sequence>, width: Int) {
    rows.removeAll(keepingCapacity: true)
    pages.removeAll(keepingCapacity: true)
    firstPage.removeAll(keepingCapacity: true)
    for (index, sequence) in sequences.enumerated() {
      firstPage.append(pages.count)
      for page in sequence.memory.pages { pages.append(page.base) }
      for (offset, token) in sequence.tokens.enumerated() {
        rows.append(
          Row(
            token: token,
            previous: offset > 0 ? sequence.tokens[offset - 1] : sequence.memory.lastToken,
            position: sequence.memory.start + offset, sequence: index))
      }
    }
    if last.count < sequences.count * width { last = FloatBuffer(sequences.count * width) }
  }
}

/// Scratch memory that is used by one thread at a time, and kept for the next one.
final class DecodingScratchPool: Sendable {
  private let idle = Mutex<[Lent]>([])

  // Only the thread that has taken a scratch out of the pool accesses it.
  private struct Lent: @unchecked Sendable {
    let scratch: DecodingScratch
  }

  /// Calls `body` with scratch memory that no other thread uses.
  func withScratch(_ model: ModelConfiguration, _ body: (DecodingScratch) -> Void) {
    let lent = idle.withLock { $0.popLast() } ?? Lent(scratch: DecodingScratch(model))
    body(lent.scratch)
    idle.withLock { $0.append(lent) }
  }
}
