import Foundation
import Testing
import TurnwiseCore
import TurnwiseModel

@Suite struct `A small model` {
  /// Returns sequences of different tokens, a mark, and the same tokens again, which are scored.
  ///
  /// As in a path, the same token may follow every second one.
  private func copies(
    _ count: Int, asPaths: Bool, _ generator: inout SplitMix
  ) -> [TrainingSequence] {
    (0..<count).map { _ in
      let all = (0..<Int32(40)).shuffled(using: &generator)
      let words = all.prefix(.random(in: 8...24, using: &generator))
      let text = words.enumerated().flatMap { place, word -> [Int32] in
        asPaths && !place.isMultiple(of: 2) ? [word, 41] : [word]
      }
      return TrainingSequence(
        tokens: text + [40] + text, scored: Array((text.count + 2)...(2 * text.count)))
    }
  }

  @Test func `learns to copy in 150 steps with token shift`() {
    #expect(shareCopied(asPaths: false, steps: 150) > 0.95)
  }

  @Test func `learns to copy paths only if embeddings are shifted`() {
    #expect(shareCopied(asPaths: true, steps: 300) > 0.95)
    #expect(shareCopied(asPaths: true, steps: 300, shiftsEmbeddings: false) < 0.75)
  }

  private func shareCopied(
    asPaths: Bool, steps: Int, shiftsEmbeddings: Bool = true
  ) -> Double {
    var generator = SplitMix(4)
    var model = Transformer(
      ModelConfiguration(vocabulary: 42, width: 32, heads: 1, feedForward: 64, context: 80),
      using: &generator)
    var optimizer = AdamW(for: model)
    let shift = model.layout.slices.first { $0.name == "model.embed_shift.previous" }
    for step in 0..<steps {
      if !shiftsEmbeddings, let shift {
        for place in shift.range { model.parameters[place] = 0 }
      }
      let batch = copies(32, asPaths: asPaths, &generator)
      let total = Float(batch.reduce(0) { $0 + $1.scored.count })
      var result = model.gradient(of: batch, workers: 2) { _, outputs in
        SequenceGradients(logProbabilities: outputs.logProbabilities.map { _ in -1 / total })
      }
      AdamW.clip(&result.gradient, toNorm: 1)
      let rate = 5e-3 * Float(min(1, Double(step + 1) / 20))
      optimizer.update(&model, gradient: result.gradient, learningRate: rate)
    }
    let rest = copies(100, asPaths: asPaths, &generator)
    let probabilities = model.score(rest).flatMap(\.logProbabilities)
    let right = probabilities.filter { $0 > log(0.5) }.count
    return Double(right) / Double(probabilities.count)
  }

  @Test func `has the same initial weights with the same generator`() {
    var (one, two, three) = (SplitMix(1), SplitMix(1), SplitMix(2))
    let shape = ModelConfiguration(vocabulary: 300)
    let model = Transformer(shape, using: &one)
    #expect(model == Transformer(shape, using: &two))
    #expect(model != Transformer(shape, using: &three))
    let norm = model.layout.slices.first { $0.name == "model.norm.weight" }
    #expect(norm.map { model.parameters[$0.range].allSatisfy { $0 == 1 } } == true)
  }

  @Test func `gives its trunk to a critic that returns zero`() {
    let policy = Transformer.scrambled(.tiny())
    let critic = Transformer(critic: policy)
    #expect(critic.parameters.starts(with: policy.parameters))
    let values = critic.score(someSequences([30]))[0].values
    #expect(!values.isEmpty && values.allSatisfy { $0 == 0 })
  }

  @Test func `learns values as a critic`() {
    let policy = Transformer.scrambled(.tiny())
    var critic = Transformer(critic: policy)
    var optimizer = AdamW(for: critic)
    let sequences = someSequences([30, 25])
    var losses: [Double] = []
    for _ in 0..<60 {
      let result = critic.gradient(of: sequences) { index, outputs in
        let targets = outputs.values.indices.map { Float(($0 + index) % 3) }
        let errors = zip(outputs.values, targets).map { $0 - $1 }
        return SequenceGradients(
          values: errors, loss: errors.reduce(0) { $0 + Double($1 * $1) / 2 })
      }
      losses.append(result.loss)
      optimizer.update(&critic, gradient: result.gradient, learningRate: 3e-3)
    }
    #expect(losses[losses.count - 1] < 0.1 * losses[0])
  }

  @Test func `does not decay its embeddings and norms`() {
    var model = Transformer.scrambled(.tiny())
    let before = model
    var optimizer = AdamW(for: model, weightDecay: 0.5)
    let zero = Gradient(repeatElement(0, count: model.parameters.count))
    optimizer.update(&model, gradient: zero, learningRate: 0.1)
    for slice in model.layout.slices {
      let isSame = model.parameters[slice.range] == before.parameters[slice.range]
      #expect(isSame == !slice.isDecayed, "\(slice.name)")
    }
  }

  @Test func `has its gradient scaled down only if it is too large`() {
    var long = Gradient([3, 4])
    #expect(AdamW.clip(&long, toNorm: 1) == 5)
    #expect(abs(long[0] - 0.6) < 1e-6 && abs(long[1] - 0.8) < 1e-6)
    var short = Gradient([0.3, 0.4])
    AdamW.clip(&short, toNorm: 1)
    #expect(short == Gradient([0.3, 0.4]))
  }
}
