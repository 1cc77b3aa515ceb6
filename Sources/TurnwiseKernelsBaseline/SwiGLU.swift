package import TurnwiseKernels

extension CompiledKernels {
  package static func gateForward(_ y: MutableFloats, _ x: Floats, rows: Int, width: Int) {
    for row in 0..<rows {
      let gate = x + row * 2 * width
      let up = gate + width
      let y = y + row * width
      var i = 0
      while i < width {
        let g = load(gate, i, width)
        store(g * load(up, i, width) / (vectorExponential(-g) + 1), y, i, width)
        i += lanes
      }
    }
  }

  package static func gateBackward(dx: MutableFloats, dy: Floats, x: Floats, rows: Int, width: Int)
  {
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
        let s = 1 / (vectorExponential(-g) + 1)
        let swish = g * s
        store(d * swish, dUp, i, width)
        store(d * u * (s + swish * (1 - s)), dGate, i, width)
        i += lanes
      }
    }
  }
}
