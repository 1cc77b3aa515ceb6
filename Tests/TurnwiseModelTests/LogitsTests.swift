import Foundation
import Testing
import TurnwiseCore
import TurnwiseModel

@Suite struct `A row of logits` {
  let logits = Logits(vocabulary: 5, values: [0, 0, 0, 0, 0, 1, 3, -2, 3, 0.5])

  @Test func `is sampled with its probabilities`() {
    var generator = SplitMix(1)
    for temperature in [0.5, 1, 2] {
      let weights = logits[1].map { exp(Double($0) / temperature) }
      let total = weights.reduce(0, +)
      var counts = [Double](repeating: 0, count: 5)
      let draws = 20_000
      for _ in 0..<draws {
        let uniform = Double.random(in: 0..<1, using: &generator)
        let drawn = logits.sample(row: 1, temperature: temperature, uniform: uniform)
        let index = Int(drawn.token)
        counts[index] += 1
        let own = Double(logits[1][5 + index]) - log(logits[1].reduce(0) { $0 + exp(Double($1)) })
        #expect(abs(Double(drawn.logProbability) - own) < 1e-5)
        #expect(abs(Double(drawn.behaviorLogProbability) - log(weights[index] / total)) < 1e-5)
      }
      for (count, weight) in zip(counts, weights) {
        let p = weight / total
        // Five standard deviations.
        #expect(abs(count / Double(draws) - p) < 5 * (p * (1 - p) / Double(draws)).squareRoot())
      }
    }
  }

  @Test func `maps each token to an interval of the uniform number`() {
    let drawn = [0, 0.19, 0.21, 0.5, 0.79, 0.81, 0.999_999].map {
      logits.sample(row: 0, uniform: $0).token
    }
    #expect(drawn == [0, 0, 1, 2, 3, 4, 4])
  }

  @Test func `has the lowest of the most probable tokens as its greedy choice`() {
    #expect(logits.greedy(row: 0).token == 0)
    #expect(logits.greedy(row: 1).token == 1)
    #expect(logits.greedy(row: 1).behaviorLogProbability == 0)
    #expect(logits.sample(row: 1, temperature: 0, uniform: 0.9) == logits.greedy(row: 1))
  }
}
