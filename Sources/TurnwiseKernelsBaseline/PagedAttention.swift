package import TurnwiseKernels

extension CompiledKernels {
  package static func writePage(
    _ attention: PagedAttention, _ layer: MutableFloats, key: Floats, value: Floats, position: Int
  ) {
    let width = attention.headWidth
    let slot = position % lanes
    let values = layer + attention.layerCount / 2
    for head in 0..<attention.keyValueHeads {
      let first = head * width
      for i in first..<(first + width) { layer[i * lanes + slot] = key[i] }
      let place = values + first * lanes + slot * width
      for i in 0..<width { place[i] = value[first + i] }
    }
  }

  package static func pagedAttention(_ attention: PagedAttention, _ x: PagedAttention.Operands) {
    let width = attention.headWidth
    let group = attention.heads / attention.keyValueHeads
    let scale = 1 / Float(width).squareRoot()
    let used = PagedAttention.pages(x.count)
    for head in 0..<attention.heads {
      let keys = head / group * width * lanes + x.offset
      let values = keys + attention.layerCount / 2
      let query = x.query + head * width
      // Four pages at a time, so that an addition does not wait for the one before it.
      var page = 0
      while page + 4 <= used {
        scoreFour(x.scores + page * lanes, query, x.pages + page, keys, width, scale)
        page += 4
      }
      while page < used {
        scoreOne(x.scores + page * lanes, query, x.pages[page] + keys, width, scale)
        page += 1
      }
      let inverse = exponentials(x.scores, count: x.count)
      sumValues(
        x.output + head * width, x.scores, x.pages, values: values, count: x.count, width: width,
        inverse: inverse)
    }
  }

  /// Sets the scores of four pages.
  @inline(__always)
  private static func scoreFour(
    _ scores: MutableFloats, _ query: Floats, _ pages: UnsafePointer<MutableFloats>, _ keys: Int,
    _ width: Int, _ scale: Float
  ) {
    let (k0, k1) = (Floats(pages[0]) + keys, Floats(pages[1]) + keys)
    let (k2, k3) = (Floats(pages[2]) + keys, Floats(pages[3]) + keys)
    var (a0, a1, a2, a3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var (b0, b1, b2, b3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var i = 0
    while i < width {
      let even = Vector(repeating: query[i])
      let odd = Vector(repeating: query[i + 1])
      let (e, o) = (i * lanes, (i + 1) * lanes)
      a0 = multiplyAdd(a0, load(k0, e), even)
      a1 = multiplyAdd(a1, load(k1, e), even)
      a2 = multiplyAdd(a2, load(k2, e), even)
      a3 = multiplyAdd(a3, load(k3, e), even)
      b0 = multiplyAdd(b0, load(k0, o), odd)
      b1 = multiplyAdd(b1, load(k1, o), odd)
      b2 = multiplyAdd(b2, load(k2, o), odd)
      b3 = multiplyAdd(b3, load(k3, o), odd)
      i += 2
    }
    store((a0 + b0) * scale, scores, 0)
    store((a1 + b1) * scale, scores, lanes)
    store((a2 + b2) * scale, scores, 2 * lanes)
    store((a3 + b3) * scale, scores, 3 * lanes)
  }

  /// Sets the scores of one page, with the same sums as ``scoreFour``.
  @inline(__always)
  private static func scoreOne(
    _ scores: MutableFloats, _ query: Floats, _ key: Floats, _ width: Int, _ scale: Float
  ) {
    var (a, b) = (Vector.zero, Vector.zero)
    var i = 0
    while i < width {
      a = multiplyAdd(a, load(key, i * lanes), Vector(repeating: query[i]))
      b = multiplyAdd(b, load(key, (i + 1) * lanes), Vector(repeating: query[i + 1]))
      i += 2
    }
    store((a + b) * scale, scores, 0)
  }

  /// Replaces scores by weights that have to be multiplied by the returned number; weights after `count`
  /// are zero.
  @inline(__always)
  private static func exponentials(_ scores: MutableFloats, count: Int) -> Float {
    let highest = largestElement(scores, count: count)
    var total = Vector.zero
    var i = 0
    while i < count {
      let e = keeping(first: count - i, of: vectorExponential(load(scores, i) - highest))
      store(e, scores, i)
      total += e
      i += lanes
    }
    return 1 / sum(total)
  }

  /// Sets the output of one head, two vectors of its elements at a time, as the sum of four sums over
  /// positions.
  ///
  /// Four positions are added at a time: the weights after the last position are zero.
  @inline(__always)
  private static func sumValues(
    _ output: MutableFloats, _ weights: Floats, _ pages: UnsafePointer<MutableFloats>,
    values: Int, count: Int, width: Int, inverse: Float
  ) {
    let used = PagedAttention.pages(count)
    var i = 0
    while i + 2 * lanes <= width {
      var (a0, a1, a2, a3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
      var (b0, b1, b2, b3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
      var weight = weights
      for page in 0..<used {
        var value = Floats(pages[page]) + values + i
        var quarters = smaller(4, (count - page * lanes + 3) / 4)
        while quarters > 0 {
          quarters -= 1
          let (w0, w1) = (Vector(repeating: weight[0]), Vector(repeating: weight[1]))
          let (w2, w3) = (Vector(repeating: weight[2]), Vector(repeating: weight[3]))
          a0 = multiplyAdd(a0, load(value, 0), w0)
          b0 = multiplyAdd(b0, load(value, lanes), w0)
          a1 = multiplyAdd(a1, load(value, width), w1)
          b1 = multiplyAdd(b1, load(value, width + lanes), w1)
          a2 = multiplyAdd(a2, load(value, 2 * width), w2)
          b2 = multiplyAdd(b2, load(value, 2 * width + lanes), w2)
          a3 = multiplyAdd(a3, load(value, 3 * width), w3)
          b3 = multiplyAdd(b3, load(value, 3 * width + lanes), w3)
          value += 4 * width
          weight += 4
        }
      }
      store(((a0 + a1) + (a2 + a3)) * inverse, output, i)
      store(((b0 + b1) + (b2 + b3)) * inverse, output, i + lanes)
      i += 2 * lanes
    }
    while i < width {
      var a = Vector.zero
      for position in 0..<count {
        let value = pages[position / lanes] + values + position % lanes * width
        a = multiplyAdd(a, load(value, i, width), Vector(repeating: weights[position]))
      }
      store(a * inverse, output, i, width)
      i += lanes
    }
  }
}
