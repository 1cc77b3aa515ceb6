import Testing
import TurnwiseKernels
import TurnwiseNumerics

/// A second factor in the panels of some kernels.
struct Panels {
  let rows: Rows
  let panelDepth: Int

  /// Lays out `b` (depth × columns), with room between panels.
  init(_ kernels: any Kernels.Type, _ b: Rows, transposed: Bool = false) {
    let (columns, depth) = transposed ? (b.count, b.width) : (b.width, b.count)
    let width = kernels.panelWidth
    panelDepth = depth + 3
    rows = Rows(
      (columns + width - 1) / width, width: depth * width, stride: panelDepth * width,
      after: Rows.margin)
    (transposed ? kernels.packTransposed : kernels.packColumns)(
      rows.base, b.base, b.stride, columns, depth, panelDepth)
  }
}

@Suite struct `A product with panels` {
  static let heights = 26
  static let columns = [1, 2, 3, 15, 16, 17, 31, 32, 33, 47, 65, 100, 193, 321, 333, 661]
  static let depths = [1, 2, 7, 16, 33, 97, 192, 193, 400]

  /// Multiplies rows of a with panels.
  private func multiply(
    _ kernels: any Kernels.Type, _ c: MutableFloats, _ cStride: Int, _ a: Rows, from first: Int,
    _ rows: Int, _ panels: Panels, _ columns: Int, isAccumulating: Bool
  ) {
    kernels.product(
      PanelProduct(
        c: c, cStride: cStride, a: a.base + first * a.stride, aStride: a.stride,
        panels: panels.rows.base, panelDepth: panels.panelDepth, rows: rows, columns: columns,
        depth: a.width, isAccumulating: isAccumulating))
  }

  @Test(arguments: levels, columns)
  func `is that of plain loops, and a row's bits are the same however many share it`(
    _ level: KernelLevel, _ columns: Int
  ) {
    for (number, depth) in Self.depths.enumerated() {
      var source = Source(columns * 1000 + depth)
      let a = Rows(
        reading: source.floats(Self.heights * depth), width: depth, stride: depth + number % 4)
      let b = Rows(
        reading: source.floats(depth * columns), width: columns, stride: columns + number % 3)
      let start = Rows(
        source.floats(Self.heights * columns), width: columns, stride: columns + number % 5)
      let isAccumulating = number.isMultiple(of: 2)
      let result = outcomes(level, [start]) { kernels, c in
        let panels = Panels(kernels, b)
        multiply(
          kernels, c[0], start.stride, a, from: 0, Self.heights, panels, columns,
          isAccumulating: isAccumulating)
      }
      let together = result[0]
      together.expectAgreement(to: depth + 1, of: terms(a, b, start, isAccumulating))

      let panels = Panels(level.kernels, b)
      #expect(panels.rows.isIntact)
      for rows in 1...Self.heights {
        for first in [0, Self.heights - rows] {
          let range = first * columns..<(first + rows) * columns
          let c = Rows(Array(start.array[range]), width: columns, stride: start.stride)
          multiply(
            level.kernels, c.base, c.stride, a, from: first, rows, panels, columns,
            isAccumulating: isAccumulating)
          #expect(c.isIntact && c.array.bits == Array(together.found[range]).bits)
        }
      }
    }
  }

  /// The sums of the sizes of the terms of each element.
  private func terms(_ a: Rows, _ b: Rows, _ start: Rows, _ isAccumulating: Bool) -> (Int) -> Float
  {
    let c = Rows(start.array.magnitudes, width: start.width)
    let (x, y) = (
      Rows(a.array.magnitudes, width: a.width), Rows(b.array.magnitudes, width: b.width)
    )
    PlainLoops.product(
      MatrixOperands(
        c: c.base, cStride: c.stride, a: x.base, aStride: x.stride, b: y.base, bStride: y.stride,
        rows: a.count, columns: b.width, depth: a.width, isAccumulating: isAccumulating),
      scratch: c.base)
    let sums = c.array
    return { sums[$0] }
  }

  @Test(arguments: levels, columns)
  func `does not depend on how the panels were made`(_ level: KernelLevel, _ columns: Int) {
    for depth in Self.depths {
      var source = Source(depth)
      let b = source.floats(depth * columns)
      let transposed = (0..<b.count).map { b[$0 % depth * columns + $0 / depth] }
      let (one, other) = (
        Panels(level.kernels, Rows(reading: b, width: columns)),
        Panels(
          level.kernels, Rows(reading: transposed, width: depth, stride: depth + 3),
          transposed: true)
      )
      let panels = one.rows.array
      #expect(panels.bits == other.rows.array.bits)
      #expect(one.rows.isIntact && other.rows.isIntact)
      // And past the last column, panels hold zeros.
      let width = level.kernels.panelWidth
      let padding = panels.indices.filter {
        $0 / (depth * width) * width + $0 % width >= columns
      }
      #expect(padding.allSatisfy { panels[$0] == 0 })
    }
  }

