internal import TurnwiseKernels

#if WIDE
  /// One row's sums over the columns of a panel: two registers, so that a number of the first factor
  /// serves two products.
  struct Columns {
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
  struct Columns {
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
