internal import TurnwiseNumerics

extension Transformer.Decoder {
  /// The matrices of a model, laid out for few rows at a time.
  struct Weights: Sendable {
    /// The matrices of one block.
    struct Block: Sendable {
      /// Queries and values; keys too, where they have no input of their own.
      let projections: PackedWeight
      let keys: PackedWeight?
      let output, gates, down: PackedWeight
    }

    let blocks: [Block]
    let head: PackedWeight

    init(_ model: Transformer) {
      let shape = model.configuration
      let layout = model.layout
      let width = shape.width
      (blocks, head) = model.parameters.withUnsafeBufferPointer { parameters in
        func pack(_ start: Int, _ inputs: Int, _ outputs: Int) -> PackedWeight {
          let slice = UnsafeBufferPointer(rebasing: parameters[start..<(start + inputs * outputs)])
          guard let base = slice.baseAddress else { preconditionFailure("A matrix is empty.") }
          return PackedWeight(base, inputs: inputs, outputs: outputs)
        }
        let blocks = layout.blocks.map { at in
          Block(
            projections: pack(
              at.queries, width,
              shape.tokenShift ? width + shape.keyValueWidth : shape.projectionWidth),
            keys: shape.tokenShift ? pack(at.keys, width, shape.keyValueWidth) : nil,
            output: pack(at.output, width, width),
            gates: pack(at.gates, width, 2 * shape.feedForward),
            down: pack(at.down, shape.feedForward, width))
        }
        return (blocks, pack(layout.embedding, width, shape.vocabulary))
      }
    }
  }
}
