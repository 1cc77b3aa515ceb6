import Testing
import TurnwiseModel

@Suite struct `An optimiser that orthogonalises` {
  @Test(arguments: [(6, 6), (4, 9), (9, 4)])
  func `steps as far along rare directions as along common ones`(rows: Int, columns: Int) {
    var generator = SplitMix(UInt64(rows))
    var matrix = (0..<rows * columns).map { _ in Float.random(in: -1...1, using: &generator) }
    // One direction a hundred times longer than what is random.
    for row in 0..<rows { matrix[row * columns] *= 100 }
    Muon.orthogonalize(&matrix, rows: rows, columns: columns)
    // The squared singular values are the eigenvalues of the product with the transposed matrix;
    // their mean is its trace, and none is far from it if their squares sum to little more.
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

  @Test func `stays where it is without a gradient`() {
    var generator = SplitMix(3)
    var model = Transformer(ModelConfiguration(vocabulary: 300), using: &generator)
    let before = model
    var optimizer = Muon(for: model)
    let none = [Float](repeating: 0, count: model.parameters.count)
    optimizer.update(&model, gradient: none, learningRate: 0.01)
    let change = zip(model.parameters, before.parameters).map { abs($0 - $1) }.max() ?? 0
    // Weight decay alone.
    #expect(change < 1e-3)
    #expect(model.parameters.allSatisfy { $0.isFinite })
  }
}

@Suite struct `A temperature that is part of the model` {
  @Test func `divides the logits`() {
    var generator = SplitMix(5)
    let cold = Transformer(
      ModelConfiguration(vocabulary: 64, width: 32, heads: 2), using: &generator)
    var warm = cold
    warm.bakeIn(temperature: 2)
    let sequence = TrainingSequence(tokens: [1, 5, 9, 2, 7], scored: [1, 2, 3, 4])
    let (a, b) = (cold.score([sequence])[0], warm.score([sequence])[0])
    // A distribution at a higher temperature is nearer to the even one.
    #expect(zip(a.entropies, b.entropies).allSatisfy { $0 < $1 })
    warm.bakeIn(temperature: 0.5)
    let back = warm.score([sequence])[0]
    #expect(zip(a.logProbabilities, back.logProbabilities).allSatisfy { abs($0 - $1) < 1e-5 })
  }
}
