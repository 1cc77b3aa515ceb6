internal import CVector
internal import TurnwiseKernels

// The types of this file are private to it. A debug build makes all others visible for tests, and
// emits functions that copy them, such as `__swift_memcpy65_8`: every module that has a type of that
// size shares them, and the linker keeps the first, whatever processor it is for.

extension CompiledKernels {
  package static var panelWidth: Int { Columns.width }

  /// Multiplies rows that lie one after the other by the panels of some columns.
  static func multiplyRows(_ x: PanelProduct, columns: Range<Int>) {
    if x.rows <= Blocking.fewRows {
      panelByPanel(x, columns)
    } else {
      stripByStrip(x, columns, row: x.aStride, step: 1)
    }
  }

  /// Multiplies rows that lie side by side: the stride of a leads to the next element of each.
  static func multiplyTransposedRows(_ x: PanelProduct) {
    stripByStrip(x, 0..<x.columns, row: 1, step: x.aStride)
  }

  @inline(__always)
  private static func stripByStrip(
    _ x: PanelProduct, _ columns: Range<Int>, row: Int, step: Int
  ) {
    var r = 0
    while r < x.rows {
      let height = height(x.rows - r)
      var column = columns.lowerBound
      while column < columns.upperBound {
        tile(x, r, column, row: row, step: step).multiply(height)
        column += Columns.width
      }
      r += height
    }
  }

  private static func panelByPanel(_ x: PanelProduct, _ columns: Range<Int>) {
    var column = columns.lowerBound
    while column < columns.upperBound {
      var r = 0
      while r < x.rows {
        let height = height(x.rows - r)
        tile(x, r, column, row: x.aStride, step: 1).multiply(height)
        r += height
      }
      column += Columns.width
    }
  }

  /// Copies a row of a panel, for which there may be fewer columns than it has.
  @inline(__always)
  static func copyPanelRow(_ panel: MutableFloats, _ source: Floats, columns: Int) {
    if columns >= Columns.width {
      Columns(source).put(panel)
    } else {
      Columns(source, count: columns).put(panel)
    }
  }

  @inline(__always)
  private static func tile(
    _ x: PanelProduct, _ r: Int, _ column: Int, row: Int, step: Int
  ) -> Tile {
    // The rows that pass by a panel share out the fetching of the next ones.
    let next = x.panels + (column + Columns.width) * x.panelDepth
    return Tile(
      c: x.c + r * x.cStride + column, cStride: x.cStride, a: x.a + r * row, row: row, step: step,
      panel: x.panels + column * x.panelDepth, depth: x.depth,
      columns: smaller(Columns.width, x.columns - column), isAccumulating: x.isAccumulating,
      ahead: next + r / Tile.tallest * x.depth * lanes)
  }

  @inline(__always)
  private static func height(_ rows: Int) -> Int {
    if Tile.tallest >= 12, rows >= 12 { return 12 }
    if Tile.tallest == 6, rows >= 6 { return 6 }
    if Tile.tallest >= 4, rows >= 4 { return 4 }
    return rows >= 2 ? 2 : 1
  }
}

/// Some rows of a product, times one panel.
///
/// Rows are computed together only to keep the processor busy; each has the sums it would have
/// alone. Row r of the first factor is at `a + r · row`, its next element `step` further.
private struct Tile {
  let c: MutableFloats
  let cStride: Int
  let a: Floats
  let row: Int
  let step: Int
  let panel: Floats
  let depth: Int
  /// Columns of the panel that there are.
  let columns: Int
  let isAccumulating: Bool
  /// Memory that is needed soon, of which a cache line is asked for with each row of the panel.
  let ahead: Floats

  /// The rows whose sums fit the registers with room for the operands.
  static var tallest: Int {
    let floats = Int(turnwise_register_bits) / 32 * Int(turnwise_register_count)
    return floats >= 512 ? 12 : floats >= 128 ? 6 : 2
  }

  /// Multiplies `height` rows, one of those that `height(_:)` gives.
  @inline(__always)
  func multiply(_ height: Int) {
    switch height {
    case 12: twelve()
    case 6: six()
    case 4: four()
    case 2: two()
    default: one()
    }
  }

  @inline(__always)
  private func start(_ r: Int) -> Columns {
    guard isAccumulating else { return Columns() }
    let c = c + r * cStride
    return columns == Columns.width ? Columns(c) : Columns(c, count: columns)
  }

  @inline(__always)
  private func finish(_ sums: Columns, _ r: Int) {
    let c = c + r * cStride
    if columns == Columns.width { sums.put(c) } else { sums.put(c, count: columns) }
  }

  /// Asks for the result's place to the right of this, if there is time until it is needed.
  @inline(__always)
  private func fetchNext(_ rows: Int) {
    guard depth >= 128 else { return }
    var next = Floats(c + Columns.width)
    for _ in 0..<rows {
      prefetch(next)
      prefetch(next + Columns.width - lanes)
      next += cStride
    }
  }

  @inline(__always)
  func one() {
    var s = start(0)
    var (x, w) = (a, panel)
    var next = ahead
    for _ in 0..<depth {
      s.add(x[0], Columns(w))
      x += step
      prefetch(next)
      prefetch(next + lanes)
      next += 2 * lanes
      w += Columns.width
    }
    finish(s, 0)
  }

