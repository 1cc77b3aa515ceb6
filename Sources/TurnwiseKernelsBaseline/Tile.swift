internal import CVector
internal import TurnwiseKernels

// The types of this file are private to it, which is why it is long. A debug build makes all other types
// visible for tests, and emits functions that copy them, such as `__swift_memcpy65_8`. Every module with a
// type of that size emits a function of that name, and the linker keeps the first one, whatever processor
// it is for.

extension CompiledKernels {
  package static var panelWidth: Int { Columns.width }

  /// Multiplies rows that are stored as rows by the panels of some columns.
  static func multiplyRows(_ x: PanelProduct, columns: Range<Int>) {
    if x.rows <= Blocking.fewRows {
      panelByPanel(x, columns)
    } else {
      stripByStrip(x, columns, isTransposed: false)
    }
  }

  /// Multiplies rows that are stored as columns: the stride of a is the distance between the elements of a
  /// row.
  static func multiplyTransposedRows(_ x: PanelProduct) {
    stripByStrip(x, 0..<x.columns, isTransposed: true)
  }

  @inline(__always)
  private static func stripByStrip(
    _ x: PanelProduct, _ columns: Range<Int>, isTransposed: Bool
  ) {
    var r = 0
    while r < x.rows {
      let height = height(x.rows - r)
      var column = columns.lowerBound
      while column < columns.upperBound {
        tile(x, r, column, isTransposed: isTransposed).multiply(height)
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
        tile(x, r, column, isTransposed: false).multiply(height)
        r += height
      }
      column += Columns.width
    }
  }

