/// What credit is divided by before it weighs the gradient.
///
/// Credit is scaled, not centred: its mean is part of what an estimator says. The scale is the root mean
/// square of an update's credit over its tokens, so that a step size fits estimators and rewards of any
/// unit. It does not fall below a share of what is usual in the run: where hardly anything is left to
/// credit, what is left is mostly noise, and would get full steps.
package struct CreditScale: Codable, Hashable, Sendable {
  /// The share of the usual scale that a scale does not fall below.
  package static let floor = 1.0 / 3

  private var recent = RecentValues()

  package init() {}

  /// Returns the scale of an update's credit, and remembers it.
  ///
  /// - Parameter size: The root mean square of the credit, above 0.
  /// - Returns: What to divide by.
  package mutating func scale(_ size: Double) -> Double {
    let usual = recent.median ?? 0
    recent.append(size)
    return max(size, Self.floor * usual)
  }
}
