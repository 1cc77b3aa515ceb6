internal import Foundation
internal import TurnwiseCore
internal import TurnwiseKernels
internal import TurnwiseNumerics

/// The optimiser Adam with decoupled weight decay (Loshchilov and Hutter, 2019), and its state.
///
///     var optimizer = AdamW(for: policy)
///     let norm = AdamW.clip(&gradient, toNorm: 1)
///     optimizer.update(&policy, gradient: gradient, learningRate: 1e-3)
public struct AdamW: Codable, Hashable, Sendable {
  /// The decay of the mean gradient, β₁ in the paper.
  public var firstDecay: Float
  /// The decay of the mean squared gradient, β₂ in the paper.
  public var secondDecay: Float
  /// Adam's ε: what is added to the denominator to keep it from zero.
  public var epsilon: Float
  /// The weight decay: each step removes this share of a matrix times the learning rate.
  public var weightDecay: Float
  /// The number of steps so far.
  public internal(set) var step = 0
  /// The running mean of the gradient, by parameter.
  public internal(set) var firstMoments: [Float]
  /// The running mean of the squared gradient, by parameter.
  public internal(set) var secondMoments: [Float]

  /// Creates an optimiser for a model, with moments of zero.
  public init(
    for model: Transformer, firstDecay: Float = 0.9, secondDecay: Float = 0.98,
    epsilon: Float = 1e-8, weightDecay: Float = 0.01
  ) {
    (self.firstDecay, self.secondDecay) = (firstDecay, secondDecay)
    (self.epsilon, self.weightDecay) = (epsilon, weightDecay)
    firstMoments = [Float](repeating: 0, count: model.parameters.count)
    secondMoments = firstMoments
  }

  /// Updates a model by one step against a gradient.
  public mutating func update(
    _ model: inout Transformer, gradient: Gradient, learningRate: Float
  ) {
    update(&model, gradient: gradient, learningRate: learningRate) { _ in true }
  }

  /// Updates the weights of a model that a predicate selects.
  mutating func update(
    _ model: inout Transformer, gradient: Gradient, learningRate: Float,
    where isMoved: (ParameterLayout.Slice) -> Bool
  ) {
    require(
      gradient.count == model.parameters.count && gradient.count == firstMoments.count,
      "Model, gradient and optimiser must have as many parameters, but have"
        + " \(model.parameters.count), \(gradient.count) and \(firstMoments.count).")
    step += 1
    var rule = AdamStep(
      firstDecay: firstDecay, secondDecay: secondDecay, learningRate: learningRate,
      weightDecay: 0, epsilon: epsilon, firstCorrection: correction(firstDecay),
      secondCorrection: correction(secondDecay))
    let slices = model.layout.slices
    model.parameters.withUnsafeMutableBufferPointer { parameters in
      firstMoments.withUnsafeMutableBufferPointer { first in
        secondMoments.withUnsafeMutableBufferPointer { second in
          gradient.withFloats { g in
            guard let p = parameters.baseAddress, let m = first.baseAddress,
              let v = second.baseAddress
            else { return }
            for slice in slices where isMoved(slice) {
              let start = slice.range.lowerBound
              rule.weightDecay = slice.isDecayed ? weightDecay : 0
              kernels.adam(
                rule, p + start, first: m + start, second: v + start, gradient: g + start,
                count: slice.range.count)
            }
          }
        }
      }
    }
  }

  private func correction(_ decay: Float) -> Float {
    Float(1 / (1 - pow(Double(decay), Double(step))))
  }

  /// Scales a gradient down to a norm, if its norm is larger.
  ///
  /// - Parameters:
  ///   - gradient: The gradient.
  ///   - limit: The largest norm.
  /// - Returns: The norm before scaling.
  @discardableResult
  public static func clip(_ gradient: inout Gradient, toNorm limit: Float) -> Float {
    let count = gradient.count
    let norm = gradient.withFloats { kernels.dot($0, $0, count: count).squareRoot() }
    if norm > limit {
      gradient.withMutableFloats { kernels.scale($0, by: limit / norm, count: count) }
    }
    return norm
  }
}
