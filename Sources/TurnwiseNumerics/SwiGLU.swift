/// The gated unit of Llama: y = gate σ(gate) up (Shazeer, 2020).
///
/// A row holds `width` gates, then `width` values to be gated.
package enum SwiGLU {
  /// Sets `y` (rows × width) from `x` (rows × 2 width).
  package static func forward(_ y: MutableFloats, _ x: Floats, rows: Int, width: Int) {
    for row in 0..<rows {
      let gate = x + row * 2 * width
      let up = gate + width
      let y = y + row * width
      var i = 0
      while i < width {
        let g = load(gate, i, width)
        store(g * load(up, i, width) / (exponential(-g) + 1), y, i, width)
        i += lanes
      }
    }
  }

  /// Sets `dx` (rows × 2 width).
  ///
  /// It may be the memory of `x`.
  package static func backward(dx: MutableFloats, dy: Floats, x: Floats, rows: Int, width: Int) {
    for row in 0..<rows {
      let gate = x + row * 2 * width
      let up = gate + width
      let dGate = dx + row * 2 * width
      let dUp = dGate + width
      let dy = dy + row * width
      var i = 0
      while i < width {
        let g = load(gate, i, width)
        let u = load(up, i, width)
        let d = load(dy, i, width)
        let s = 1 / (exponential(-g) + 1)
        let swish = g * s
        store(d * swish, dUp, i, width)
        store(d * u * (s + swish * (1 - s)), dGate, i, width)
        i += lanes
      }
    }
  }
}
