import Testing
import TurnwiseNumerics

@Suite struct `A layer kernel` {
  @Test(arguments: [(1, 1, 1), (3, 5, 7), (17, 33, 19), (64, 48, 80)])
  func `multiplies like plain loops, forward and backward`(_ shape: (Int, Int, Int)) {
    let (rows, inputs, outputs) = shape
    var source = Source(1)
    let (x, weight) = (source.floats(rows * inputs), source.floats(outputs * inputs))
    let dy = source.floats(rows * outputs)
    let y = FloatBuffer(rows * outputs)
    Linear.forward(
      y.base, x, weight: weight, rows: rows, inputs: inputs,
      outputs: outputs)
    let expected = Reference.linear(x.map(Double.init), weight.map(Double.init), inputs: inputs)
    expectClose(y.array, expected.map { Float($0) })

    let (dx, dWeight) = (FloatBuffer(x.count), FloatBuffer(weight.count))
    Linear.backward(
      dx: dx.base, dWeight: dWeight.base, dy: dy, x: x,
      weight: weight, rows: rows, inputs: inputs, outputs: outputs)
    let byInput = (0..<x.count).map { index in
      (0..<outputs).reduce(Float(0)) {
        $0 + dy[index / inputs * outputs + $1] * weight[$1 * inputs + index % inputs]
      }
    }
    let byWeight = (0..<weight.count).map { index in
      (0..<rows).reduce(Float(0)) {
        $0 + dy[$1 * outputs + index / inputs] * x[$1 * inputs + index % inputs]
      }
    }
    expectClose(dx.array, byInput)
    expectClose(dWeight.array, byWeight)
  }

  @Test(arguments: [1, 5, 16, 37, 64])
  func `normalises, forward and backward`(_ width: Int) {
    var source = Source(2)
    let rows = 3
    let (x, weight) = (source.floats(rows * width), source.floats(width))
    let dy = source.floats(rows * width)
    let (y, inverse) = (FloatBuffer(x.count), FloatBuffer(rows))
    RMSNorm.forward(
      y.base, x, weight: weight, inverse: inverse.base,
      rows: rows, width: width, epsilon: 1e-5)
    func reference(_ x: [Double], _ weight: [Double]) -> [Double] {
      Reference.norm(x, weight, epsilon: 1e-5)
    }
    let (exactX, exactWeight) = (x.map(Double.init), weight.map(Double.init))
    expectClose(y.array, reference(exactX, exactWeight).map { Float($0) })

    let (dx, dWeight) = (FloatBuffer(x.count), FloatBuffer(width))
    RMSNorm.backward(
      dx: dx.base, dWeight: dWeight.base, dy: dy, x: x,
      weight: weight, inverse: inverse.base, rows: rows, width: width)
    expectClose(
      dx.array, differences(of: { weighted(dy, reference($0, exactWeight)) }, at: x),
      tolerance: 1e-4)
    expectClose(
      dWeight.array, differences(of: { weighted(dy, reference(exactX, $0)) }, at: weight))
  }

  @Test(arguments: [1, 7, 16, 35])
  func `gates, forward and backward`(_ width: Int) {
    var source = Source(3)
    let rows = 3
    let (x, dy) = (source.floats(rows * 2 * width, -4...4), source.floats(rows * width))
    let y = FloatBuffer(rows * width)
    SwiGLU.forward(y.base, x, rows: rows, width: width)
    let exact = Reference.swiGLU(x.map(Double.init), width: width)
    expectClose(y.array, exact.map { Float($0) })
    let dx = FloatBuffer(x)
    SwiGLU.backward(dx: dx.base, dy: dy, x: dx.base, rows: rows, width: width)
    expectClose(
      dx.array,
      differences(of: { weighted(dy, Reference.swiGLU($0, width: width)) }, at: x))
  }

