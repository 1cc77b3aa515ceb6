import Foundation
import Testing
import TurnwiseCore
import TurnwiseModel
import TurnwiseNumerics

@Suite struct `A model's gradient` {
  static let policies: [ModelConfiguration] = [
    .tiny(tokenShift: true), .tiny(tokenShift: false), .tiny(heads: 2, keyValueHeads: 2),
    .tiny(heads: 4, keyValueHeads: 1),
  ]

  /// A loss whose derivatives differ by position, in double precision.
  private func loss(_ index: Int, _ outputs: SequenceOutputs) -> SequenceGradients {
    func slopes(_ count: Int, _ phase: Double) -> [Float] {
      (0..<count).map { Float(sin(Double($0 + index) + phase)) }
    }
    let result = SequenceGradients(
      logProbabilities: slopes(outputs.logProbabilities.count, 0),
      entropies: slopes(outputs.entropies.count, 1), values: slopes(outputs.values.count, 2))
    func total(_ values: [Float], _ slopes: [Float]) -> Double {
      zip(values, slopes).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    var copy = result
    copy.loss =
      total(outputs.logProbabilities, result.logProbabilities)
      + total(outputs.entropies, result.entropies) + total(outputs.values, result.values)
    return copy
  }

  /// Compares the derivative of the loss along two directions of each weight with central differences.
  private func check(_ model: Transformer, _ sequences: [TrainingSequence]) {
    let result = model.gradient(of: sequences, objective: loss)
    var generator = SplitMix(3)
    for slice in model.layout.slices {
      let own = result.gradient[slice.range]
      let steepest = own.map { $0 }
      let random = own.map { _ in Float.random(in: -1...1, using: &generator) }
      for direction in [steepest, random] {
        let norm = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(norm > 1e-3, "\(slice.name) has no gradient")
        func moved(_ step: Float) -> Double {
          var model = model
          for (index, component) in zip(slice.range, direction) {
            model.parameters[index] += step * component / norm
          }
          let outputs = model.score(sequences)
          return outputs.enumerated().reduce(0) { $0 + loss($1.offset, $1.element).loss }
        }
        let step: Float = 4e-3
        let expected = (moved(step) - moved(-step)) / Double(2 * step)
        let found = zip(own, direction).reduce(0) { $0 + Double($1.0) * Double($1.1 / norm) }
        let size = own.reduce(0) { $0 + Double($1 * $1) }.squareRoot()
        #expect(abs(found - expected) < 0.005 * size + 2e-3, "\(slice.name)")
      }
    }
  }

  @Test(arguments: policies)
  func `agrees with finite differences in every weight of a policy`(_ shape: ModelConfiguration) {
    check(.scrambled(shape), someSequences([9, 1, 20, 2, 13]))
  }

  @Test(arguments: [true, false], [ModelConfiguration.Head.scalar, .categorical])
  func `agrees with finite differences in every weight of a critic`(
    _ tokenShift: Bool, _ head: ModelConfiguration.Head
  ) {
    var sequences = someSequences([9, 20, 2, 13])
    sequences[1].scored.append(20)  // The value after the last token.
    check(.scrambled(.tiny(tokenShift: tokenShift, head: head)), sequences)
  }

  @Test func `is correct across blocks of attention and microbatches`() {
    let model = Transformer.scrambled(.tiny())
    let sequences = someSequences([150, 290, 70])
    let together = model.gradient(of: sequences, objective: loss)
    var sum = [Float](repeating: 0, count: together.gradient.count)
    for (index, sequence) in sequences.enumerated() {
      let alone = model.gradient(of: [sequence]) { _, outputs in loss(index, outputs) }
      for i in sum.indices { sum[i] += alone.gradient[i] }
      #expect(
        zip(alone.outputs[0].entropies, together.outputs[index].entropies)
          .allSatisfy { abs($0 - $1) < 1e-4 })
    }
    #expect(zip(sum, together.gradient).allSatisfy { abs($0 - $1) < 1e-3 * (1 + abs($0)) })
  }

  @Test(arguments: policies + [.tiny(head: .scalar), .tiny(head: .categorical)])
  func `is the same if sequences have a common beginning`(_ shape: ModelConfiguration) {
    let model = Transformer.scrambled(shape)
    // One is the beginning of another, two share more than the others, one occurs twice.
    let whole = someSequences([140, 180], seed: 5)
    let (a, b) = (whole[0].tokens, whole[1].tokens)
    func joined(_ beginning: Int, _ rest: ArraySlice<Int32>) -> [Int32] {
      Array(a.prefix(beginning)) + Array(rest)
    }
    let tokens: [[Int32]] = [
      a, joined(70, b[..<60]), joined(40, b[90...]), joined(70, b[..<90]), joined(35, []), a, b,
    ]
    let scored = Set(whole[0].scored + whole[1].scored)
    let sequences = tokens.map { tokens in
      TrainingSequence(tokens: tokens, scored: scored.filter { $0 < tokens.count }.sorted())
    }
    let together = model.gradient(of: sequences, objective: loss)
    var sum = [Double](repeating: 0, count: together.gradient.count)
    for (index, sequence) in sequences.enumerated() {
      let alone = model.gradient(of: [sequence]) { _, outputs in loss(index, outputs) }
      for i in sum.indices { sum[i] += Double(alone.gradient[i]) }
      #expect(alone.outputs[0] == together.outputs[index])
    }
    let errors = zip(sum, together.gradient).map { $0 - Double($1) }
    func norm(_ values: [Double]) -> Double {
      values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    #expect(norm(errors) < 1e-5 * norm(sum))
    #expect(model.score(sequences) == together.outputs)
  }

  @Test func `has the same bits for any number of workers`() {
    let model = Transformer.scrambled(.tiny())
    // Half of them have a common beginning, some are equal, and together they fill several microbatches.
    let head = someSequences([90])[0].tokens
    var sequences = someSequences((0..<70).map { 3 + $0 * 37 % 200 })
    for index in 0..<35 {
      let own = sequences[index]
      sequences[index] = TrainingSequence(
        tokens: head + own.tokens, scored: own.scored.map { head.count + $0 })
    }
    sequences += sequences[20..<24]
    do {
      // The old contents of memory make no difference.
      let count = 2 * model.parameters.count
      let memory = model.weightMemory.lend(count)
      memory.base.update(repeating: .nan, count: count)
    }
    let expected = model.gradient(of: sequences, workers: 1, objective: loss)
    for workers in [2, 3, 8] {
      let found = model.gradient(of: sequences, workers: workers, objective: loss)
      #expect(found.gradient.map(\.bitPattern) == expected.gradient.map(\.bitPattern))
      #expect(found.outputs == expected.outputs)
      #expect(found.loss == expected.loss)
    }
  }

  @Test func `comes with the same outputs as scoring`() {
    let model = Transformer.scrambled(.tiny())
    let sequences = someSequences([40, 200, 0, 1, 130])
    let trained = model.gradient(of: sequences, objective: loss).outputs
    #expect(model.score(sequences, workers: 2) == trained)
    #expect(trained[2].logProbabilities.isEmpty && trained[3].logProbabilities.isEmpty)
  }

  @Test func `of no sequences, or without derivatives, is zero`() {
    let model = Transformer.scrambled(.tiny())
    let result = model.gradient(of: []) { _, _ in SequenceGradients() }
    #expect(result.gradient == Gradient(repeatElement(0, count: model.parameters.count)))
    let untouched = model.gradient(of: someSequences([30])) { _, _ in SequenceGradients() }
    #expect(untouched.gradient.allSatisfy { $0 == 0 })
  }
}
