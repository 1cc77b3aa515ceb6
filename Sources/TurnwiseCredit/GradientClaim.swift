/// What is known about the expected policy gradient Σ_{i,t} A_{i,t} ∇log π of an estimator.
///
/// Claims hold for discount 1, exact critics and exact forks; process reward models and potentials
/// may be wrong.
public enum GradientClaim: Codable, Hashable, Sendable {
  /// It is the true gradient.
  case exact
  /// It is the true gradient times (N−1)/N × `factor`, for groups of N.
  case meanCentred(factor: Double)
  /// It is the true gradient times a number.
  case scaled(Double)
  /// It has another direction; the text says why.
  case biased(String)

  /// The gradient of a discounted return, which is not the return that counts.
  static let discounted = GradientClaim.biased("the discount makes the return another one")

  /// Whether it has another direction than the true gradient.
  public var isBiased: Bool { if case .biased = self { true } else { false } }

  /// Returns the factor of the true gradient in groups of a size; `nil` if the gradient is biased.
  public func factor(groupSize: Int) -> Double? {
    switch self {
    case .exact: 1
    case .meanCentred(let factor): factor * Double(groupSize - 1) / Double(groupSize)
    case .scaled(let factor): factor
    case .biased: nil
    }
  }

  /// Returns the claim if all returns are multiplied by a factor.
  func times(_ factor: Double) -> GradientClaim {
    if factor == 1 { return self }
    return switch self {
    case .exact: .scaled(factor)
    case .meanCentred(let own): .meanCentred(factor: own * factor)
    case .scaled(let own): .scaled(own * factor)
    case .biased: self
    }
  }
}
