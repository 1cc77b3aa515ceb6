import Testing
import TurnwiseKernels
import TurnwiseNumerics

@Suite struct `A packed weight` {
  /// Lays out a weight within memory that contains NaNs.
  private func packed(_ weight: Floats, inputs: Int, outputs: Int) -> PackedWeight {
    let shape = PackedWeight.Shape(inputs: inputs, outputs: outputs)
    let memory = BufferPool().lend(64 + shape.count)
    memory.base.update(repeating: .nan, count: 64 + shape.count)
    return PackedWeight(weight, shape, in: memory, at: 64)
  }

  @Test(arguments: [(64, 64), (64, 192), (64, 352), (176, 64), (96, 97), (33, 7), (1, 1)])
  func `gives a row the same bits wherever it is in a batch`(_ shape: (Int, Int)) {
    let (inputs, outputs) = shape
    var source = Source(9)
    let rows = 37
    let weight = packed(source.floats(outputs * inputs), inputs: inputs, outputs: outputs)
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
  func `equals plain loops, forward and backward`(_ shape: (Int, Int, Int)) {
    let (rows, inputs, outputs) = shape
    var source = Source(10)
    let (x, w) = (source.floats(rows * inputs), source.floats(outputs * inputs))
    let weight = packed(w, inputs: inputs, outputs: outputs)
    // With space between rows, as between queries, values and keys.
    let y = Rows(rows, width: outputs, stride: outputs + 3)
    weight.forward(y.base, x, rows: rows, yStride: y.stride)
    let exact = (0..<rows * outputs).map { index in
      PlainLoops.dot(
        Array(x[(index / outputs * inputs)...]), Array(w[(index % outputs * inputs)...]),
        count: inputs)
    }
    Outcome(found: y.array, expected: exact).expectAgreement(to: inputs, ofAtLeast: 1)
    weight.forward(y.base, x, rows: rows, yStride: y.stride, accumulating: true)
    Outcome(found: y.array, expected: exact.map { 2 * $0 })
      .expectAgreement(to: inputs, ofAtLeast: 1)
    #expect(y.isIntact)

    let dy = Rows(reading: source.floats(rows * outputs), width: outputs, stride: outputs + 3)
    let (dx, dWeight) = (Rows(1, width: x.count), Rows(source.floats(w.count)))
    let plain = (dx.copy(), dWeight.copy())
    let scratch = Rows(1, width: MatrixProduct.scratchCount)
    LinearGradient.backward(
      dx: dx.base, dWeight: dWeight.base, dy: dy.base, x: x, weight: w, rows: rows,
      inputs: inputs, outputs: outputs, yStride: dy.stride, accumulating: true,
      scratch: scratch.base)
    let slopes = dy.array
    PlainLoops.multiply(
      plain.1.base, stride: inputs, rows: outputs, columns: inputs, depth: rows,
      isAccumulating: true
    ) { Double(slopes[$2 * outputs + $0]) * Double(x[$2 * inputs + $1]) }
    PlainLoops.multiply(
      plain.0.base, stride: inputs, rows: rows, columns: inputs, depth: outputs,
      isAccumulating: false
    ) { Double(slopes[$0 * outputs + $2]) * Double(w[$2 * inputs + $1]) }
    Outcome(found: dx.array, expected: plain.0.array).expectAgreement(to: outputs, ofAtLeast: 1)
    Outcome(found: dWeight.array, expected: plain.1.array)
      .expectAgreement(to: rows + 1, ofAtLeast: 1)
    #expect(dx.isIntact && dWeight.isIntact && scratch.isIntact)
  }
}
