import Testing
import TurnwiseCore
import TurnwiseModel
import TurnwiseNumerics

@Suite struct `The memory of a model` {
  /// Samples, scores and learns once, as an update of training does.
  private func update(
    _ model: inout Transformer, _ optimizer: inout AdamW, _ muon: inout Muon, round: Int
  ) {
    var generator = SplitMix(UInt64(round))
    do {
      let decoder = model.decoder
      var caches = (0..<6).map { _ in SequenceCache() }
      for _ in 0..<40 {
        let tokens = caches.map { _ in generator.tokens(1, below: 41) }
        _ = decoder.extend(&caches, by: tokens, workers: 2)
      }
    }
    let sequences = someSequences([60, 45, 200, 130, 60, 60])
    _ = model.score(sequences, workers: 2)
    let result = model.gradient(of: sequences, workers: 2) { _, outputs in
      SequenceGradients(logProbabilities: outputs.logProbabilities.map { _ in 0.01 })
    }
    optimizer.update(&model, gradient: result.gradient, learningRate: 1e-3)
    muon.update(&model, gradient: result.gradient, learningRate: 1e-3, workers: 2)
  }

  @Test func `is allocated once and used again by all later updates`() {
    var model = Transformer.scrambled(.tiny())
    var (optimizer, muon) = (AdamW(for: model), Muon(for: model))
    for round in 0..<2 { update(&model, &optimizer, &muon, round: round) }
    let before = (
      model.memory.allocations, model.weightMemory.allocations, model.cachePages.allocations
    )
    for round in 2..<6 { update(&model, &optimizer, &muon, round: round) }
    // A second thread may need memory for scoring, learning and moving matrices only now.
    #expect(model.memory.allocations <= before.0 + 3 && before.0 > 0)
    #expect(model.weightMemory.allocations == before.1 && before.1 > 0)
    #expect(model.cachePages.allocations == before.2 && before.2 == 1)
  }

  private func gradient(of model: Transformer, slope: Float) -> Gradient {
    model.gradient(of: someSequences([30])) { _, outputs in
      SequenceGradients(logProbabilities: outputs.logProbabilities.map { _ in slope })
    }.gradient
  }

  private func place(_ gradient: Gradient?) -> UnsafePointer<Float>? {
    gradient?.withContiguousStorageIfAvailable(\.baseAddress) ?? nil
  }

  @Test func `is lent to gradients, and returns when they are released`() {
    let model = Transformer.scrambled(.tiny())
    var first: Gradient? = gradient(of: model, slope: 1)
    let second = gradient(of: model, slope: 2)
    let before = (place: place(first), count: model.weightMemory.allocations)
    #expect(before.place != place(second))
    first = nil
    // An array for each step would be elsewhere, and would not be counted.
    #expect(UnsafePointer(model.weightMemory.lend(second.count).base) == before.place)
    let third = gradient(of: model, slope: 3)
    #expect(place(third) == before.place && place(second) != before.place)
    #expect(model.weightMemory.allocations == before.count)
  }

  @Test func `of a gradient's copy does not change with the gradient`() {
    let model = Transformer.scrambled(.tiny())
    var gradient = gradient(of: model, slope: 1)
    let copy = gradient
    let values = Array(gradient)
    let norm = AdamW.clip(&gradient, toNorm: 0.5)
    #expect(norm > 0.5 && copy == Gradient(values))
    #expect(gradient == Gradient(values.map { $0 * (0.5 / norm) }))
    gradient[7] = -3
    #expect(gradient[7] == -3 && copy[7] == values[7])
  }
}
