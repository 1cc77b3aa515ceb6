import Foundation
import Testing
import TurnwiseKernels
import TurnwiseNumerics

@Suite struct `A layer's kernel` {
  static let rows = 3

  @Test(arguments: levels, sizes)
  func `normalises rows, forward and backward`(_ level: KernelLevel, _ width: Int) {
    var source = Source(width)
    let count = Self.rows * width
    let (x, weight) = (Rows(reading: source.floats(count)), Rows(reading: source.floats(width)))
    let dy = Rows(reading: source.floats(count))
    let forward = outcomes(
      level, [Rows(1, width: count), Rows(1, width: Self.rows), Rows(1, width: count)]
    ) { kernels, y in
      kernels.normForward(
        y[0], x.base, weight: weight.base, inverse: y[1], rows: Self.rows, width: width,
        epsilon: 1e-5)
      kernels.normForward(
        y[2], x.base, weight: weight.base, inverse: nil, rows: Self.rows, width: width,
        epsilon: 1e-5)
    }
    for result in forward { result.expectAgreement(to: width + 8) }
    #expect(forward[0].found == forward[2].found)

    let inverse = Rows(reading: forward[1].expected)
    let start = (dx: source.floats(count), dWeight: source.floats(width))
    let backward = outcomes(level, [Rows(start.dx), Rows(start.dWeight)]) { kernels, d in
      kernels.normBackward(
        dx: d[0], dWeight: d[1], dy: dy.base, x: x.base, weight: weight.base,
        inverse: inverse.base, rows: Self.rows, width: width)
    }
    let (xs, ws, ds) = (x.array, weight.array, dy.array)
    backward[0].expectAgreement(to: width + 12) { index in
      let row = index / width
      let r = inverse.base[row]
      let pull = (0..<width).reduce(Float(0)) {
        $0 + abs(ds[row * width + $1] * ws[$1] * xs[row * width + $1])
      }
      return abs(start.dx[index]) + abs(ds[index] * ws[index % width]) * r
        + pull * r * r * r * abs(xs[index]) / Float(width)
    }
    backward[1].expectAgreement(to: 8) { index in
      (0..<Self.rows).reduce(abs(start.dWeight[index])) {
        $0 + abs(ds[$1 * width + index] * xs[$1 * width + index]) * inverse.base[$1]
      }
    }
  }

  @Test(arguments: levels, sizes)
  func `gates values, forward and backward, also in place`(_ level: KernelLevel, _ width: Int) {
    var source = Source(width)
    let x = source.floats(2 * Self.rows * width, -12...12)
    let (input, dy) = (Rows(reading: x), Rows(reading: source.floats(Self.rows * width)))
    let result = outcomes(
      level, [Rows(1, width: Self.rows * width), Rows(1, width: x.count), Rows(x)]
    ) { kernels, y in
      kernels.gateForward(y[0], input.base, rows: Self.rows, width: width)
      kernels.gateBackward(dx: y[1], dy: dy.base, x: input.base, rows: Self.rows, width: width)
      kernels.gateBackward(dx: y[2], dy: dy.base, x: y[2], rows: Self.rows, width: width)
    }
    result[0].expectAgreement(to: 10)
    let up = x.reduce(1) { max($0, abs($1)) }
    // 1 - σ has the rounding error of one, and is multiplied by gate, value and gradient.
    result[1].expectAgreement(to: 16) { _ in up * up }
    #expect(result[1].found.bits == result[2].found.bits)
  }

  @Test(arguments: levels)
  func `gates values far from zero`(_ level: KernelLevel) {
    let x = Rows([-1e4, -200, -88, 88, 200, 1e4] + [1, 1, 1, 1, 1, 1])
    let (y, dy) = (Rows(1, width: 6), Rows([1, 1, 1, 1, 1, 1]))
    level.kernels.gateForward(y.base, x.base, rows: 1, width: 6)
    #expect(y.array.prefix(3).allSatisfy { abs($0) < 1e-30 })
    #expect(y.array.suffix(3) == [88, 200, 1e4])
    level.kernels.gateBackward(dx: x.base, dy: dy.base, x: x.base, rows: 1, width: 6)
    #expect(x.array.allSatisfy { $0.isFinite })
    #expect(Array(x.array[3..<6]) == [1, 1, 1])
  }

