/// A linear layer whose every row has the same bits, whoever shares its batch.
///
/// OpenBLAS chooses its kernel, and with it the order of the sum, by the number of rows. So it is always
/// given exactly ``rows``: a batch is padded to a multiple of them. That the place within a block does not
/// matter either is tested, by machine.
package enum RowBlockProduct {
  /// Rows in a block.
  package static let rows = 16

  /// Returns `count` rounded up to whole blocks.
  package static func padded(_ count: Int) -> Int { (count + rows - 1) / rows * rows }

  /// Sets `y` (padded rows × outputs) to `x` (padded rows × inputs) times the weight, or adds to it.
  ///
  /// - Parameter count: The rows that matter; the buffers hold ``padded(_:)`` of it.
  package static func forward(
    _ y: MutableFloats, _ x: Floats, weight: Floats, count: Int, inputs: Int, outputs: Int,
    yStride: Int? = nil, accumulating: Bool = false
  ) {
    let yStride = yStride ?? outputs
    var row = 0
    while row < count {
      Linear.forward(
        y + row * yStride, x + row * inputs, weight: weight, rows: rows, inputs: inputs,
        outputs: outputs, yStride: yStride, accumulating: accumulating)
      row += rows
    }
  }
}