  /// Copies a row of a panel; if there are fewer columns than a panel has, the rest is zero.
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
    _ x: PanelProduct, _ r: Int, _ column: Int, isTransposed: Bool
  ) -> Tile {
    // Each tile of rows prefetches a part of the next panel.
    let next = x.panels + (column + Columns.width) * x.panelDepth
    return Tile(
      c: x.c + r * x.cStride + column, cStride: x.cStride,
      a: x.a + r * (isTransposed ? 1 : x.aStride), aStride: x.aStride, isTransposed: isTransposed,
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

/// Some rows of the first factor, times one panel.
///
/// Rows are computed together to keep the processor busy; each row has the same sums as if it were computed
/// alone. The rows of the first factor are stored as rows or as columns.
private struct Tile {
  let c: MutableFloats
  let cStride: Int
  let a: Floats
  let aStride: Int
  let isTransposed: Bool
  let panel: Floats
  let depth: Int
  /// The number of columns of the panel that are used.
  let columns: Int
  let isAccumulating: Bool
  /// Memory that is needed soon: a cache line of it is prefetched with each row of the panel.
  let ahead: Floats

  /// The distance between rows of the first factor, and between the elements of a row.
  private var row: Int { isTransposed ? 1 : aStride }
  private var step: Int { isTransposed ? aStride : 1 }

  /// The number of rows whose sums fit in the registers together with the operands.
  static var tallest: Int {
    let floats = Int(turnwise_register_bits) / 32 * Int(turnwise_register_count)
    return floats >= 512 ? 12 : floats >= 128 ? 6 : 2
  }

  /// Multiplies `height` rows, a number that `height(_:)` returns.
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
  func start(_ r: Int) -> Columns {
    guard isAccumulating else { return Columns() }
    let c = c + r * cStride
    return columns == Columns.width ? Columns(c) : Columns(c, count: columns)
  }

  @inline(__always)
  func finish(_ sums: Columns, _ r: Int) {
    let c = c + r * cStride
    if columns == Columns.width { sums.put(c) } else { sums.put(c, count: columns) }
  }

  /// Prefetches the part of the result to the right of this one, if there is time until it is needed.
  @inline(__always)
  private func prefetchNext(_ rows: Int) {
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
    var (x, y, w) = (a, opaque(a + 2 * row), panel)
    var next = ahead
    for _ in 0..<depth {
      let p = Columns(w)
      s0.add(each: x, p)
      s1.add(x[row], p)
      s2.add(each: y, p)
      s3.add(y[row], p)
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
  }

  @inline(__always)
  func six() {
    prefetchNext(6)
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
    prefetchNext(12)
    var sums = Sums(self)
    if isTransposed {
      addStoredAsColumns(to: &sums)
    } else {
      addStoredAsRows(to: &sums)
    }
    finish(sums.s0, 0)
    finish(sums.s1, 1)
    finish(sums.s2, 2)
    finish(sums.s3, 3)
    finish(sums.s4, 4)
    finish(sums.s5, 5)
    finish(sums.s6, 6)
    finish(sums.s7, 7)
    finish(sums.s8, 8)
    finish(sums.s9, 9)
    finish(sums.s10, 10)
    finish(sums.s11, 11)
  }

  @inline(__always)
  private func addStoredAsRows(to sums: inout Sums) {
    // Six pointers and a stride reach twelve rows: twelve pointers would not fit in the registers.
    var x = SixPointers.from(a, distance: 2 * row)
    var w = panel
    var next = ahead
    // Four elements at a time, as moving the pointers takes as long as three multiplications.
    for _ in 0..<depth / 4 {
      sums.add(x, row, Columns(w))
      prefetch(next)
      sums.add(x + 1, row, Columns(w + Columns.width))
      prefetch(next + lanes)
      sums.add(x + 2, row, Columns(w + 2 * Columns.width))
      prefetch(next + 2 * lanes)
      sums.add(x + 3, row, Columns(w + 3 * Columns.width))
      prefetch(next + 3 * lanes)
      x.move(by: 4)
      w = opaque(w + 4 * Columns.width)
      next += 4 * lanes
    }
    for _ in 0..<depth % 4 {
      sums.add(x, row, Columns(w))
      x.move(by: 1)
      w += Columns.width
    }
  }

  @inline(__always)
  private func addStoredAsColumns(to sums: inout Sums) {
    var (x, y) = (a, opaque(a + step))
    var w = panel
    var next = ahead
    for _ in 0..<depth / 2 {
      sums.add(x, Columns(w))
      prefetch(next)
      sums.add(y, Columns(w + Columns.width))
      prefetch(next + lanes)
      (x, y) = (opaque(x + 2 * step), opaque(y + 2 * step))
      w = opaque(w + 2 * Columns.width)
      next += 2 * lanes
    }
    if depth % 2 == 1 { sums.add(x, Columns(w)) }
  }
}

/// The sums of twelve rows.
///
/// If a row has two vectors, a number of the first factor is loaded once for both of its products, or by
/// each product itself (`each`). The first way needs fewer load ports, the second fewer places in the
/// processor's queue; a mixture of both fills neither. Only a plain pointer can be the operand of a
/// multiplication: six of twelve rows have one, and rows that are stored as columns all have one.
private struct Sums {
  var s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11: Columns

  @inline(__always)
  init(_ tile: Tile) {
    (s0, s1, s2, s3) = (tile.start(0), tile.start(1), tile.start(2), tile.start(3))
    (s4, s5, s6, s7) = (tile.start(4), tile.start(5), tile.start(6), tile.start(7))
    (s8, s9, s10, s11) = (tile.start(8), tile.start(9), tile.start(10), tile.start(11))
  }

  /// Adds the products of rows that are stored as rows; the pointers name every second row, and `row` is the
  /// distance between rows.
  @inline(__always)
  mutating func add(_ x: SixPointers, _ row: Int, _ p: Columns) {
    s0.add(each: x.p0, p)
    s1.add(x.p0[row], p)
    s2.add(each: x.p1, p)
    s3.add(x.p1[row], p)
    s4.add(each: x.p2, p)
    s5.add(x.p2[row], p)
    s6.add(each: x.p3, p)
    s7.add(x.p3[row], p)
    s8.add(each: x.p4, p)
    s9.add(x.p4[row], p)
    s10.add(each: x.p5, p)
    s11.add(x.p5[row], p)
  }

  /// Adds the products of rows that are stored as columns.
  @inline(__always)
  mutating func add(_ x: Floats, _ p: Columns) {
    s0.add(each: x, p)
    s1.add(each: x + 1, p)
    s2.add(x[2], p)
    s3.add(each: x + 3, p)
    s4.add(each: x + 4, p)
    s5.add(x[5], p)
    s6.add(each: x + 6, p)
    s7.add(each: x + 7, p)
    s8.add(x[8], p)
    s9.add(each: x + 9, p)
    s10.add(each: x + 10, p)
    s11.add(x[11], p)
  }
}

/// Six pointers that move together.
private struct SixPointers {
  var p0, p1, p2, p3, p4, p5: Floats

  /// Returns pointers with a distance between them.
  @inline(__always)
  static func from(_ p: Floats, distance: Int) -> SixPointers {
    SixPointers(
      p0: p, p1: opaque(p + distance), p2: opaque(p + 2 * distance),
      p3: opaque(p + 3 * distance), p4: opaque(p + 4 * distance),
      p5: opaque(p + 5 * distance))
  }

  @inline(__always)
  static func + (x: SixPointers, offset: Int) -> SixPointers {
    SixPointers(
      p0: x.p0 + offset, p1: x.p1 + offset, p2: x.p2 + offset, p3: x.p3 + offset,
      p4: x.p4 + offset, p5: x.p5 + offset)
  }

  /// Moves the pointers so that the compiler cannot replace them by one shared index.
  @inline(__always)
  mutating func move(by offset: Int) {
    (p0, p1, p2) = (opaque(p0 + offset), opaque(p1 + offset), opaque(p2 + offset))
    (p3, p4, p5) = (opaque(p3 + offset), opaque(p4 + offset), opaque(p5 + offset))
  }
}

#if WIDE
  /// The sums of one row over the columns of a panel: two registers, so that a number of the first factor is
  /// used in two products.
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

    /// Adds a number in memory times a row of the panel; each product loads the number itself.
    @inline(__always)
    mutating func add(each x: Floats, _ row: Columns) {
      left = multiplyAdd(left, row.left, each: x)
      right = multiplyAdd(right, row.right, each: x)
    }
  }
#else
  /// The sums of one row over the columns of a panel.
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

    /// Adds a number in memory times a row of the panel; each product loads the number itself.
    @inline(__always)
    mutating func add(each x: Floats, _ row: Columns) { add(x[0], row) }
  }
#endif