  @Test(arguments: levels)
  func `of no depth is zero, or what was there`(_ level: KernelLevel) {
    let (none, start) = (Rows(1, width: 1), Rows([Float](repeating: 7, count: 39), width: 13))
    for isAccumulating in [false, true] {
      let result = outcomes(level, [start]) { kernels, c in
        kernels.product(
          PanelProduct(
            c: c[0], cStride: 13, a: none.base, aStride: 1, panels: none.base, panelDepth: 1,
            rows: 3, columns: 13, depth: 0, isAccumulating: isAccumulating))
      }
      #expect(result[0].found == result[0].expected)
    }
  }
}

@Suite struct `A product of matrices as they lie in memory` {
  struct Shape: Sendable, CustomTestStringConvertible {
    var rows, columns, depth: Int
    init(_ rows: Int, _ columns: Int, _ depth: Int) {
      (self.rows, self.columns, self.depth) = (rows, columns, depth)
    }
    var testDescription: String { "\(rows) × \(columns) × \(depth)" }
  }

  static let shapes = [
    Shape(1, 1, 1), Shape(2, 3, 5), Shape(3, 17, 2), Shape(5, 16, 400), Shape(7, 31, 13),
    Shape(12, 321, 193), Shape(13, 333, 7), Shape(15, 47, 65), Shape(16, 32, 12),
    Shape(17, 641, 3), Shape(26, 47, 97), Shape(31, 15, 33), Shape(47, 63, 321),
    Shape(65, 33, 100), Shape(100, 1, 16), Shape(1, 100, 1), Shape(193, 12, 63),
    Shape(4, 5, 0), Shape(0, 5, 4), Shape(4, 0, 5),
  ]

  @Test(arguments: levels, shapes)
  func `is that of plain loops, and has the bits of the one with panels`(
    _ level: KernelLevel, _ shape: Shape
  ) {
    var source = Source(shape.rows * 1000 + shape.columns)
    let (rows, columns, depth) = (shape.rows, shape.columns, shape.depth)
    let a = Rows(reading: source.floats(rows * depth), width: depth, stride: depth + 2)
    let b = Rows(reading: source.floats(depth * columns), width: columns, stride: columns + 3)
    let start = Rows(source.floats(rows * columns), width: columns, stride: columns + 1)
    for isAccumulating in [false, true] {
      let result = outcomes(level, [start, Rows(1, width: Blocking.scratchCount)]) { kernels, c in
        kernels.product(
          MatrixOperands(
            c: c[0], cStride: start.stride, a: a.base, aStride: a.stride, b: b.base,
            bStride: b.stride, rows: rows, columns: columns, depth: depth,
            isAccumulating: isAccumulating), scratch: c[1])
      }
      let sizes = magnitudes(shape, a.array, b.array, start.array) { ($0 * depth, 1, $1) }
      result[0].expectAgreement(to: depth + 1) { sizes[$0] }
      guard depth > 0 else { continue }
      let (panels, c) = (Panels(level.kernels, b), start.copy())
      level.kernels.product(
        PanelProduct(
          c: c.base, cStride: c.stride, a: a.base, aStride: a.stride, panels: panels.rows.base,
          panelDepth: panels.panelDepth, rows: rows, columns: columns, depth: depth,
          isAccumulating: isAccumulating))
      #expect(c.array.bits == result[0].found.bits)
    }
  }

  @Test(arguments: levels, shapes)
  func `transposed adds what plain loops do`(_ level: KernelLevel, _ shape: Shape) {
    var source = Source(shape.rows * 1000 + shape.columns)
    let (rows, columns, depth) = (shape.rows, shape.columns, shape.depth)
    let a = Rows(reading: source.floats(depth * rows), width: rows, stride: rows + 2)
    let b = Rows(reading: source.floats(depth * columns), width: columns, stride: columns + 3)
    let start = Rows(source.floats(rows * columns), width: columns, stride: columns + 1)
    let result = outcomes(level, [start, Rows(1, width: Blocking.scratchCount)]) { kernels, c in
      kernels.transposedProduct(
        MatrixOperands(
          c: c[0], cStride: start.stride, a: a.base, aStride: a.stride, b: b.base,
          bStride: b.stride, rows: rows, columns: columns, depth: depth, isAccumulating: true),
        scratch: c[1])
    }
    let sizes = magnitudes(shape, a.array, b.array, start.array) { ($0, rows, $1) }
    result[0].expectAgreement(to: depth + 1) { sizes[$0] }
  }

  /// The sums of the sizes of the terms of each element; `place` gives the first element of a and the
  /// distance to the next one, and the first element of b.
  private func magnitudes(
    _ shape: Shape, _ a: [Float], _ b: [Float], _ start: [Float],
    _ place: (_ row: Int, _ column: Int) -> (Int, Int, Int)
  ) -> [Float] {
    start.indices.map { index in
      let (first, step, column) = place(index / shape.columns, index % shape.columns)
      return (0..<shape.depth).reduce(abs(start[index])) {
        $0 + abs(a[first + $1 * step] * b[$1 * shape.columns + column])
      }
    }
  }
}
