/// Attention of one row to keys and values kept in pages of sixteen positions.
///
/// Sums run over positions in one fixed order, so a row has the same bits whether it came alone or with
/// others, and whichever memory its pages are in.
package struct PagedAttention: Sendable {
  /// Positions in a page: one for each lane.
  package static let pagePositions = lanes

  /// Query heads.
  package let heads: Int
  /// Key and value heads.
  package let keyValueHeads: Int
  /// Elements of one head.
  package let headWidth: Int

  /// Describes the heads.
  package init(heads: Int, keyValueHeads: Int, headWidth: Int) {
    (self.heads, self.keyValueHeads, self.headWidth) = (heads, keyValueHeads, headWidth)
  }

  /// Floats that one layer of one page takes: keys by head × element × position, values by head ×
  /// position × element.
  package var layerCount: Int { 2 * keyValueHeads * headWidth * Self.pagePositions }

  /// Puts a position's keys and values in its place of a page's layer.
  package func write(_ layer: MutableFloats, key: Floats, value: Floats, position: Int) {
    let slot = position % Self.pagePositions
    let values = layer + layerCount / 2
    for head in 0..<keyValueHeads {
      let first = head * headWidth
      for i in first..<(first + headWidth) { layer[i * lanes + slot] = key[i] }
      (values + first * lanes + slot * headWidth).update(from: value + first, count: headWidth)
    }
  }

  /// Attends from one row to the first `count` positions.
  ///
  /// - Parameters:
  ///   - output: Heads × headWidth.
  ///   - query: Heads × headWidth.
  ///   - pages: The pages, of which the layer starts at `offset`.
  ///   - offset: Where the layer starts in a page.
  ///   - count: The positions to look at, at least one.
  ///   - scores: Room for `count` floats rounded up to whole pages.
  package func forward(
    _ output: MutableFloats, query: Floats, pages: [MutableFloats], offset: Int, count: Int,
    scores: MutableFloats
  ) {
    let group = heads / keyValueHeads
    pages.withUnsafeBufferPointer { pages in
      for head in 0..<heads {
        let first = head / group * headWidth * lanes + offset
        attend(
          output + head * headWidth, query + head * headWidth, pages, keys: first,
          values: first + layerCount / 2, count: count, scores: scores)
      }
    }
  }

  @inline(__always)
  private func attend(
    _ output: MutableFloats, _ query: Floats, _ pages: UnsafeBufferPointer<MutableFloats>,
    keys: Int, values: Int, count: Int, scores: MutableFloats
  ) {
    let scale = 1 / Float(headWidth).squareRoot()
    let used = (count + lanes - 1) / lanes
    for page in 0..<used {
      let key = pages[page] + keys
      // Two sums, so that an addition need not wait for the one before it.
      var even = Vector.zero
      var odd = Vector.zero
      var i = 0
      while i < headWidth {
        even = multiplyAdd(even, load(key, i * lanes), Vector(repeating: query[i]))
        odd = multiplyAdd(odd, load(key, (i + 1) * lanes), Vector(repeating: query[i + 1]))
        i += 2
      }
      store((even + odd) * scale, scores, page * lanes)
    }
    let highest = TokenStatistics.largestElement(scores, count: count)
    var total = Vector.zero
    for page in 0..<used {
      let e = exponential(load(scores, page * lanes) - highest)
      let kept = keeping(first: count - page * lanes, of: e)
      store(kept, scores, page * lanes)
      total += kept
    }
    let inverse = 1 / sum(total)
    var i = 0
    while i < headWidth {
      var a = Vector.zero
      var b = Vector.zero
      for page in 0..<used {
        let value = pages[page] + values + i
        let weight = scores + page * lanes
        let rows = min(lanes, count - page * lanes)
        for row in 0..<rows {
          let w = Vector(repeating: weight[row])
          a = multiplyAdd(a, load(value, row * headWidth, row * headWidth + headWidth - i), w)
          if i + lanes < headWidth {
            let end = row * headWidth + headWidth - i
            b = multiplyAdd(b, load(value, row * headWidth + lanes, end), w)
          }
        }
      }
      store(a * inverse, output, i, headWidth)
      if i + lanes < headWidth { store(b * inverse, output, i + lanes, headWidth) }
      i += 2 * lanes
    }
  }
}
