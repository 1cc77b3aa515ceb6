import Foundation
import Testing
import TurnwiseCore
import TurnwiseModel

@Suite struct `A decoder` {
  static let shapes: [ModelConfiguration] = [
    .tiny(tokenShift: true), .tiny(tokenShift: false),
    ModelConfiguration(vocabulary: 384, context: 300),
    ModelConfiguration(
      vocabulary: 300, width: 96, layers: 3, heads: 3, keyValueHeads: 1, feedForward: 200,
      context: 300),
  ]

  private func bits(_ logits: ArraySlice<Float>) -> [UInt32] { logits.map(\.bitPattern) }

  /// Returns the logits after all of `tokens`, which extend an empty cache in one call.
  private func alone(_ decoder: Transformer.Decoder, _ tokens: [Int32]) -> [UInt32] {
    var caches = [SequenceCache()]
    return bits(decoder.extend(&caches, by: [tokens])[0])
  }

  @Test(arguments: shapes)
  func `gives a sequence the same bits alone, in a batch, in steps and with any workers`(
    _ shape: ModelConfiguration
  ) {
    let decoder = Transformer.scrambled(shape).decoder
    var generator = SplitMix(5)
    let texts = (0..<17).map { generator.tokens(1 + $0 * 29 % 280, below: 41) }
    let expected = texts.map { alone(decoder, $0) }
    for workers in [1, 2, 5] {
      var caches = texts.map { _ in SequenceCache() }
      let logits = decoder.extend(&caches, by: texts, workers: workers)
      for row in texts.indices { #expect(bits(logits[row]) == expected[row]) }
      #expect(caches.map(\.count) == texts.map(\.count))
    }
    // In steps of different lengths, where sequences leave the batch as they end.
    var caches = texts.map { _ in SequenceCache() }
    var found = [[UInt32]](repeating: [], count: texts.count)
    var live = Array(texts.indices)
    while !live.isEmpty {
      let pieces = live.map { index in
        let rest = texts[index].dropFirst(caches[index].count)
        return Array(rest.prefix(.random(in: 1...40, using: &generator)))
      }
      var batch = live.map { caches[$0] }
      let logits = decoder.extend(&batch, by: pieces, workers: 2)
      for (row, index) in live.enumerated() {
        caches[index] = batch[row]
        found[index] = bits(logits[row])
      }
      live.removeAll { caches[$0].count == texts[$0].count }
    }
    #expect(found == expected)
  }

  @Test func `gives the same bits token by token and after a cache is rebuilt`() {
    let decoder = Transformer.scrambled(.tiny()).decoder
    var generator = SplitMix(6)
    let text = generator.tokens(150, below: 41)
    var caches = [SequenceCache()]
    for (index, token) in text.enumerated() {
      let logits = decoder.extend(&caches, by: [[token]])
      if index % 30 == 7 || index == text.count - 1 {
        #expect(bits(logits[0]) == alone(decoder, Array(text[...index])))
      }
      if index == 77 {
        caches[0].removeAll()
        _ = decoder.extend(&caches, by: [Array(text[...index])])
      }
    }
  }

  @Test(arguments: [15, 16, 17, 40])
  func `does not change a cache when its copy is extended`(_ length: Int) {
    let decoder = Transformer.scrambled(.tiny()).decoder
    var generator = SplitMix(7)
    let stem = generator.tokens(length, below: 41)
    var caches = [SequenceCache()]
    _ = decoder.extend(&caches, by: [stem])
    let original = caches[0]
    let branches = (0..<5).map { generator.tokens(3 + 9 * $0, below: 41) }
    // All copies together, and then the original.
    var forks = branches.map { _ in original }
    let logits = decoder.extend(&forks, by: branches, workers: 2)
    for (row, branch) in branches.enumerated() {
      #expect(bits(logits[row]) == alone(decoder, stem + branch))
    }
    var again = [original]
    #expect(original.count == length)
    #expect(bits(decoder.extend(&again, by: [[3]])[0]) == alone(decoder, stem + [3]))
  }

  @Test(arguments: shapes)
  func `agrees with the training pass on log-probabilities`(_ shape: ModelConfiguration) {
    let model = Transformer.scrambled(shape)
    var generator = SplitMix(8)
    let text = generator.tokens(290, below: 41)
    var caches = [SequenceCache()]
    var sampled: [Float] = []
    for (token, next) in zip(text, text.dropFirst()) {
      let logits = model.decoder.extend(&caches, by: [[token]])
      let row = Array(logits[0])
      let top = row.max() ?? 0
      var total: Float = 0
      for value in row { total += exp(value - top) }
      sampled.append(row[Int(next)] - top - log(total))
    }
    let scored = model.score([TrainingSequence(tokens: text, scored: Array(1..<text.count))])
    let gaps = zip(sampled, scored[0].logProbabilities).map { abs($0 - $1) }
    #expect(gaps.max() ?? 1 < 1e-4)
  }

  @Test func `agrees with the training pass on squared probabilities, if they are requested`() {
    let model = Transformer.scrambled(.tiny())
    var generator = SplitMix(10)
    let texts = [90, 1, 200, 40].map { generator.tokens($0, below: 41) }
    let sequences = texts.map { TrainingSequence(tokens: $0, scored: Array(1..<$0.count)) }
    #expect(model.score(sequences).allSatisfy { $0.squares.isEmpty })
    let scored = model.score(sequences, workers: 2, squares: true)
    for (text, outputs) in zip(texts, scored) {
      var caches = [SequenceCache()]
      let expected = text.dropLast().map { token in
        let row = model.decoder.extend(&caches, by: [[token]])[0].map { exp(Double($0)) }
        let total = row.reduce(0, +)
        return row.reduce(0) { $0 + $1 / total * ($1 / total) }
      }
      #expect(outputs.squares.count == expected.count)
      #expect(zip(outputs.squares, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 })
    }
    let critic = Transformer(critic: model)
    #expect(critic.score(sequences, squares: true).allSatisfy { $0.squares.isEmpty })
  }

  @Test func `draws tokens with the log-probabilities of the training pass`() {
    let model = Transformer.scrambled(.tiny())
    let decoder = model.decoder
    var generator = SplitMix(9)
    var caches = (0..<8).map { _ in SequenceCache() }
    var texts = (0..<8).map { [Int32($0)] }
    var said = [[Float]](repeating: [], count: 8)
    for _ in 0..<60 {
      let logits = decoder.extend(&caches, by: texts.map { [$0[$0.count - 1]] })
      for row in texts.indices {
        let drawn = logits.sample(row: row, uniform: .random(in: 0..<1, using: &generator))
        texts[row].append(drawn.token)
        said[row].append(drawn.logProbability)
      }
    }
    let scored = model.score(texts.map { TrainingSequence(tokens: $0, scored: Array(1...60)) })
    for (row, outputs) in scored.enumerated() {
      let gaps = zip(said[row], outputs.logProbabilities).map { abs($0 - $1) }
      #expect(gaps.max() ?? 1 < 1e-4)
    }
  }
}
