internal import CVector
internal import TurnwiseKernels

/// Some rows of a product, times one panel.
///
/// Rows are computed together only to keep the processor busy; each has the sums it would have
/// alone. Row r of the first factor is at `a + r · row`, its next element `step` further.
struct Tile {
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

  /// The rows whose sums fit the registers with room for the operands.
  static var tallest: Int {
    let floats = Int(turnwise_register_bits) / 32 * Int(turnwise_register_count)
    return floats >= 512 ? 12 : floats >= 128 ? 6 : 2
  }

  /// Multiplies `height` rows, a number that ``Strips`` chooses.
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

  @inline(__always)
  func one() {
    var s = start(0)
    var (x, w) = (a, panel)
    for _ in 0..<depth {
      s.add(x[0], Columns(w))
      x += step
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
    for _ in 0..<depth {
      let p = Columns(w)
      s0.add(x[0], p)
      s1.add(x[row], p)
      s2.add(x[r2], p)
      s3.add(x[r3], p)
      x += step
      w += Columns.width
    }
    finish(s0, 0)
    finish(s1, 1)
    finish(s2, 2)
    finish(s3, 3)
  }

  @inline(__always)
  func six() {
    var (s0, s1, s2) = (start(0), start(1), start(2))
    var (s3, s4, s5) = (start(3), start(4), start(5))
    let r2 = 2 * row
    var (x, y, w) = (a, opaque(a + 3 * row), panel)
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
    var (s0, s1, s2, s3) = (start(0), start(1), start(2), start(3))
    var (s4, s5, s6, s7) = (start(4), start(5), start(6), start(7))
    var (s8, s9, s10, s11) = (start(8), start(9), start(10), start(11))
    // Four pointers and a stride reach twelve rows: a pointer for each would not fit the registers.
    let r2 = 2 * row
    var (x, y) = (a, opaque(a + 3 * row))
    var (z, v) = (opaque(a + 6 * row), opaque(a + 9 * row))
    var w = panel
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
