extension CausalAttention {
  /// Makes the first `count` scores of a row probabilities, and the rest up to `width` zeros.
  @inline(__always)
  static func softmax(_ row: MutableFloats, count: Int, width: Int) {
    var best = Vector(repeating: row[0])
    var i = 0
    while i + lanes <= count {
      best = larger(best, load(row, i))
      i += lanes
    }
    var highest = largest(best)
    while i < count {
      highest = max(highest, row[i])
      i += 1
    }
    var total = Vector.zero
    i = 0
    while i < count {
      let e = keeping(first: count - i, of: exponential(load(row, i, width) - highest))
      store(e, row, i, width)
      total += e
      i += lanes
    }
    let inverse = 1 / sum(total)
    let end = i
    i = 0
    while i < count {
      store(load(row, i, width) * inverse, row, i, width)
      i += lanes
    }
    if end < width { (row + end).update(repeating: 0, count: width - end) }
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
