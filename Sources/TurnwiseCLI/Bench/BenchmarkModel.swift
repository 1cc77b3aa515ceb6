internal import Turnwise

/// The shape of a benchmark's model.
///
/// All are plain Llama models without token shift, so that other programs can time the same work.
enum BenchmarkModel: String, WordChoice {
  /// 0.9 million parameters.
  case small = "T1"
  /// 4.9 million parameters.
  case medium = "T2"
  /// 134.5 million parameters: SmolLM2-135M.
  case large = "T3"

  /// The shape of the model.
  var configuration: ModelConfiguration {
    switch self {
    case .small:
      ModelConfiguration(
        vocabulary: 512, width: 128, layers: 4, heads: 4, feedForward: 344, context: 256,
        tokenShift: false)
    case .medium:
      ModelConfiguration(
        vocabulary: 512, width: 256, layers: 6, heads: 8, feedForward: 688, context: 512,
        tokenShift: false)
    case .large:
      ModelConfiguration(
        vocabulary: 49152, width: 576, layers: 30, heads: 9, keyValueHeads: 3, feedForward: 1536,
        context: 512, tokenShift: false)
    }
  }

  /// The default number of sequences of a training step.
  var trainingBatch: Int {
    switch self {
    case .small: 16
    case .medium: 8
    case .large: 2
    }
  }

  /// The number of tokens sampled for each sequence.
  var sampledTokens: Int {
    switch self {
    case .small: 128
    case .medium: 96
    case .large: 16
    }
  }

  /// Whether updates of a trainer are timed.
  var hasIteration: Bool { self != .large }

  /// A model with random weights, which are the same in every process.
  var transformer: Transformer {
    var random = Randomness(seed: 1)
    return Transformer(configuration, using: &random)
  }

  /// The additions and multiplications of one token's forward pass through the matrices and the attention,
  /// if it attends to `positions` tokens on average.
  func flops(attendingTo positions: Double) -> Double {
    let shape = configuration
    let keyValueWidth = shape.keyValueHeads * shape.headWidth
    let projections = shape.width * (2 * shape.width + 2 * keyValueWidth)
    let feedForward = 3 * shape.width * shape.feedForward
    let weights = shape.layers * (projections + feedForward) + shape.vocabulary * shape.width
    return Double(2 * weights) + Double(4 * shape.layers * shape.width) * positions
  }
}
