/// The divisor of credit before credit weights the gradient.
///
/// The scale is the root mean square of an update's credit over its tokens (``CreditScaling``). It does not
/// fall below a share of the usual scale of the run: when little credit is left, it is mostly noise and would
/// otherwise get full steps.
package struct CreditScale: Codable, Hashable, Sendable {
  /// The share of the usual scale below which the scale does not fall.
  package static let floor = 1.0 / 3

  private var recent = RecentValues()

  package init() {}

  /// Computes the scale of an update's credit, and remembers the credit.
  ///
  /// - Parameter size: The root mean square of the credit, above 0.
  /// - Returns: The divisor.
  package mutating func scale(_ size: Double) -> Double {
    let usual = recent.median ?? 0
    recent.append(size)
    return max(size, Self.floor * usual)
  }
}
