import Testing
import TurnwiseModel
import TurnwiseNumerics

@Suite struct `The memory of a model` {
  /// Samples, scores and learns once, as an update does.
  private func update(_ model: inout Transformer, _ optimizer: inout AdamW, round: Int) {
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
  }

  @Test func `is taken once, and used again by all later updates`() {
    var model = Transformer.scrambled(.tiny())
    var optimizer = AdamW(for: model)
    for round in 0..<2 { update(&model, &optimizer, round: round) }
    let before = (
      model.memory.allocations, model.weightMemory.allocations, model.cachePages.allocations
    )
    for round in 2..<6 { update(&model, &optimizer, round: round) }
    // A second thread may only now have come to need its own, for scoring and for learning.
    #expect(model.memory.allocations <= before.0 + 2 && before.0 > 0)
    #expect(model.weightMemory.allocations == before.1 && before.1 > 0)
    #expect(model.cachePages.allocations == before.2 && before.2 == 1)
  }
}
