import Testing
import TurnwiseKernels
import TurnwiseNumerics

/// A second factor in panels, laid out by some kernels.
struct Panels {
  let rows: Rows
  let panelDepth: Int

  /// Lays out `b` (depth × columns), with space between panels.
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
  /// More rows than ``Blocking/fewRows``, so that both orders of the loops are used.
  static let heights = Blocking.fewRows + 15
  static let columns = [1, 2, 3, 15, 16, 17, 31, 32, 33, 47, 65, 100, 193, 321, 333, 661]
  static let depths =
    [1, 2, 7, 16, 33, 97] + [0, 1, Blocking.depth + 16].map { Blocking.depth + $0 }

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
  func `equals that of plain loops, and a row has the same bits with any other rows`(
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
      for rows in Array(1...26) + [Blocking.fewRows, Blocking.fewRows + 1] {
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

  @Test(arguments: levels, columns)
  func `does not depend on how the panels were laid out`(_ level: KernelLevel, _ columns: Int) {
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
      // After the last column, panels contain zeros.
      let width = level.kernels.panelWidth
      let padding = panels.indices.filter {
        $0 / (depth * width) * width + $0 % width >= columns
      }
      #expect(padding.allSatisfy { panels[$0] == 0 })
    }
  }

  @Test(arguments: levels)
  func `of depth 0 is zero, or the old value if it is added`(_ level: KernelLevel) {
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

/// Returns the sums of the magnitudes of the terms of each element of a product.
private func terms(_ a: Rows, _ b: Rows, _ start: Rows, _ isAccumulating: Bool) -> (Int) -> Float {
  let (x, y) = (a.array.magnitudes, b.array.magnitudes)
  let c = Rows(start.array.magnitudes, width: start.width)
  PlainLoops.multiply(
    c.base, stride: c.stride, rows: a.count, columns: b.width, depth: a.width,
    isAccumulating: isAccumulating
  ) { Double(x[$0 * a.width + $2]) * Double(y[$2 * b.width + $1]) }
  let sums = c.array
  return { sums[$0] }
}

extension Rows {
  /// Returns the transpose for reading, with space between its rows.
  fileprivate func transposed(apart: Int) -> Rows {
    let (values, count, width) = (array, count, width)
    return Rows(
      reading: (0..<values.count).map { values[$0 % count * width + $0 / count] }, width: count,
      stride: count + apart)
  }
}

@Suite struct `A product of matrices without panels` {
  /// Smaller and larger than the rows, columns and depth that are computed at a time.
  static let shapes = [
    (1, 1, 1), (2, 5, 3), (7, 16, 13), (13, 33, 48), (48, 31, 50), (49, 40, 7), (61, 65, 257),
    (100, 17, 512), (131, 97, 300), (12, 769, 31), (50, 800, 259),
  ]

  @Test(arguments: levels, shapes)
  func `equals that of plain loops, and has the same bits as one with panels`(
    _ level: KernelLevel, _ shape: (Int, Int, Int)
  ) {
    let (rows, columns, depth) = shape
    var source = Source(rows + columns + depth)
    let a = Rows(reading: source.floats(rows * depth), width: depth, stride: depth + 1)
    let b = Rows(reading: source.floats(depth * columns), width: columns, stride: columns + 2)
    let start = Rows(source.floats(rows * columns), width: columns, stride: columns + 3)
    let (aTurned, bTurned) = (a.transposed(apart: 3), b.transposed(apart: 1))
    for isAccumulating in [false, true] {
      let panels = Panels(level.kernels, b)
      let expected = start.copy()
      level.kernels.product(
        PanelProduct(
          c: expected.base, cStride: expected.stride, a: a.base, aStride: a.stride,
          panels: panels.rows.base, panelDepth: panels.panelDepth, rows: rows, columns: columns,
          depth: depth, isAccumulating: isAccumulating))
      for (first, second) in [(a, b), (aTurned, b), (a, bTurned), (aTurned, bTurned)] {
        let scratch = Rows(1, width: MatrixProduct.scratchCount)
        let result = outcomes(level, [start]) { kernels, c in
          kernels.product(
            MatrixProduct(
              c: c[0], cStride: start.stride, a: first.base, aStride: first.stride,
              aTransposed: first !== a, b: second.base, bStride: second.stride,
              bTransposed: second !== b, rows: rows, columns: columns, depth: depth,
              isAccumulating: isAccumulating), scratch: scratch.base)
        }[0]
        result.expectAgreement(to: depth + 1, of: terms(a, b, start, isAccumulating))
        #expect(result.found.bits == expected.array.bits && scratch.isIntact)
      }
    }
  }

  @Test(arguments: levels)
  func `of depth 0 is zero, or the old value if it is added`(_ level: KernelLevel) {
    let (none, start) = (Rows(1, width: 1), Rows([Float](repeating: 7, count: 39), width: 13))
    let scratch = Rows(1, width: MatrixProduct.scratchCount)
    for isAccumulating in [false, true] {
      let product = { c in
        MatrixProduct(
          c: c, cStride: 13, a: none.base, aStride: 3, aTransposed: true, b: none.base,
          bStride: 13, rows: 3, columns: 13, depth: 0, isAccumulating: isAccumulating)
      }
      let result = outcomes(level, [start]) { kernels, c in
        kernels.product(product(c[0]), scratch: scratch.base)
      }
      #expect(result[0].found == result[0].expected)
      // With OpenBLAS or the kernels, as the process chooses.
      let c = start.copy()
      product(c.base).compute(scratch: scratch.base)
      #expect(c.array == result[0].expected)
    }
  }
}
