internal import Synchronization
internal import TurnwiseNumerics

/// The matrices of a model, laid out for products.
struct PackedWeights: Sendable {
  /// The matrices of one block.
  struct Block: Sendable {
    /// Queries and values; keys too, where they have no input of their own.
    let projections: PackedWeight
    let keys: PackedWeight?
    let output, gates, down: PackedWeight
  }

  let blocks: [Block]
  /// The embedding as the last layer; `nil` for a critic.
  let head: PackedWeight?

  init(_ model: Transformer, workers: Int) {
    let shape = model.configuration
    let layout = model.layout
    let width = shape.width
    @Sendable func pack(_ start: Int, _ inputs: Int, _ outputs: Int) -> PackedWeight {
      model.parameters.withUnsafeBufferPointer { parameters in
        let slice = UnsafeBufferPointer(rebasing: parameters[start..<(start + inputs * outputs)])
        guard let base = slice.baseAddress else { preconditionFailure("A matrix is empty.") }
        return PackedWeight(base, inputs: inputs, outputs: outputs)
      }
    }
    blocks = Parallel.map(layout.blocks.count, workers: workers, workspace: {}) { index, _ in
      let at = layout.blocks[index]
      return Block(
        projections: pack(
          at.queries, width,
          shape.tokenShift ? width + shape.keyValueWidth : shape.projectionWidth),
        keys: shape.tokenShift ? pack(at.keys, width, shape.keyValueWidth) : nil,
        output: pack(at.output, width, width),
        gates: pack(at.gates, width, 2 * shape.feedForward),
        down: pack(at.down, shape.feedForward, width))
    }
    head = shape.head == .tokens ? pack(layout.embedding, width, shape.vocabulary) : nil
  }
}

/// Room for the packed weights of a model, filled when they are first asked for.
///
/// Copies of a model share it, so that sampler, scoring and training pack a step's weights once.
final class PackedWeightsCache: Sendable {
  private let weights = Mutex<PackedWeights?>(nil)

  /// The weights of the one model that this cache belongs to.
  func weights(of model: Transformer, workers: Int) -> PackedWeights {
    weights.withLock { known in
      if let known { return known }
      let packed = PackedWeights(model, workers: workers)
      known = packed
      return packed
    }
  }
}
