import Testing
import TurnwiseCore
import TurnwiseModel
import TurnwiseNumerics

@Suite struct `An optimiser that orthogonalises` {
  @Test(arguments: [(6, 6), (4, 9), (9, 4)])
  func `moves as far in rare directions as in common ones`(rows: Int, columns: Int) {
    var generator = SplitMix(UInt64(rows))
    var matrix = (0..<rows * columns).map { _ in Float.random(in: -1...1, using: &generator) }
    // One direction is a hundred times longer than the random ones.
    for row in 0..<rows { matrix[row * columns] *= 100 }
    matrix = orthogonalized(matrix, rows: rows, columns: columns)
    // The squared singular values are the eigenvalues of the product with the transposed matrix. Their
    // mean is its trace divided by the side; none is far from it if the mean of their squares is close to
    // the square of their mean.
    let side = min(rows, columns)
    let product = (0..<side * side).map { place in
      let (i, j) = (place / side, place % side)
      return (0..<max(rows, columns)).reduce(Float(0)) { sum, k in
        rows <= columns
          ? sum + matrix[i * columns + k] * matrix[j * columns + k]
          : sum + matrix[k * columns + i] * matrix[k * columns + j]
      }
    }
    let mean = (0..<side).reduce(Float(0)) { $0 + product[$1 * side + $1] } / Float(side)
    let square = product.reduce(0) { $0 + $1 * $1 } / Float(side)
    #expect(0.6...1.3 ~= mean)
    #expect(square < 1.6 * mean * mean)
  }

  @Test
  func `moves matrices against the gradient by a fifth of the learning rate, the rest with AdamW`()
  {
    var generator = SplitMix(4)
    let start = Transformer(ModelConfiguration(vocabulary: 300), using: &generator)
    let gradient = Gradient(
      start.parameters.map { _ in Float.random(in: -1...1, using: &generator) })
    var (model, plain) = (start, start)
    var (muon, adam) = (Muon(for: start), AdamW(for: start))
    muon.update(&model, gradient: gradient, learningRate: 0.01)
    adam.update(&plain, gradient: gradient, learningRate: 0.01)
    for slice in model.layout.slices {
      guard slice.isDecayed else {
        #expect(model.parameters[slice.range] == plain.parameters[slice.range], "\(slice.name)")
        continue
      }
      let steps = slice.range.map { model.parameters[$0] - start.parameters[$0] }
      let along = zip(steps, gradient[slice.range]).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(along < 0, "\(slice.name)")
      let length = (steps.reduce(0) { $0 + $1 * $1 } / Float(steps.count)).squareRoot()
      #expect(0.001...0.003 ~= length, "\(slice.name)")
    }
  }

  @Test func `has the same bits with any number of workers`() {
    var generator = SplitMix(6)
    let start = Transformer(ModelConfiguration(vocabulary: 300), using: &generator)
    let gradient = Gradient(
      start.parameters.map { _ in Float.random(in: -1...1, using: &generator) })
    let moved = [1, 2, 5].map { workers in
      var (model, optimizer) = (start, Muon(for: start))
      for _ in 0..<2 {
        optimizer.update(&model, gradient: gradient, learningRate: 0.01, workers: workers)
      }
      return model
    }
    #expect(moved[0] != start && moved[0] == moved[1] && moved[0] == moved[2])
  }

  @Test(arguments: [Float(0), 1e-30, 1e-23, 1e-10, 1e10])
  func `accepts gradients of any size`(size: Float) {
    var generator = SplitMix(7)
    var matrix = (0..<24).map { _ in size * .random(in: -1...1, using: &generator) }
    matrix = orthogonalized(matrix, rows: 4, columns: 6)
    #expect(matrix.allSatisfy { abs($0) < 1.5 })
  }

  @Test func `only decays weights without a gradient`() {
    var generator = SplitMix(3)
    var model = Transformer(ModelConfiguration(vocabulary: 300), using: &generator)
    let before = model
    var optimizer = Muon(for: model)
    let none = Gradient(repeatElement(0, count: model.parameters.count))
    optimizer.update(&model, gradient: none, learningRate: 0.01)
    let change = zip(model.parameters, before.parameters).map { abs($0 - $1) }.max() ?? 0
    // Only weight decay.
    #expect(change < 1e-3)
    #expect(model.parameters.allSatisfy { $0.isFinite })
  }
}

private func orthogonalized(_ matrix: [Float], rows: Int, columns: Int) -> [Float] {
  // In memory that is larger than the matrix and was used for another one.
  let orthogonalizer = Orthogonalizer(for: [(rows, columns), (12, 12)], from: BufferPool())
  func run() -> [Float] {
    orthogonalizer.matrix.update(from: matrix, count: matrix.count)
    let result = orthogonalizer.run(rows: rows, columns: columns)
    return withExtendedLifetime(orthogonalizer) {
      Array(UnsafeBufferPointer(start: result, count: matrix.count))
    }
  }
  _ = run()
  return run()
}

@Suite struct `A temperature that is a part of the model` {
  @Test func `divides the logits`() {
    var generator = SplitMix(5)
    let cold = Transformer(
      ModelConfiguration(vocabulary: 64, width: 32, heads: 2), using: &generator)
    var warm = cold
    warm.bakeIn(temperature: 2)
    let sequence = TrainingSequence(tokens: [1, 5, 9, 2, 7], scored: [1, 2, 3, 4])
    let a = cold.score([sequence])[0]
    // Only the last token differs, so the logarithm of the partition function cancels.
    var other = sequence
    other.tokens[4] = 8
    func gap(_ model: Transformer) -> Float {
      let ends = model.score([sequence, other]).map { $0.logProbabilities[3] }
      return ends[0] - ends[1]
    }
    #expect(abs(gap(cold) - 2 * gap(warm)) < 1e-5)
    #expect(abs(gap(cold)) > 1e-3)
    warm.bakeIn(temperature: 0.5)
    let back = warm.score([sequence])[0]
    #expect(zip(a.logProbabilities, back.logProbabilities).allSatisfy { abs($0 - $1) < 1e-5 })
  }
}
