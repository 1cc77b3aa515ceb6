internal import Foundation
internal import TurnwiseCore
internal import TurnwiseKernels
package import TurnwiseNumerics

/// A Llama-style decoder: a configuration and its weights.
///
/// It is a value: a copy is a snapshot.
///
///     var generator = SystemRandomNumberGenerator()
///     var policy = Transformer(ModelConfiguration(vocabulary: 384), using: &generator)
///     let result = policy.gradient(of: sequences, workers: 2) { index, outputs in
///       SequenceGradients(logProbabilities: outputs.logProbabilities.map { _ in -1 })
///     }
///     optimizer.update(&policy, gradient: result.gradient, learningRate: 1e-3)
public struct Transformer: Sendable {
  /// The configuration.
  public let configuration: ModelConfiguration
  /// The place of each weight in ``parameters``.
  public let layout: ParameterLayout
  /// All weights.
  public var parameters: [Float] {
    didSet {
      require(
        parameters.count == layout.count,
        "This model has \(layout.count) parameters, not \(parameters.count).")
      packedWeights = PackedWeightsCache()
    }
  }
  let rotary: RotaryEmbedding
  private var packedWeights = PackedWeightsCache()
  /// The memory of training passes, shared with copies of the model.
  package let memory = BufferPool()
  /// The memory of gradients and packed matrices, shared with copies of the model.
  ///
  /// It is separate from ``memory`` because all of these have the same size, so that each fits where
  /// another one was.
  package let weightMemory = BufferPool()
  /// The memory of keys and values, shared with copies of the model.
  package let cachePages: PagePool

  /// Lends memory for a gradient, or for all packed matrices.
  func lendWeights() -> Loan {
    weightMemory.lend(max(layout.count, PackedWeights.count(configuration)))
  }

  /// Returns the matrices, packed for products.
  func packed(workers: Int) -> PackedWeights {
    packedWeights.weights(of: self, workers: workers)
  }

  /// Creates a model with given weights.
  ///
  /// - Parameters:
  ///   - configuration: The configuration.
  ///   - parameters: As many weights as ``ParameterLayout/count`` says.
  public init(_ configuration: ModelConfiguration, parameters: [Float]) {
    if let flaw = configuration.flaw { mistake(flaw) }
    self.configuration = configuration
    layout = ParameterLayout(configuration)
    require(
      parameters.count == layout.count,
      "This model has \(layout.count) parameters, not \(parameters.count).")
    self.parameters = parameters
    rotary = RotaryEmbedding(
      headWidth: configuration.headWidth, positions: configuration.context,
      base: configuration.ropeBase)
    cachePages = PagePool(
      pageCount: configuration.layers * PagedAttention(configuration).layerCount)
  }

  /// Creates a model with random weights.
  ///
  /// The same generator gives the same weights.
  ///
  /// - Parameters:
  ///   - configuration: The configuration.
  ///   - generator: The source of randomness.
  public init(
    _ configuration: ModelConfiguration, using generator: inout some RandomNumberGenerator
  ) {
    if let flaw = configuration.flaw { mistake(flaw) }
    var normal = NormalSource()
    let layout = ParameterLayout(configuration)
    var parameters: [Float] = []
    parameters.reserveCapacity(layout.count)
    for slice in layout.slices {
      let spread = Self.initialSpread(of: slice, in: configuration)
      let constant = Self.initialConstant(of: slice)
      for _ in slice.range {
        parameters.append(spread > 0 ? spread * normal.next(using: &generator) : constant)
      }
    }
    self.init(configuration, parameters: parameters)
  }

  /// Creates a critic with the trunk of a policy and a head that returns zeros.
  ///
  /// - Parameters:
  ///   - policy: A model with the head ``ModelConfiguration/Head/tokens``.
  ///   - head: The head of the critic.
  public init(critic policy: Transformer, head: ModelConfiguration.Head = .scalar) {
    require(head != .tokens, "A critic needs a head that gives values.")
    var configuration = policy.configuration
    configuration.head = head
    let layout = ParameterLayout(configuration)
    var parameters = [Float](repeating: 0, count: layout.count)
    parameters.replaceSubrange(layout.trunk, with: policy.parameters[policy.layout.trunk])
    self.init(configuration, parameters: parameters)
  }

  /// Divides all logits by a temperature, so that the temperature of sampling becomes a part of the model.
  ///
  /// It divides the weights of the last norm, in which the logits are linear. The features of a critic
  /// that is created from the model are divided as well.
  public mutating func bakeIn(temperature: Double) {
    require(temperature > 0, "A temperature must be above 0, but is \(temperature).")
    let places = layout.finalNorm..<layout.finalNorm + configuration.width
    // In one change, as each change discards the packed matrices.
    parameters.withUnsafeMutableBufferPointer { parameters in
      for place in places { parameters[place] /= Float(temperature) }
    }
  }

  /// Changes the outputs of a scalar head from x to `factor` × x + `offset`.
  public mutating func mapValues(factor: Double, offset: Double) {
    require(configuration.head == .scalar, "Only a scalar head can be rescaled.")
    let weights = layout.valueWeight..<layout.valueWeight + configuration.width
    let bias = layout.valueBias
    parameters.withUnsafeMutableBufferPointer { parameters in
      for place in weights { parameters[place] *= Float(factor) }
      parameters[bias] = Float(factor * Double(parameters[bias]) + offset)
    }
  }

  /// Returns the standard deviation of a weight's initial values; zero if they are constant.
  private static func initialSpread(
    of slice: ParameterLayout.Slice, in model: ModelConfiguration
  ) -> Float {
    guard slice.shape.count > 1, slice.name != "value_head.weight" else { return 0 }
    if slice.name == "model.embed_tokens.weight" { return 0.02 }
    let spread = 1 / Float(slice.shape[1]).squareRoot()
    // What is added to the residual stream, 2 × layers times, should not dominate the embedding.
    let isAdded = slice.name.hasSuffix("o_proj.weight") || slice.name.hasSuffix("down_proj.weight")
    return isAdded ? spread / Float(2 * model.layers).squareRoot() : spread
  }

  /// Returns the initial value of a weight that starts constant.
  ///
  /// Those of the token shift were found by experiment: with them small models learn to copy earliest.
  private static func initialConstant(of slice: ParameterLayout.Slice) -> Float {
    if slice.name.hasSuffix("key_shift.current") { return 0.3 }
    if slice.name.hasSuffix("embed_shift.previous") { return 0.5 }
    return slice.name.hasPrefix("value_head") ? 0 : 1
  }
}

extension Transformer: Equatable {
  /// Whether two models have the same configuration and the same weights.
  public static func == (a: Transformer, b: Transformer) -> Bool {
    a.configuration == b.configuration && a.parameters == b.parameters
  }
}

/// Normally distributed numbers, two at a time (Box and Muller, 1958).
private struct NormalSource {
  private var spare: Float?

  mutating func next(using generator: inout some RandomNumberGenerator) -> Float {
    if let spare {
      self.spare = nil
      return spare
    }
    // In (0, 1], so that the logarithm is finite.
    let radius = (-2 * log((Double(generator.next() >> 11) + 1) * 0x1p-53)).squareRoot()
    let angle = 2 * Double.pi * Double(generator.next() >> 11) * 0x1p-53
    spare = Float(radius * sin(angle))
    return Float(radius * cos(angle))
  }
}
