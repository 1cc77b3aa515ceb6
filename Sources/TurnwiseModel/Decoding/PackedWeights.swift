internal import Synchronization
internal import TurnwiseCore
internal import TurnwiseNumerics

/// The matrices of a model, packed for products.
struct PackedWeights: Sendable {
  /// The matrices of one block.
  struct Block: Sendable {
    /// Queries and values, and keys unless they have an input of their own.
    let projections: PackedWeight
    /// Keys, if they have an input of their own.
    let keys: PackedWeight?
    let output, gates, down: PackedWeight
  }

  let blocks: [Block]
  /// The embedding as the last layer; `nil` for a critic.
  let head: PackedWeight?

  /// Returns the number of floats of the packed matrices of a model.
  static func count(_ model: ModelConfiguration) -> Int { Shapes(model).count }

  init(_ model: Transformer, workers: Int) {
    let layout = model.layout
    let shapes = Shapes(model.configuration)
    let memory = model.lendWeights()
    @Sendable func pack(_ start: Int, _ shape: PackedWeight.Shape, at place: inout Int)
      -> PackedWeight
    {
      defer { place += shape.count }
      return model.parameters.withUnsafeBufferPointer { parameters in
        let slice = UnsafeBufferPointer(
          rebasing: parameters[start..<(start + shape.inputs * shape.outputs)])
        guard let base = slice.baseAddress else { mistake("A matrix is empty.") }
        return PackedWeight(base, shape, in: memory, at: place)
      }
    }
    blocks = Parallel.map(layout.blocks.count, workers: workers, workspace: {}) { index, _ in
      let at = layout.blocks[index]
      var place = index * shapes.block
      return Block(
        projections: pack(at.queries, shapes.projections, at: &place),
        keys: shapes.keys.map { pack(at.keys, $0, at: &place) },
        output: pack(at.output, shapes.output, at: &place),
        gates: pack(at.gates, shapes.gates, at: &place),
        down: pack(at.down, shapes.down, at: &place))
    }
    var place = layout.blocks.count * shapes.block
    head = shapes.head.map { pack(layout.embedding, $0, at: &place) }
  }

  /// The sizes of the matrices.
  private struct Shapes {
    let projections: PackedWeight.Shape
    let keys: PackedWeight.Shape?
    let output, gates, down: PackedWeight.Shape
    let head: PackedWeight.Shape?
    /// The number of floats of a block, and of all matrices.
    let block, count: Int

    init(_ model: ModelConfiguration) {
      let width = model.width
      projections = PackedWeight.Shape(
        inputs: width,
        outputs: model.tokenShift ? width + model.keyValueWidth : model.projectionWidth)
      keys =
        model.tokenShift
        ? PackedWeight.Shape(inputs: width, outputs: model.keyValueWidth) : nil
      output = PackedWeight.Shape(inputs: width, outputs: width)
      gates = PackedWeight.Shape(inputs: width, outputs: 2 * model.feedForward)
      down = PackedWeight.Shape(inputs: model.feedForward, outputs: width)
      head =
        model.head == .tokens
        ? PackedWeight.Shape(inputs: width, outputs: model.vocabulary) : nil
      block = [projections, keys, output, gates, down].reduce(0) { $0 + ($1?.count ?? 0) }
      count = model.layers * block + (head?.count ?? 0)
    }
  }
}

/// The packed weights of a model, which are computed when they are first needed.
///
/// Copies of a model share them, so that sampling, scoring and training pack the weights of a step once.
final class PackedWeightsCache: Sendable {
  private let weights = Mutex<PackedWeights?>(nil)

  /// Returns the packed weights of the model that this cache belongs to.
  func weights(of model: Transformer, workers: Int) -> PackedWeights {
    weights.withLock { known in
      if let known { return known }
      let packed = PackedWeights(model, workers: workers)
      known = packed
      return packed
    }
  }
}
