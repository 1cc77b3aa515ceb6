internal import Foundation
internal import TurnwiseCore
internal import TurnwiseKernels
package import TurnwiseNumerics

/// A Llama-style decoder: a shape and its weights.
///
/// Copying it takes a snapshot.
///
///     var generator = SystemRandomNumberGenerator()
///     var policy = Transformer(ModelConfiguration(vocabulary: 384), using: &generator)
///     let result = policy.gradient(of: sequences, workers: 2) { index, outputs in
///       SequenceGradients(logProbabilities: outputs.logProbabilities.map { _ in -1 })
///     }
///     optimizer.update(&policy, gradient: result.gradient, learningRate: 1e-3)
public struct Transformer: Sendable {
  /// The shape.
  public let configuration: ModelConfiguration
  /// Where each weight lies in ``parameters``.
  public let layout: ParameterLayout
  /// All weights.
  public var parameters: [Float] {
    didSet {
      require(parameters.count == layout.count, "A model keeps its size.")
      packedWeights = PackedWeightsCache()
    }
  }
  let rotary: RotaryEmbedding
  private var packedWeights = PackedWeightsCache()
  /// What training works in, shared with copies of the model.
  package let memory = BufferPool()
  /// What gradients and matrices laid out for products lie in, apart from ``memory``: all are of one
  /// size, so that each fits where another was.
  package let weightMemory = BufferPool()
  /// What keys and values are kept in, shared with copies of the model.
  package let cachePages: PagePool

  /// Lends room for a gradient, or for all matrices laid out for products.
  func lendWeights() -> BufferPool.Loan {
    weightMemory.lend(max(layout.count, PackedWeights.count(configuration)))
  }

  /// The matrices as they are now, laid out for products.
  func packed(workers: Int) -> PackedWeights {
    packedWeights.weights(of: self, workers: workers)
  }

  /// Takes over weights.
  ///
  /// - Parameters:
  ///   - configuration: The shape.
  ///   - parameters: As many as ``ParameterLayout/count`` of the shape.
  public init(_ configuration: ModelConfiguration, parameters: [Float]) {
    if let flaw = configuration.flaw { mistake(flaw) }
    self.configuration = configuration
    layout = ParameterLayout(configuration)
    require(
      parameters.count == layout.count,
      "This shape has \(layout.count) parameters, not \(parameters.count).")
    self.parameters = parameters
    rotary = RotaryEmbedding(
      headWidth: configuration.headWidth, positions: configuration.context,
      base: configuration.ropeBase)
    cachePages = PagePool(
      pageCount: configuration.layers * PagedAttention(configuration).layerCount)
  }

  /// Draws new weights.
  ///
  /// The same generator gives the same weights.
  ///
  /// - Parameters:
  ///   - configuration: The shape.
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

  /// Makes a critic that starts from a policy's trunk, with a head that says zero everywhere.
  ///
  /// - Parameter policy: A model with a head of tokens.
  public init(critic policy: Transformer) {
    var configuration = policy.configuration
    configuration.head = .scalar
    let layout = ParameterLayout(configuration)
    var parameters = [Float](repeating: 0, count: layout.count)
    parameters.replaceSubrange(layout.trunk, with: policy.parameters[policy.layout.trunk])
    self.init(configuration, parameters: parameters)
  }

  /// Makes a temperature of sampling part of the model: divides all logits by it.
  ///
  /// They are linear in the weights of the last norm. A critic made from the model sees features that
  /// are larger by as much.
  public mutating func bakeIn(temperature: Double) {
    require(temperature > 0, "A temperature is above 0.")
    let places = layout.finalNorm..<layout.finalNorm + configuration.width
    // In one change: each would lay out the matrices anew.
    parameters.withUnsafeMutableBufferPointer { parameters in
      for place in places { parameters[place] /= Float(temperature) }
    }
  }

  /// The standard deviation a weight is drawn with, zero for one that starts constant.
  private static func initialSpread(
    of slice: ParameterLayout.Slice, in model: ModelConfiguration
  ) -> Float {
    guard slice.shape.count > 1, slice.name != "value_head.weight" else { return 0 }
    if slice.name == "model.embed_tokens.weight" { return 0.02 }
    let spread = 1 / Float(slice.shape[1]).squareRoot()
    // What is added to the residual stream, 2 × layers times, should not drown the embedding.
    let isAdded = slice.name.hasSuffix("o_proj.weight") || slice.name.hasSuffix("down_proj.weight")
    return isAdded ? spread / Float(2 * model.layers).squareRoot() : spread
  }

  // Of the shifts, found by trying: with these small models learn to copy soonest.
  private static func initialConstant(of slice: ParameterLayout.Slice) -> Float {
    if slice.name.hasSuffix("key_shift.current") { return 0.3 }
    if slice.name.hasSuffix("embed_shift.previous") { return 0.5 }
    return slice.name.hasPrefix("value_head") ? 0 : 1
  }
}

extension Transformer: Equatable {
  /// Whether two models have the same shape and the same weights.
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
