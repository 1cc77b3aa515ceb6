import TurnwiseModel

/// A small reproducible generator (Steele, Lea and Flood, 2014).
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func tokens(_ count: Int, below limit: Int32) -> [Int32] {
    (0..<count).map { _ in .random(in: 0..<limit, using: &self) }
  }
}

extension ModelConfiguration {
  /// A model with every feature, small enough for plain comparisons.
  static func tiny(
    tokenShift: Bool = true, heads: Int = 4, keyValueHeads: Int = 2, head: Head = .tokens
  ) -> ModelConfiguration {
    ModelConfiguration(
      vocabulary: 41, width: 24, layers: 2, heads: heads, keyValueHeads: keyValueHeads,
      feedForward: 20, context: 300, tokenShift: tokenShift, head: head)
  }
}

extension Transformer {
  /// A model whose every weight has a part to play, unlike one that has just been made.
  static func scrambled(_ configuration: ModelConfiguration, seed: UInt64 = 1) -> Transformer {
    var generator = SplitMix(seed)
    var model = Transformer(configuration, using: &generator)
    model.parameters = model.parameters.map { $0 + .random(in: -0.2...0.2, using: &generator) }
    return model
  }
}

/// Sequences of various lengths, with some of their tokens scored.
func someSequences(_ lengths: [Int], vocabulary: Int32 = 41, seed: UInt64 = 2) -> [TrainingSequence]
{
  var generator = SplitMix(seed)
  return lengths.map { length in
    let scored = (1..<max(length, 1)).filter { _ in Bool.random(using: &generator) }
    return TrainingSequence(
      tokens: generator.tokens(length, below: vocabulary), scored: scored)
  }
}
