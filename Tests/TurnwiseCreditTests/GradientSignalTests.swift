import Foundation
import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `The signal of gradients` {
  private func signal(_ gradients: [[Double]]) -> GradientSignal {
    var signal = GradientSignal()
    for gradient in gradients { signal.add(gradient) }
    return signal
  }

  /// Gradients with a given mean, and noise of a given standard deviation along each of `size` parameters.
  private func noisy(
    _ count: Int, mean: Double, noise: Double, size: Int = 200, seed: UInt64
  ) -> [[Double]] {
    var random = Randomness(seed: seed)
    return (0..<count).map { _ in
      (0..<size).map { _ in
        let u = (0..<12).reduce(-6.0) { sum, _ in sum + random.unit() }
        return mean + noise * u
      }
    }
  }

  @Test func `is the mean product of different groups, and the noise is what remains`() throws {
    // S = mean of ⟨g_m, g_n⟩ over m ≠ n = (2 · 1 + 2 · 0 + 2 · 2) / 6 = 1; mean |g|² = (1 + 2 + 4) / 3.
    let gradients = [[1.0, 0], [1, 1], [0, 2]]
    let ratio = try #require(signal(gradients).signalToNoise)
    #expect(abs(ratio - 1 / (7.0 / 3 - 1)) < 1e-12)
  }

  @Test func `is that of the scorer`() throws {
    var scorer = CreditScorer()
    let gradients = noisy(6, mean: 1, noise: 2, size: 5, seed: 3)
    for gradient in gradients {
      scorer.add([], gradient: gradient, reference: gradient, episodes: 8, turns: 1, forkTurns: 0)
    }
    let ratio = try #require(signal(gradients).signalToNoise)
    let score = scorer.score
    #expect(abs(try #require(score.signalToNoise) - ratio) < 1e-5)
    #expect(abs(try #require(scorer.signal.signalToNoise) - ratio) < 1e-12)
    // 8 episodes in a group: their noise is 1 / ratio times the signal.
    #expect(abs(try #require(score.noiseScale) - 8 / ratio) < 1e-4)
  }

  @Test func `cannot be told of one group, or without noise`() {
    #expect(signal([[1, 2]]).signalToNoise == nil)
    #expect(signal([[1, 2], [1, 2]]).signalToNoise == nil)
    #expect(signal([]).headroom(over: signal([])) == nil)
  }

  @Test func `leaves headroom where less noise is possible`() throws {
    // The same signal with a third of the noise: nine times the signal to noise.
    let (good, poor) = (
      signal(noisy(64, mean: 1, noise: 2, seed: 1)), signal(noisy(64, mean: 1, noise: 6, seed: 2))
    )
    let headroom = try #require(good.headroom(over: poor))
    let (low, high) = (try #require(headroom.low), try #require(headroom.high))
    #expect(low < 9 && 9 < high, "\(headroom)")
    #expect(high / low < 2 && headroom.verdict == .much)
    let none = try #require(poor.headroom(over: poor))
    #expect(none.ratio == 1 && none.low == 1 && none.high == 1 && none.verdict == .little)
    #expect(Headroom(ratio: 7.6).verdict == nil, "without an interval nothing is certain")
    #expect(Headroom(ratio: 3.6, low: 0.3, high: 39.9).verdict == nil)
    let reversed = try #require(poor.headroom(over: good))
    #expect(abs(reversed.ratio * headroom.ratio - 1) < 1e-12)
  }

  @Test func `is not measured where noise hides it`() {
    // Groups that point to opposite sides have no signal.
    #expect(
      signal([[1, 0], [-1, 0], [0, 1], [0, -1]]).headroom(over: signal([[1], [2]])) == nil)
  }
}

@Suite struct `A weighted correlation` {
  @Test func `is the plain one of turns that are repeated`() throws {
    let (x, y) = ([1.0, 2, 4, 3], [2.0, 1, 5, 0])
    let repeated = (x + [4.0, 4], y + [5.0, 5])
    let weighted = try #require(Correlation.pearson(x, y, weights: [1, 1, 3, 1]))
    #expect(abs(weighted - (try #require(Correlation.pearson(repeated.0, repeated.1)))) < 1e-12)
    #expect(
      Correlation.pearson(x, y, weights: [2, 2, 2, 2]).map { Float($0) }
        == Correlation.pearson(x, y).map { Float($0) })
  }

  @Test func `ignores turns that move nothing`() {
    #expect(Correlation.pearson([1, 2, 9], [1, 2, -9], weights: [1, 1, 0]) == 1)
    #expect(Correlation.pearson([1, 2], [1, 2], weights: [0, 0]) == nil)
    #expect(Correlation.pearson([1, 2], [1, 2], weights: [1, 0]) == nil)
  }
}
