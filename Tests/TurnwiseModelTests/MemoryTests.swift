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
    let (memory, pages) = (model.memory.allocations, model.cachePages.allocations)
    for round in 2..<6 { update(&model, &optimizer, round: round) }
    // A thread that had nothing to do so far may still come to need its own.
    #expect(model.memory.allocations < memory + 4 && memory > 0)
    #expect(model.cachePages.allocations == pages && pages == 1)
  }
}
