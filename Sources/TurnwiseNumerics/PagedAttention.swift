/// Attention of one row to keys and values kept in pages of sixteen positions.
///
/// Sums run over positions in one fixed order, so a row has the same bits whether it came alone or
/// with others, and whichever memory its pages are in.
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
  ///   - upcoming: The pages that the next row will read, if they are others. Many sequences do not fit
  ///     the cache, and waiting for their keys takes longer than working on them.
  ///   - offset: Where the layer starts in a page.
  ///   - count: The positions to look at, at least one.
  ///   - scores: Room for `count` floats rounded up to whole pages.
  package func forward(
    _ output: MutableFloats, query: Floats, pages: [MutableFloats], upcoming: [MutableFloats] = [],
    offset: Int, count: Int, scores: MutableFloats
  ) {
    let group = heads / keyValueHeads
    let scale = 1 / Float(headWidth).squareRoot()
    let used = (count + lanes - 1) / lanes
    pages.withUnsafeBufferPointer { pages in
      for head in 0..<heads {
        let keys = head / group * headWidth * lanes + offset
        let query = query + head * headWidth
        for page in 0..<used {
          let key = Floats(pages[page]) + keys
          if head.isMultiple(of: group), page < upcoming.count {
            score(scores + page * lanes, query, key, scale, ahead: upcoming[page] + keys)
          } else {
            score(scores + page * lanes, query, key, scale, ahead: nil)
          }
        }
        let inverse = Self.exponentials(scores, count: count)
        gather(
          output + head * headWidth, scores, pages, values: keys + layerCount / 2, count: count,
          inverse: inverse)
      }
    }
  }

  /// Sets the scores of one page, and asks for the keys and values of another.
  @inline(__always)
  private func score(
    _ scores: MutableFloats, _ query: Floats, _ key: Floats, _ scale: Float, ahead: Floats?
  ) {
    // Two sums, so that an addition need not wait for the one before it.
    var even = Vector.zero
    var odd = Vector.zero
    var i = 0
    while i < headWidth {
      even = multiplyAdd(even, load(key, i * lanes), Vector(repeating: query[i]))
      odd = multiplyAdd(odd, load(key, (i + 1) * lanes), Vector(repeating: query[i + 1]))
      if let ahead {
        prefetch(ahead + i * lanes)
        prefetch(ahead + (i + 1) * lanes)
        prefetch(ahead + i * lanes + layerCount / 2)
        prefetch(ahead + (i + 1) * lanes + layerCount / 2)
      }
      i += 2
    }
    store((even + odd) * scale, scores, 0)
  }

  /// Makes scores weights that are to be multiplied by what is returned; those past `count` are
  /// zero.
  @inline(__always)
  private static func exponentials(_ scores: MutableFloats, count: Int) -> Float {
    let highest = TokenStatistics.largestElement(scores, count: count)
    var total = Vector.zero
    var i = 0
    while i < count {
      let e = keeping(first: count - i, of: exponential(load(scores, i) - highest))
      store(e, scores, i)
      total += e
      i += lanes
    }
    return 1 / sum(total)
  }

  /// Sets the output of one head, two vectors of its elements at a time.
  @inline(__always)
  private func gather(
    _ output: MutableFloats, _ weights: Floats, _ pages: UnsafeBufferPointer<MutableFloats>,
    values: Int, count: Int, inverse: Float
  ) {
    var i = 0
    while i + 2 * lanes <= headWidth {
      var a = Vector.zero
      var b = Vector.zero
      var position = 0
      for page in pages {
        guard position < count else { break }
        var value = Floats(page) + values + i
        let end = min(position + lanes, count)
        while position < end {
          let weight = Vector(repeating: weights[position])
          a = multiplyAdd(a, load(value, 0), weight)
          b = multiplyAdd(b, load(value, lanes), weight)
          value += headWidth
          position += 1
        }
      }
      store(a * inverse, output, i)
      store(b * inverse, output, i + lanes)
      i += 2 * lanes
    }
    while i < headWidth {
      var a = Vector.zero
      for position in 0..<count {
        let value = pages[position / lanes] + values + position % lanes * headWidth
        a = multiplyAdd(a, load(value, i, headWidth), Vector(repeating: weights[position]))
      }
      store(a * inverse, output, i, headWidth)
      i += lanes
    }
  }
}