  @inline(__always)
  func two() {
    var (s0, s1) = (start(0), start(1))
    var (x, w) = (a, panel)
    for _ in 0..<depth {
      let p = Columns(w)
      s0.add(x[0], p)
      s1.add(x[row], p)
      x += step
      w += Columns.width
    }
    finish(s0, 0)
    finish(s1, 1)
  }

  @inline(__always)
  func four() {
    var (s0, s1, s2, s3) = (start(0), start(1), start(2), start(3))
    var (x, w) = (a, panel)
    let (r2, r3) = (2 * row, 3 * row)
    var next = ahead
    for _ in 0..<depth {
      let p = Columns(w)
      s0.add(x[0], p)
      s1.add(x[row], p)
      s2.add(x[r2], p)
      s3.add(x[r3], p)
      x += step
      prefetch(next)
      next += lanes
      w += Columns.width
    }
    finish(s0, 0)
    finish(s1, 1)
    finish(s2, 2)
    finish(s3, 3)
  }

  @inline(__always)
  func six() {
    fetchNext(6)
    var (s0, s1, s2) = (start(0), start(1), start(2))
    var (s3, s4, s5) = (start(3), start(4), start(5))
    let r2 = 2 * row
    var (x, y, w) = (a, opaque(a + 3 * row), panel)
    var next = ahead
    for _ in 0..<depth {
      let p = Columns(w)
      s0.add(x[0], p)
      s1.add(x[row], p)
      s2.add(x[r2], p)
      s3.add(y[0], p)
      s4.add(y[row], p)
      s5.add(y[r2], p)
      x += step
      y += step
      prefetch(next)
      next += lanes
      w += Columns.width
    }
    finish(s0, 0)
    finish(s1, 1)
    finish(s2, 2)
    finish(s3, 3)
    finish(s4, 4)
    finish(s5, 5)
  }

  @inline(__always)
  func twelve() {
    fetchNext(12)
    var (s0, s1, s2, s3) = (start(0), start(1), start(2), start(3))
    var (s4, s5, s6, s7) = (start(4), start(5), start(6), start(7))
    var (s8, s9, s10, s11) = (start(8), start(9), start(10), start(11))
    // Four pointers and a stride reach twelve rows: a pointer for each would not fit the registers.
    let r2 = 2 * row
    var (x, y) = (a, opaque(a + 3 * row))
    var (z, v) = (opaque(a + 6 * row), opaque(a + 9 * row))
    var w = panel
    var next = ahead
    for _ in 0..<depth {
      let p = Columns(w)
      s0.add(x[0], p)
      s1.add(x[row], p)
      s2.add(x[r2], p)
      s3.add(y[0], p)
      s4.add(y[row], p)
      s5.add(y[r2], p)
      s6.add(z[0], p)
      s7.add(z[row], p)
      s8.add(z[r2], p)
      s9.add(v[0], p)
      s10.add(v[row], p)
      s11.add(v[r2], p)
      x += step
      y += step
      z += step
      v += step
      prefetch(next)
      next += lanes
      w += Columns.width
    }
    finish(s0, 0)
    finish(s1, 1)
    finish(s2, 2)
    finish(s3, 3)
    finish(s4, 4)
    finish(s5, 5)
    finish(s6, 6)
    finish(s7, 7)
    finish(s8, 8)
    finish(s9, 9)
    finish(s10, 10)
    finish(s11, 11)
  }
}

#if WIDE
  /// One row's sums over the columns of a panel: two registers, so that a number of the first factor
  /// serves two products.
  private struct Columns {
    static let width = 2 * lanes
    var left = Vector.zero
    var right = Vector.zero

    @inline(__always)
    init() {}

    @inline(__always)
    init(_ c: Floats) { (left, right) = (load(c, 0), load(c, lanes)) }

    @inline(__always)
    init(_ c: Floats, count: Int) {
      left = load(c, 0, count)
      if count > lanes { right = load(c, lanes, count) }
    }

    @inline(__always)
    func put(_ c: MutableFloats) {
      store(left, c, 0)
      store(right, c, lanes)
    }

    @inline(__always)
    func put(_ c: MutableFloats, count: Int) {
      store(left, c, 0, count)
      if count > lanes { store(right, c, lanes, count) }
    }

    /// Adds `x` times a row of the panel.
    @inline(__always)
    mutating func add(_ x: Float, _ row: Columns) {
      let x = Vector(repeating: x)
      left = multiplyAdd(left, x, row.left)
      right = multiplyAdd(right, x, row.right)
    }
  }
#else
  /// One row's sums over the columns of a panel.
  private struct Columns {
    static let width = lanes
    var sums = Vector.zero

    @inline(__always)
    init() {}

    @inline(__always)
    init(_ c: Floats) { sums = load(c, 0) }

    @inline(__always)
    init(_ c: Floats, count: Int) { sums = load(c, 0, count) }

    @inline(__always)
    func put(_ c: MutableFloats) { store(sums, c, 0) }

    @inline(__always)
    func put(_ c: MutableFloats, count: Int) { store(sums, c, 0, count) }

    /// Adds `x` times a row of the panel.
    @inline(__always)
    mutating func add(_ x: Float, _ row: Columns) {
      sums = multiplyAdd(sums, Vector(repeating: x), row.sums)
    }
  }
#endif