  @Test(arguments: [2, 6, 32, 36])
  func `turns positions, and back`(_ headWidth: Int) {
    var source = Source(4)
    let x = source.floats(3 * headWidth)
    let rotary = RotaryEmbedding(headWidth: headWidth, positions: 40, base: 100)
    let y = FloatBuffer(x)
    rotary.forward(y.base, heads: 3, position: 39)
    let exact = Reference.rotary(
      x.map(Double.init), headWidth: headWidth, position: 39, base: 100)
    expectClose(y.array, exact.map { Float($0) })
    // A turn is orthogonal: its gradient is the turn back.
    rotary.backward(y.base, heads: 3, position: 39)
    expectClose(y.array, x)
  }

  @Test(arguments: [1, 16, 21])
  func `mixes the previous token in, forward and backward`(_ width: Int) {
    var source = Source(5)
    let rows = 4
    let (x, dy) = (source.floats(rows * width), source.floats(rows * width))
    let (a, b) = (source.floats(width), source.floats(width))
    let (input, y) = (FloatBuffer(x), FloatBuffer(x.count))
    let (current, shifted, upstream) = (FloatBuffer(a), FloatBuffer(b), FloatBuffer(dy))
    let dx = FloatBuffer(x.count)
    let (dCurrent, dShifted) = (FloatBuffer(width), FloatBuffer(width))
    for row in 0..<rows {
      let (own, dOwn) = (input.base + row * width, dx.base + row * width)
      TokenShift.forward(
        y.base + row * width, own, previous: row > 0 ? Floats(own - width) : nil,
        current: current.base, shifted: shifted.base, width: width)
      TokenShift.backward(
        dx: dOwn, dPrevious: row > 0 ? dOwn - width : nil, dCurrent: dCurrent.base,
        dShifted: dShifted.base, dy: upstream.base + row * width, x: own,
        previous: row > 0 ? Floats(own - width) : nil, current: current.base,
        shifted: shifted.base, width: width)
    }
    let (exactX, exactA, exactB) = (x.map(Double.init), a.map(Double.init), b.map(Double.init))
    expectClose(y.array, Reference.tokenShift(exactX, exactA, exactB).map { Float($0) })
    expectClose(
      dx.array, differences(of: { weighted(dy, Reference.tokenShift($0, exactA, exactB)) }, at: x))
    expectClose(
      dCurrent.array,
      differences(of: { weighted(dy, Reference.tokenShift(exactX, $0, exactB)) }, at: a))
    expectClose(
      dShifted.array,
      differences(of: { weighted(dy, Reference.tokenShift(exactX, exactA, $0)) }, at: b))
  }

  @Test(arguments: [1, 2, 15, 16, 50, 384])
  func `measures tokens, forward and backward`(_ vocabulary: Int) {
    var source = Source(6)
    let targets: [Int32] = [0, Int32(vocabulary / 2), Int32(vocabulary - 1)]
    let logits = source.floats(3 * vocabulary, -5...5)
    let (byProbability, byEntropy) = (source.floats(3), source.floats(3))
    let (p, h, z) = (FloatBuffer(3), FloatBuffer(3), FloatBuffer(3))
    let work = FloatBuffer(logits)
    TokenStatistics.forward(
      logProbabilities: p.base, entropies: h.base, partitions: z.base, logits: work.base,
      targets: targets, vocabulary: vocabulary)
    let exact = Reference.statistics(logits.map(Double.init), targets: targets)
    expectClose(p.array, exact.logProbabilities.map { Float($0) })
    expectClose(h.array, exact.entropies.map { Float($0) })
    let squares = targets.indices.map { row in
      TokenStatistics.squares(
        of: work.base + row * vocabulary, partition: z.base[row], vocabulary: vocabulary)
    }
    expectClose(squares, exact.squares.map { Float($0) })
    TokenStatistics.backward(
      logits: work.base, dLogProbabilities: byProbability,
      dEntropies: byEntropy, entropies: h.base, partitions: z.base,
      targets: targets, vocabulary: vocabulary)
    expectClose(
      work.array,
      differences(
        of: {
          let found = Reference.statistics($0, targets: targets)
          return weighted(byProbability, found.logProbabilities)
            + weighted(byEntropy, found.entropies)
        }, at: logits))
  }
}
