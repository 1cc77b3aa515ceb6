import Testing
import TurnwiseNumerics

@Suite struct `A packed weight` {
  @Test(arguments: [(64, 64), (64, 192), (64, 352), (176, 64), (96, 97), (33, 7), (1, 1)])
  func `gives a row the same bits wherever it stands`(_ shape: (Int, Int)) {
    let (inputs, outputs) = shape
    var source = Source(9)
    let rows = 37
    let weight = PackedWeight(
      source.floats(outputs * inputs), inputs: inputs, outputs: outputs)
    let row = source.floats(inputs)
    let start = source.floats(outputs)
    let (x, y) = (FloatBuffer(rows * inputs), FloatBuffer(rows * outputs))
    var expected: [UInt32]?
    for place in 0..<rows {
      // All other rows differ each time.
      for i in 0..<x.count { x.base[i] = source.float() }
      for i in 0..<inputs { x.base[place * inputs + i] = row[i] }
      for i in 0..<outputs { y.base[place * outputs + i] = start[i] }
      weight.forward(y.base, x.base, rows: rows - place % 3, accumulating: true)
      guard place < rows - 2 else { continue }
      let bits = (0..<outputs).map { y.base[place * outputs + $0].bitPattern }
      #expect(bits == expected ?? bits)
      expected = bits
    }
  }

  @Test(arguments: [(1, 5, 3), (7, 20, 9), (16, 33, 48), (18, 64, 100)])
  func `computes what plain loops do`(_ shape: (Int, Int, Int)) {
    let (rows, inputs, outputs) = shape
    var source = Source(10)
    let (x, w) = (source.floats(rows * inputs), source.floats(outputs * inputs))
    let weight = PackedWeight(w, inputs: inputs, outputs: outputs)
    let exact = Reference.linear(x.map(Double.init), w.map(Double.init), inputs: inputs)
    let y = FloatBuffer(rows * outputs)
    weight.forward(y.base, x, rows: rows)
    expectClose(y.array, exact.map { Float($0) })
    weight.forward(y.base, x, rows: rows, accumulating: true)
    expectClose(y.array, exact.map { Float(2 * $0) })
    // Rows further apart, as queries, values and keys are.
    let wide = FloatBuffer(rows * (outputs + 3))
    weight.forward(wide.base, x, rows: rows, yStride: outputs + 3)
    expectClose(
      (0..<rows * outputs).map { wide.base[$0 / outputs * (outputs + 3) + $0 % outputs] },
      exact.map { Float($0) })
    #expect(wide.array.enumerated().allSatisfy { $0 % (outputs + 3) < outputs || $1 == 0 })
  }
}
