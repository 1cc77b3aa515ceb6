import Foundation
import Testing
import TurnwiseKernels
import TurnwiseNumerics

@Suite struct `A distribution's kernel` {
  static let vocabularies = sizes + [50, 384]

  @Test(arguments: levels, vocabularies)
  func `measures logits of any size`(_ level: KernelLevel, _ vocabulary: Int) {
    for offset: Float in [0, 100, -1000] {
      var source = Source(vocabulary)
      let values = source.floats(vocabulary, (offset - 5)...(offset + 5))
      let logits = Rows(reading: values)
      let exact = PlainLoops.partition(logits.base, vocabulary: vocabulary)
      let result = outcomes(level, [Rows(1, width: 2), Rows(1, width: 1)]) { kernels, y in
        (y[0][0], y[0][1]) = kernels.partition(logits.base, vocabulary: vocabulary)
        y[1][0] = kernels.squares(
          logits.base, partition: exact.logarithm, vocabulary: vocabulary)
      }
      result[0].expectAgreement(to: vocabulary + 16) { _ in abs(offset) + 10 }
      // The arguments of exponentials are differences of logits, up to ten.
      result[1].expectAgreement(to: vocabulary + 32)
    }
  }

  @Test(arguments: levels)
  func `has a result that is not a number if a logit is not a number`(_ level: KernelLevel) {
    let vocabulary = 70
    for place in [0, 15, 16, 40, 69] {
      var values = (0..<vocabulary).map(Float.init)
      values[place] = .nan
      let logits = Rows(reading: values)
      let weights = Rows(1, width: vocabulary)
      let kernels = level.kernels
      #expect(kernels.partition(logits.base, vocabulary: vocabulary).logarithm.isNaN)
      let drawn = kernels.draw(
        logits.base, slope: 1, uniform: 0.5, weights: weights.base, vocabulary: vocabulary)
      #expect(drawn.logarithm.isNaN)
    }
  }

  @Test(arguments: levels, vocabularies)
  func `replaces logits by the gradient`(_ level: KernelLevel, _ vocabulary: Int) {
    var source = Source(vocabulary)
    let values = source.floats(vocabulary, -5...5)
    let logits = Rows(values)
    let (logarithm, mean) = PlainLoops.partition(logits.base, vocabulary: vocabulary)
    for target in Set([0, vocabulary / 2, vocabulary - 1]).sorted() {
      let (byProbability, byEntropy) = (source.float(), source.float())
      let result = outcomes(level, [logits]) { kernels, logits in
        kernels.logitGradient(
          logits[0], target: target, dLogProbability: byProbability, dEntropy: byEntropy,
          entropy: logarithm - mean, partition: logarithm, vocabulary: vocabulary)
      }
      result[0].expectAgreement(to: 32) { index in
        let share = exp(values[index] - logarithm)
        return share * (2 + abs(values[index]) + abs(logarithm) + abs(mean))
          + (index == target ? 1 : 0)
      }
    }
  }

  @Test(arguments: levels, vocabularies)
  func `draws the token at which the running sum exceeds the uniform number`(
    _ level: KernelLevel, _ vocabulary: Int
  ) throws {
    for (slope, offset) in [(1, 0), (0.5, 30), (2.5, -30)] as [(Float, Float)] {
      var source = Source(vocabulary)
      let logits = Rows(reading: source.floats(vocabulary, (offset - 3)...(offset + 3)))
      let scratch = Rows(1, width: vocabulary)
      let total = PlainLoops.draw(
        logits.base, slope: slope, uniform: 0, weights: scratch.base, vocabulary: vocabulary
      ).logarithm
      let shares = logits.array.map { exp(Double($0) * Double(slope) - Double(total)) }
      var passed = [0.0]
      for share in shares { passed.append(passed[passed.count - 1] + share) }
      let tolerance = Double(vocabulary + 32) * 8 * 0x1p-24
      let uniforms =
        [0, 0x1p-60, 0.5, (1.0).nextDown] + source.floats(40, 0...0.999).map(Double.init)
      for uniform in uniforms + passed.dropLast().map({ min($0, (1.0).nextDown) }) {
        let drawn = level.kernels.draw(
          logits.base, slope: slope, uniform: uniform, weights: scratch.base,
          vocabulary: vocabulary)
        try #require(shares.indices.contains(drawn.token))
        #expect(passed[drawn.token] <= uniform + tolerance)
        #expect(passed[drawn.token + 1] >= uniform - tolerance)
        Outcome(found: [drawn.logarithm], expected: [total])
          .expectAgreement(to: vocabulary + 16) { _ in (abs(offset) + 3) * slope + 8 }
      }
      #expect(scratch.isIntact)
      let first = level.kernels.draw(
        logits.base, slope: slope, uniform: 0, weights: scratch.base, vocabulary: vocabulary)
      let last = level.kernels.draw(
        logits.base, slope: slope, uniform: (1.0).nextDown, weights: scratch.base,
        vocabulary: vocabulary)
      #expect(first.token == 0 && last.token == vocabulary - 1)
    }
  }

  @Test(arguments: levels, [3, 16, 37, 50])
  func `draws tokens with the probabilities of the softmax`(
    _ level: KernelLevel, _ vocabulary: Int
  ) throws {
    var source = Source(vocabulary)
    let logits = Rows(reading: source.floats(vocabulary, -2...2))
    let weights = Rows(1, width: vocabulary)
    let draws = 20_000
    var counts = [Int](repeating: 0, count: vocabulary)
    for draw in 0..<draws {
      // The uniform numbers are spread evenly, so counts are off by at most two.
      let uniform = (Double(draw) + 0.5) / Double(draws)
      let drawn = level.kernels.draw(
        logits.base, slope: 1.5, uniform: uniform, weights: weights.base, vocabulary: vocabulary)
      try #require(counts.indices.contains(drawn.token))
      counts[drawn.token] += 1
    }
    let scaled = logits.array.map { exp(1.5 * Double($0)) }
    let total = scaled.reduce(0, +)
    #expect(zip(counts, scaled).allSatisfy { abs(Double($0) - $1 / total * Double(draws)) <= 2 })
  }

  @Test(arguments: levels)
  func `never draws a token without probability`(_ level: KernelLevel) {
    var values = [Float](repeating: -1000, count: 50)
    (values[17], values[40]) = (3, 3)
    let (logits, weights) = (Rows(reading: values), Rows(1, width: 50))
    for draw in 0..<100 {
      let token = level.kernels.draw(
        logits.base, slope: 1, uniform: (Double(draw) + 0.5) / 100, weights: weights.base,
        vocabulary: 50
      ).token
      #expect(token == (draw < 50 ? 17 : 40))
    }
  }
}
