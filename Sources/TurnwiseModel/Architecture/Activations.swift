internal import TurnwiseKernels
internal import TurnwiseNumerics

/// What a forward pass stores for the backward pass, and scratch memory for both.
///
/// It belongs to one thread.
struct Activations {
  /// What one block stores.
  ///
  /// All arrays have one row for each row of the microbatch.
  struct Block {
    /// The residual stream before the block, rows × width.
    let input: MutableFloats
    /// 1 / rms of each row of `input`.
    let attentionInverse: MutableFloats
    /// The normalised input, rows × width.
    let normed: MutableFloats
    /// The input of the keys if it is mixed with the previous token, rows × width.
    let keyInput: MutableFloats
    /// Queries, values and keys, rows × projectionWidth.
    let projections: MutableFloats
    /// Attention probabilities, by sequence, head and block of rows.
    let probabilities: MutableFloats
    /// The output of the attention heads, rows × width.
    let attended: MutableFloats
    /// The residual stream after attention, rows × width.
    let middle: MutableFloats
    /// 1 / rms of each row of `middle`.
    let feedForwardInverse: MutableFloats
    /// The normalised `middle`, rows × width.
    let feedForwardNormed: MutableFloats
    /// Gates and values to be gated, rows × 2 feedForward.
    let gates: MutableFloats
    /// The gated values, rows × feedForward.
    let gated: MutableFloats
  }

  /// What the head stores.
  ///
  /// All arrays have one row for each scored row of the microbatch.
  struct Head {
    /// The scored rows of the residual stream, scored × width.
    let input: MutableFloats
    /// 1 / rms of each row of `input`.
    let inverse: MutableFloats
    /// The normalised input, scored × width.
    let normed: MutableFloats
    /// Logits, then their gradient, scored × vocabulary.
    let logits: MutableFloats
    /// Log-probabilities, or the numbers of a critic: scored × `outputCount`.
    let outputs: MutableFloats
    /// The entropy of each row of logits.
    let entropies: MutableFloats
    /// The logarithm of the partition function of each row of logits.
    let partitions: MutableFloats
    /// The derivatives of the loss by the outputs.
    let dOutputs: MutableFloats
    /// The derivatives of the loss by the entropies.
    let dEntropies: MutableFloats
    /// The gradients of `input` and `normed`.
    let dInput: MutableFloats
    let dNormed: MutableFloats
  }

  /// Gradients of the backward pass.
  ///
  /// All arrays but the last have one row for each row of the microbatch.
  struct Gradients {
    /// The gradient of the residual stream, rows × width.
    let stream: MutableFloats
    let normed: MutableFloats
    let keyInput: MutableFloats
    let attended: MutableFloats
    let projections: MutableFloats
    let gated: MutableFloats
    /// The gradient of ``Activations/keyValues``, positions × 2 keyValueWidth.
    let keyValues: MutableFloats
  }

  /// One for each block, or one for all blocks if there is no backward pass.
  let blocks: [Block]
  /// The residual stream after the last block, rows × width.
  let output: MutableFloats
  let head: Head
  /// `nil` if there is no backward pass.
  let gradients: Gradients?
  /// The values and keys of a sequence that shares rows, positions × 2 keyValueWidth.
  let keyValues: MutableFloats
  /// The scratch memory of kernels.
  let scratch: MutableFloats
  private let memory: Loan

  /// Takes memory that suffices for all microbatches.
  init(
    _ model: ModelConfiguration, _ extent: Microbatch.Extent, isTraining: Bool,
    from pool: BufferPool
  ) {
    let rows = extent.rows
    let scored = extent.scored
    let width = model.width
    func make(_ take: (Int) -> MutableFloats) -> (
      [Block], MutableFloats, Head, MutableFloats, MutableFloats, Gradients?
    ) {
      let blocks = (0..<(isTraining ? model.layers : 1)).map { _ in
        Block(
          input: take(rows * width), attentionInverse: take(rows), normed: take(rows * width),
          keyInput: take(model.tokenShift ? rows * width : 0),
          projections: take(rows * model.projectionWidth),
          probabilities: take(extent.probabilities), attended: take(rows * width),
          middle: take(rows * width), feedForwardInverse: take(rows),
          feedForwardNormed: take(rows * width), gates: take(rows * 2 * model.feedForward),
          gated: take(rows * model.feedForward))
      }
      let outputs = scored * model.head.outputCount
      let head = Head(
        input: take(scored * width), inverse: take(scored), normed: take(scored * width),
        logits: take(model.head == .tokens ? scored * model.vocabulary : 0), outputs: take(outputs),
        entropies: take(scored), partitions: take(scored), dOutputs: take(outputs),
        dEntropies: take(scored), dInput: take(scored * width), dNormed: take(scored * width))
      let output = take(rows * width)
      let keyValues = take(extent.shared * 2 * model.keyValueWidth)
      let scratch = take(extent.scratch)
      guard isTraining else { return (blocks, output, head, keyValues, scratch, nil) }
      let gradients = Gradients(
        stream: take(rows * width), normed: take(rows * width),
        keyInput: take(model.tokenShift ? rows * width : 0),
        attended: take(rows * width), projections: take(rows * model.projectionWidth),
        gated: take(rows * model.feedForward),
        keyValues: take(extent.shared * 2 * model.keyValueWidth))
      return (blocks, output, head, keyValues, scratch, gradients)
    }
    // The first call counts, the second one places the arrays; each starts at a cache line.
    var size = 0
    var places: [Int] = []
    let nowhere = FloatBuffer(1)
    _ = make { count in
      places.append(size)
      size += (count + 15) / 16 * 16
      return nowhere.base
    }
    let memory = pool.lend(size)
    var next = places.makeIterator()
    (blocks, output, head, keyValues, scratch, gradients) = make { _ in
      memory.base + (next.next() ?? 0)
    }
    self.memory = memory
  }

  /// Returns what block `index` stores.
  func block(_ index: Int) -> Block { blocks[blocks.count == 1 ? 0 : index] }

  /// Returns the residual stream after block `index`.
  func output(of index: Int, in model: ModelConfiguration) -> MutableFloats {
    index + 1 < model.layers ? block(index + 1).input : output
  }
}
