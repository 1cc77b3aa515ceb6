internal import Foundation
internal import TurnwiseCore
internal import TurnwiseKernels
internal import TurnwiseNumerics

/// Rows of unnormalised log-probabilities over a vocabulary.
public struct Logits: Hashable, Sendable {
  /// Vocabulary size.
  public let vocabulary: Int
  /// The logits, rows × vocabulary.
  public let values: [Float]

  /// Wraps rows.
  public init(vocabulary: Int, values: [Float]) {
    require(
      values.count.isMultiple(of: vocabulary),
      "\(values.count) logits are not whole rows of a vocabulary of \(vocabulary).")
    (self.vocabulary, self.values) = (vocabulary, values)
  }

  /// The number of rows.
  public var rows: Int { values.count / vocabulary }

  /// The logits of one row.
  public subscript(row: Int) -> ArraySlice<Float> {
    values[(row * vocabulary)..<((row + 1) * vocabulary)]
  }

  /// Draws a token with probabilities softmax(logits / temperature).
  ///
  /// - Parameters:
  ///   - row: The row to draw from.
  ///   - temperature: The temperature: 1 is the model's own distribution, 0 is ``greedy(row:)``.
  ///   - uniform: A random number of at least 0 and below 1 that determines the token.
  /// - Returns: The token and its log-probabilities.
  public func sample(row: Int, temperature: Double = 1, uniform: Double) -> SampledToken {
    guard temperature > 0 else { return greedy(row: row) }
    return values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { mistake("There are no logits.") }
      let logits = base + row * vocabulary
      return withUnsafeTemporaryAllocation(of: Float.self, capacity: vocabulary) { room in
        guard let weights = room.baseAddress else { mistake("There is no token.") }
        let slope = Float(1 / temperature)
        let (token, logarithm) = kernels.draw(
          logits, slope: slope, uniform: uniform, weights: weights, vocabulary: vocabulary)
        let drawn = logits[token] * slope - logarithm
        let own = temperature == 1 ? drawn : Self.logProbability(token, logits, vocabulary)
        return SampledToken(
          token: Int32(token), logProbability: own, behaviorLogProbability: drawn)
      }
    }
  }

  /// Returns the most probable token; the lowest one if several are equally probable.
  public func greedy(row: Int) -> SampledToken {
    values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { mistake("There are no logits.") }
      let logits = base + row * vocabulary
      var best = 0
      for i in 1..<vocabulary where logits[i] > logits[best] { best = i }
      return SampledToken(
        token: Int32(best), logProbability: Self.logProbability(best, logits, vocabulary),
        behaviorLogProbability: 0)
    }
  }

  /// Returns the tokens of at least some probability under softmax(logits / temperature), and some others.
  ///
  /// - Parameters:
  ///   - row: The row.
  ///   - temperature: As for ``sample(row:temperature:uniform:)``; at 0 the most probable token has
  ///     probability 1.
  ///   - minimum: The smallest probability of a token.
  ///   - others: Tokens that are returned whatever their probability is.
  /// - Returns: The tokens in ascending order, with their probabilities.
  public func tokens(
    row: Int, temperature: Double = 1, atLeast minimum: Double, and others: Set<Int32> = []
  ) -> [(token: Int32, probability: Double)] {
    guard temperature > 0 else {
      let best = greedy(row: row).token
      return others.union([best]).sorted().map { ($0, $0 == best ? 1 : 0) }
    }
    let logits = self[row].map { Double($0) / temperature }
    let most = logits.max() ?? 0
    let weights = logits.map { exp($0 - most) }
    let total = weights.reduce(0, +)
    return weights.indices.compactMap { token in
      let probability = weights[token] / total
      return probability >= minimum || others.contains(Int32(token))
        ? (Int32(token), probability) : nil
    }
  }

  private static func logProbability(_ token: Int, _ logits: Floats, _ vocabulary: Int) -> Float {
    logits[token] - kernels.partition(logits, vocabulary: vocabulary).logarithm
  }
}

/// A token that was drawn, with its log-probabilities.
public struct SampledToken: Codable, Hashable, Sendable {
  /// The token.
  public var token: Int32
  /// The log-probability under the model's own distribution, at temperature 1.
  public var logProbability: Float
  /// The log-probability under the distribution that it was drawn from; 0 for a greedy choice.
  public var behaviorLogProbability: Float
}
