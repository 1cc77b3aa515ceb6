/// Root mean square normalisation: y = x w / rms(x), row by row (Zhang and Sennrich, 2019).
package enum RMSNorm {
  /// Normalises `rows` rows of `width`, and leaves 1 / rms of each row in `inverse` (rows) if
  /// given.
  package static func forward(
    _ y: MutableFloats, _ x: Floats, weight: Floats, inverse: MutableFloats? = nil, rows: Int,
    width: Int, epsilon: Float
  ) {
    for row in 0..<rows {
      let x = x + row * width
      let y = y + row * width
      let r = 1 / (Elementwise.dot(x, x, count: width) / Float(width) + epsilon).squareRoot()
      inverse?[row] = r
      var i = 0
      while i < width {
        store(load(x, i, width) * r * load(weight, i, width), y, i, width)
        i += lanes
      }
    }
  }

  /// Adds to the gradients of the input and of the weight.
  package static func backward(
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
