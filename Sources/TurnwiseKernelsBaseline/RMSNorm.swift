package import TurnwiseKernels

extension CompiledKernels {
  package static func normForward(
    _ y: MutableFloats, _ x: Floats, weight: Floats, inverse: MutableFloats?, rows: Int,
    width: Int, epsilon: Float
  ) {
    for row in 0..<rows {
      let x = x + row * width
      let y = y + row * width
      let r = 1 / (dot(x, x, count: width) / Float(width) + epsilon).squareRoot()
      inverse?[row] = r
      var i = 0
      while i < width {
        store(load(x, i, width) * r * load(weight, i, width), y, i, width)
        i += lanes
      }
    }
  }

  package static func normBackward(
    dx: MutableFloats, dWeight: MutableFloats, dy: Floats, x: Floats, weight: Floats,
    inverse: Floats, rows: Int, width: Int
  ) {
    for row in 0..<rows {
      let x = x + row * width
      let dy = dy + row * width
      let dx = dx + row * width
      let r = inverse[row]
      var total = Vector.zero
      var i = 0
      while i < width {
        let xi = load(x, i, width)
        let gi = load(dy, i, width)
        let gx = gi * xi
        total = multiplyAdd(total, gx, load(weight, i, width))
        store(multiplyAdd(load(dWeight, i, width), gx, Vector(repeating: r)), dWeight, i, width)
        i += lanes
      }
      // d r / d x = -r³ x / width
      let pull = Vector(repeating: -sum(total) * r * r * r / Float(width))
      i = 0
      while i < width {
        let direct = load(dy, i, width) * load(weight, i, width)
        var gradient = multiplyAdd(load(dx, i, width), direct, Vector(repeating: r))
        gradient = multiplyAdd(gradient, load(x, i, width), pull)
        store(gradient, dx, i, width)
        i += lanes
      }
    }
  }
}
