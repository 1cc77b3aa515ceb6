internal import Foundation
package import TurnwiseKernels

/// Rotary position embedding, in the half-split form of Llama (Su et al., 2021).
///
/// Elements i and i + headWidth / 2 of a head are rotated by the angle position / base^(2 i / headWidth).
package struct RotaryEmbedding: Sendable {
  /// The number of elements of a head.
  package let headWidth: Int
  /// The number of positions.
  package let positions: Int
  /// Cosines, then sines, each positions × headWidth / 2.
  private let table: FloatBuffer

  /// Computes the angles.
  package init(headWidth: Int, positions: Int, base: Double) {
    precondition(
      headWidth.isMultiple(of: 2), "The width of a head must be even, but is \(headWidth).")
    self.headWidth = headWidth
    self.positions = positions
    let half = headWidth / 2
    table = FloatBuffer(2 * positions * half)
    for i in 0..<half {
      let frequency = pow(base, -2 * Double(i) / Double(headWidth))
      for position in 0..<positions {
        let angle = Double(position) * frequency
        table.base[position * half + i] = Float(cos(angle))
        table.base[(positions + position) * half + i] = Float(sin(angle))
      }
    }
  }

  /// Rotates the heads of one row at a position.
  package func forward(_ row: MutableFloats, heads: Int, position: Int) {
    rotate(row, heads: heads, position: position, sign: 1)
  }

  /// Rotates the gradient of one row at a position in the opposite direction.
  package func backward(_ row: MutableFloats, heads: Int, position: Int) {
    rotate(row, heads: heads, position: position, sign: -1)
  }

  private func rotate(_ row: MutableFloats, heads: Int, position: Int, sign: Float) {
    let half = headWidth / 2
    kernels.rotate(
      row, heads: heads, headWidth: headWidth, cosines: table.base + position * half,
      sines: table.base + (positions + position) * half, direction: sign)
  }
}
