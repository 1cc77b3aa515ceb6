import TurnwiseCore
import TurnwiseModel

typealias SplitMix = SplitMix64

extension SplitMix64 {
  init(_ seed: UInt64) { self.init(seed: seed) }

  mutating func tokens(_ count: Int, below limit: Int32) -> [Int32] {
    (0..<count).map { _ in .random(in: 0..<limit, using: &self) }
  }
}

extension ModelConfiguration {
  /// Returns a model with every feature that is small enough for comparisons.
  static func tiny(
    tokenShift: Bool = true, heads: Int = 4, keyValueHeads: Int = 2, head: Head = .tokens
  ) -> ModelConfiguration {
    ModelConfiguration(
      vocabulary: 41, width: 24, layers: 2, heads: heads, keyValueHeads: keyValueHeads,
      feedForward: 20, context: 300, tokenShift: tokenShift, head: head)
  }
}

extension Transformer {
  /// Returns a model in which every weight has an effect, unlike in a new one.
  static func scrambled(_ configuration: ModelConfiguration, seed: UInt64 = 1) -> Transformer {
    var generator = SplitMix(seed)
    var model = Transformer(configuration, using: &generator)
    model.parameters = model.parameters.map { $0 + .random(in: -0.2...0.2, using: &generator) }
    return model
  }
}

/// Returns sequences of some lengths, with some of their tokens scored.
func someSequences(_ lengths: [Int], vocabulary: Int32 = 41, seed: UInt64 = 2) -> [TrainingSequence]
{
  var generator = SplitMix(seed)
  return lengths.map { length in
    let scored = (1..<max(length, 1)).filter { _ in Bool.random(using: &generator) }
    return TrainingSequence(
      tokens: generator.tokens(length, below: vocabulary), scored: scored)
  }
}
