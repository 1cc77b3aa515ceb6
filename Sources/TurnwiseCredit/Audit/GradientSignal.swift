internal import Foundation

/// The signal and the noise of the gradients of groups.
///
/// With g_m the gradient of group m, the signal is S = mean of ⟨g_m, g_n⟩ over m ≠ n, an unbiased
/// estimate of the squared norm of the expected gradient, and the noise is mean |g_m|² − S.
public struct GradientSignal: Sendable {
  private var gradients: [[Float]] = []

  /// Creates a signal without groups.
  public init() {}

  /// Adds the gradient of a group.
  public mutating func add(_ gradient: [Double]) { gradients.append(gradient.map(Float.init)) }

  /// Signal over noise of the gradient of one group; `nil` if there are fewer than two groups or no noise.
  public var signalToNoise: Double? { ratio(leavingOut: nil, products) }

  /// The products that all ratios are made of.
  private struct Products {
    /// ⟨g, g⟩ of each group.
    var squares: [Double]
    /// ⟨g, Σ g⟩ of each group.
    var shares: [Double]
  }

  private var products: Products {
    var sum = (gradients.first ?? []).map { _ in 0.0 }
    for gradient in gradients {
      for (index, value) in gradient.enumerated() { sum[index] += Double(value) }
    }
    return Products(
      squares: gradients.map { $0.reduce(0) { $0 + Double($1) * Double($1) } },
      shares: gradients.map { zip($0, sum).reduce(0) { $0 + Double($1.0) * $1.1 } })
  }

  private func ratio(leavingOut group: Int?, _ products: Products) -> Double? {
    let count = Double(gradients.count - (group == nil ? 0 : 1))
    var (whole, squares) = (products.shares.reduce(0, +), products.squares.reduce(0, +))
    if let group {
      // |Σ − g|² = |Σ|² − 2 ⟨g, Σ⟩ + |g|².
      whole += products.squares[group] - 2 * products.shares[group]
      squares -= products.squares[group]
    }
    return Self.signalToNoise(wholeSquare: whole, squares: squares, count: count)
  }

  /// Returns signal over noise.
  ///
  /// - Parameters:
  ///   - wholeSquare: |Σ g|² of the sum over groups.
  ///   - squares: Σ |g|² over groups.
  ///   - count: The number of groups.
  /// - Returns: `nil` if there are fewer than two groups or no noise.
  static func signalToNoise(wholeSquare: Double, squares: Double, count: Double) -> Double? {
    guard count > 1 else { return nil }
    let signal = (wholeSquare - squares) / (count * (count - 1))
    let noise = squares / count - signal
    return noise > 1e-12 * squares ? signal / noise : nil
  }

  /// Returns how much better the signal to noise of a gradient is than that of another one on the same groups.
  ///
  /// - Parameter other: The gradients of the same groups by other credit.
  /// - Returns: `nil` if one of the two has no measurable signal.
  public func headroom(over other: GradientSignal) -> Headroom? {
    let (own, others) = (products, other.products)
    func logRatio(leavingOut group: Int?) -> Double? {
      guard let a = ratio(leavingOut: group, own), let b = other.ratio(leavingOut: group, others),
        a > 0, b > 0
      else { return nil }
      return log(a / b)
    }
    guard let whole = logRatio(leavingOut: nil) else { return nil }
    let parts = gradients.indices.compactMap { logRatio(leavingOut: $0) }
    guard parts.count == gradients.count, parts.count > 2 else {
      return Headroom(ratio: exp(whole))
    }
    let count = Double(parts.count)
    let mean = parts.reduce(0, +) / count
    let variance = parts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } * (count - 1) / count
    let margin = 1.96 * variance.squareRoot()
    return Headroom(ratio: exp(whole), low: exp(whole - margin), high: exp(whole + margin))
  }
}

/// How much better credit could be than that of `rloo`: the signal to noise of the gradient by the true
/// advantages, over that by `rloo`, on the same groups.
///
/// It says before any training whether better credit can help at all: at 1 the true advantage itself would
/// give no better gradient.
public struct Headroom: Codable, Hashable, Sendable {
  /// The ratio.
  public var ratio: Double
  /// The ends of an interval of 95 %, by leaving out one group at a time (jackknife of the logarithm); `nil`
  /// if the signal of some group's absence cannot be measured.
  public var low: Double?
  /// The upper end.
  public var high: Double?

  /// Creates a ratio with its interval.
  public init(ratio: Double, low: Double? = nil, high: Double? = nil) {
    (self.ratio, self.low, self.high) = (ratio, low, high)
  }

  /// What a ratio means for training.
  public enum Verdict: String, Codable, Hashable, Sendable {
    /// The whole interval lies below 2: better credit can hardly help.
    case little
    /// The whole interval lies at 2 or above: better credit makes learning faster.
    case much
  }

  /// What the ratio means; `nil` if it is too uncertain to say.
  public var verdict: Verdict? {
    guard let low, let high else { return nil }
    return high < 2 ? .little : low >= 2 ? .much : nil
  }
}
