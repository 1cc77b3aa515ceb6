import Testing
import TurnwiseNumerics

@Suite struct `A row block product` {
  @Test(arguments: [(64, 64), (64, 192), (64, 352), (176, 64), (64, 384), (96, 97), (33, 7)])
  func `gives a row the same bits wherever it stands`(_ shape: (Int, Int)) {
    let (inputs, outputs) = shape
    var source = Source(9)
    let count = RowBlockProduct.rows * 2 + 3
    let padded = RowBlockProduct.padded(count)
    let weight = source.buffer(outputs * inputs)
    let row = source.floats(inputs)
    let start = source.floats(outputs)
    let (x, y) = (FloatBuffer(padded * inputs), FloatBuffer(padded * outputs))
    var expected: [UInt32]?
    for place in 0..<count {
      // All other rows differ each time.
      for i in 0..<x.count { x.base[i] = source.float() }
      for i in 0..<inputs { x.base[place * inputs + i] = row[i] }
      for i in 0..<outputs { y.base[place * outputs + i] = start[i] }
      RowBlockProduct.forward(
        y.base, x.base, weight: weight.base, count: count, inputs: inputs, outputs: outputs,
        accumulating: true)
      let bits = (0..<outputs).map { y.base[place * outputs + $0].bitPattern }
      #expect(bits == expected ?? bits)
      expected = bits
    }
  }

  @Test func `computes what a linear layer does`() {
    var source = Source(10)
    let (x, weight) = (source.buffer(32 * 20), source.buffer(9 * 20))
    let (y, expected) = (FloatBuffer(32 * 9), FloatBuffer(32 * 9))
    RowBlockProduct.forward(
      y.base, x.base, weight: weight.base, count: 30, inputs: 20, outputs: 9)
    Linear.forward(
      expected.base, x.base, weight: weight.base, rows: 32, inputs: 20, outputs: 9)
    expectClose(y.array, expected.array)
  }
}