  @Test(arguments: levels, [2, 4, 6, 8, 16, 26, 30, 32, 34, 36, 48, 62, 64, 66, 130])
  func `rotates the halves of heads, and back`(_ level: KernelLevel, _ headWidth: Int) {
    var source = Source(headWidth)
    let angles = source.floats(headWidth / 2, -3...3)
    let (cosines, sines) = (
      Rows(reading: angles.map { cos($0) }), Rows(reading: angles.map { sin($0) })
    )
    let x = source.floats(3 * headWidth)
    for direction: Float in [1, -1] {
      let result = outcomes(level, [Rows(x)]) { kernels, row in
        kernels.rotate(
          row[0], heads: 3, headWidth: headWidth, cosines: cosines.base, sines: sines.base,
          direction: direction)
      }
      result[0].expectAgreement(to: 4) { _ in 2 }
      let back = Rows(result[0].found)
      level.kernels.rotate(
        back.base, heads: 3, headWidth: headWidth, cosines: cosines.base, sines: sines.base,
        direction: -direction)
      Outcome(found: back.array, expected: x).expectAgreement(to: 8) { _ in 2 }
    }
  }

  @Test(arguments: levels, sizes)
  func `mixes rows with those of the previous token, forward and backward`(
    _ level: KernelLevel, _ width: Int
  ) {
    var source = Source(width)
    let inputs = (0..<5).map { _ in source.floats(width) }
    let fixed = inputs.map { Rows(reading: $0) }
    let (x, before, a, b, dy) = (fixed[0], fixed[1], fixed[2], fixed[3], fixed[4])
    let starts = (0..<4).map { _ in Rows(source.floats(width)) }
    for previous in [before.base, nil] as [MutableFloats?] {
      let result = outcomes(level, starts + [Rows(1, width: width)]) { kernels, y in
        kernels.shiftForward(
          y[4], x.base, previous: previous.map { Floats($0) }, current: a.base, shifted: b.base,
          width: width)
        kernels.shiftBackward(
          dx: y[0], dPrevious: previous.map { _ in y[1] }, dCurrent: y[2], dShifted: y[3],
          dy: dy.base, x: x.base, previous: previous.map { Floats($0) }, current: a.base,
          shifted: b.base, width: width)
      }
      for result in result { result.expectAgreement(to: 3) { _ in 2 } }
      // The first token of a sequence has no previous token.
      guard previous == nil else { continue }
      #expect(result[1].found == starts[1].array && result[3].found == starts[3].array)
    }
  }
}

@Suite struct `A rotary embedding` {
  @Test(arguments: [2, 6, 32, 36])
  func `rotates by angles that grow with the position, and back`(_ headWidth: Int) {
    var source = Source(4)
    let x = source.floats(3 * headWidth)
    let rotary = RotaryEmbedding(headWidth: headWidth, positions: 40, base: 100)
    let y = Rows(x)
    rotary.forward(y.base, heads: 3, position: 39)
    let half = headWidth / 2
    let exact = x.indices.map { index in
      let element = index % headWidth
      let angle = 39 * pow(100, -2 * Double(element % half) / Double(headWidth))
      let (own, other) = (Double(x[index]), Double(x[element < half ? index + half : index - half]))
      return Float(own * cos(angle) + (element < half ? -other : other) * sin(angle))
    }
    Outcome(found: y.array, expected: exact).expectAgreement(to: 6) { _ in 2 }
    // A rotation is orthogonal: its gradient is the rotation in the opposite direction.
    rotary.backward(y.base, heads: 3, position: 39)
    Outcome(found: y.array, expected: x).expectAgreement(to: 8) { _ in 2 }
  }
}
