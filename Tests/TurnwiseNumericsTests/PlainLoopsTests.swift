import Foundation
import Testing
import TurnwiseKernels

/// Compares the backward passes of the plain loops with central differences of their forward passes.
@Suite struct `In plain loops, the backward pass is the derivative` {
  private func expect(
    _ found: [Float], _ expected: [Float], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let worst = zip(found, expected).map { abs($0 - $1) / (1 + abs($1)) }
      .reduce(0) { $1.isNaN ? .infinity : max($0, $1) }
    #expect(worst <= 5e-4, sourceLocation: sourceLocation)
  }

  @Test func `of normalising`() {
    var source = Source(1)
    let (rows, width) = (2, 5)
    let (x, weight) = (source.floats(rows * width, 0.3...1), source.floats(width))
    let dy = source.floats(rows * width)
    let (y, inverse) = (Rows(1, width: x.count), Rows(1, width: rows))
    func forward(_ x: [Float], _ weight: [Float]) -> [Float] {
      PlainLoops.normForward(
        y.base, x, weight: weight, inverse: inverse.base, rows: rows, width: width,
        epsilon: 1e-5)
      return y.array
    }
    _ = forward(x, weight)
    let (dx, dWeight) = (Rows([0, 0, 0, 0, 0] + [0, 0, 0, 0, 0]), Rows([0, 0, 0, 0, 0]))
    PlainLoops.normBackward(
      dx: dx.base, dWeight: dWeight.base, dy: dy, x: x, weight: weight, inverse: inverse.base,
      rows: rows, width: width)
    expect(dx.array, differences(of: { weighted(dy, forward($0, weight)) }, at: x))
    expect(dWeight.array, differences(of: { weighted(dy, forward(x, $0)) }, at: weight))
  }

  @Test func `of the gate`() {
    var source = Source(2)
    let (rows, width) = (2, 3)
    let (x, dy) = (source.floats(2 * rows * width, -3...3), source.floats(rows * width))
    let (y, dx) = (Rows(1, width: dy.count), Rows(1, width: x.count))
    PlainLoops.gateBackward(dx: dx.base, dy: dy, x: x, rows: rows, width: width)
    let expected = differences(
      of: {
        PlainLoops.gateForward(y.base, $0, rows: rows, width: width)
        return weighted(dy, y.array)
      }, at: x)
    expect(dx.array, expected)
  }

  @Test func `of the token shift`() {
    var source = Source(3)
    let width = 4
    let parts = (0..<4).map { _ in source.floats(width) }
    let dy = source.floats(width)
    let (y, before) = (Rows(1, width: width), Rows(parts[1]))
    let gradients = (0..<4).map { _ in Rows([Float](repeating: 0, count: width)) }
    PlainLoops.shiftBackward(
      dx: gradients[0].base, dPrevious: gradients[1].base, dCurrent: gradients[2].base,
      dShifted: gradients[3].base, dy: dy, x: parts[0], previous: before.base,
      current: parts[2], shifted: parts[3], width: width)
    for number in parts.indices {
      let expected = differences(
        of: { moved in
          var parts = parts
          parts[number] = moved
          let previous = Rows(parts[1])
          PlainLoops.shiftForward(
            y.base, parts[0], previous: previous.base, current: parts[2], shifted: parts[3],
            width: width)
          return weighted(dy, y.array)
        }, at: parts[number])
      expect(gradients[number].array, expected)
    }
  }

  @Test func `of causal attention`() {
    var source = Source(4)
    let (length, width) = (5, 3)
    let attention = CausalAttention(heads: 4, keyValueHeads: 2, headWidth: width)
    let rowWidth = 8 * width
    let (x, dy) = (source.floats(length * rowWidth), source.floats(length * 4 * width))
    let (output, upstream) = (Rows(1, width: dy.count), Rows(dy))
    let gradient = Rows([Float](repeating: 0, count: x.count))
    func operands(_ rows: MutableFloats, _ output: MutableFloats) -> CausalAttention.Operands {
      CausalAttention.Operands(
        query: rows, stride: rowWidth, key: rows + 4 * width, value: rows + 6 * width,
        keyStride: rowWidth, output: output, outputStride: 4 * width, probabilities: output,
        length: length)
    }
    let input = Rows(x)
    PlainLoops.attentionBackward(
      attention, operands(input.base, output.base),
      gradients: operands(gradient.base, upstream.base), scratch: output.base)
    let expected = differences(
      of: {
        let input = Rows($0)
        PlainLoops.attentionForward(
          attention, operands(input.base, output.base), scratch: output.base)
        return weighted(dy, output.array)
      }, at: x)
    expect(gradient.array, expected)
  }

  @Test func `of a log-probability and an entropy`() {
    var source = Source(5)
    let logits = source.floats(7, -2...2)
    let (target, byProbability, byEntropy): (Int, Float, Float) = (4, 0.7, -0.4)
    let gradient = Rows(logits)
    let (logarithm, mean) = PlainLoops.partition(logits, vocabulary: 7)
    PlainLoops.logitGradient(
      gradient.base, target: target, dLogProbability: byProbability, dEntropy: byEntropy,
      entropy: logarithm - mean, partition: logarithm, vocabulary: 7)
    let expected = differences(
      of: {
        let (logarithm, mean) = PlainLoops.partition($0, vocabulary: 7)
        return Double(byProbability * ($0[target] - logarithm) + byEntropy * (logarithm - mean))
      }, at: logits)
    expect(gradient.array, expected)
  }
}
