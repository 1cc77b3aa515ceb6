internal import Foundation
package import TurnwiseKernels

/// Rotary position embedding, in the half-split form of Llama (Su et al., 2021).
///
/// Element i of a head turns with element i + headWidth / 2, by position / base^(2 i / headWidth).
package struct RotaryEmbedding: Sendable {
  /// Elements of one head.
  package let headWidth: Int
  /// Positions that there are angles for.
  package let positions: Int
  /// Cosines, then sines: each positions × headWidth / 2.
  private let table: FloatBuffer

  /// Computes the angles.
  package init(headWidth: Int, positions: Int, base: Double) {
    precondition(headWidth.isMultiple(of: 2), "A rotary head has an even width.")
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

  /// Turns the heads of one row that stands at `position`.
  package func forward(_ row: MutableFloats, heads: Int, position: Int) {
    turn(row, heads: heads, position: position, sign: 1)
  }

  /// Turns the gradient of one row back.
  package func backward(_ row: MutableFloats, heads: Int, position: Int) {
    turn(row, heads: heads, position: position, sign: -1)
  }

  private func turn(_ row: MutableFloats, heads: Int, position: Int, sign: Float) {
    let half = headWidth / 2
    kernels.rotate(
      row, heads: heads, headWidth: headWidth, cosines: table.base + position * half,
      sines: table.base + (positions + position) * half, direction: sign)
  }
}
