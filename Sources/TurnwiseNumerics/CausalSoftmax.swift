extension CausalAttention {
  /// Makes the first `count` scores of a row probabilities, and the rest up to `width` zeros.
  @inline(__always)
  static func softmax(_ row: MutableFloats, count: Int, width: Int) {
    let highest = Vector(repeating: TokenStatistics.largestElement(row, count: count))
    var total = Vector.zero
    var i = 0
    while i + lanes <= count {
      let e = exponential(load(row, i) - highest)
      store(e, row, i)
      total += e
      i += lanes
    }
    if i < count {
      let e = keeping(first: count - i, of: exponential(load(row, i, width) - highest))
      store(e, row, i, width)
      total += e
    }
    let inverse = 1 / sum(total)
    i = 0
    while i + lanes <= count {
      store(load(row, i) * inverse, row, i)
      i += lanes
    }
    while i < count {
      row[i] *= inverse
      i += 1
    }
    if count < width { (row + count).update(repeating: 0, count: width - count) }
  }

  /// Turns a row of dP into dS = P (dP - Σ P dP) `scale`.
  @inline(__always)
  static func softmaxGradient(_ row: MutableFloats, _ p: Floats, count: Int, scale: Float) {
    let mean = Vector(repeating: Elementwise.dot(row, p, count: count))
    var i = 0
    while i < count {
      store((load(row, i, count) - mean) * load(p, i, count) * scale, row, i, count)
      i += lanes
    }
  }
}
