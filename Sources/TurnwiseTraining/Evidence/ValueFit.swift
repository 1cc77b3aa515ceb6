internal import Foundation

/// How well a critic's values predict what was earned from the same places on.
///
/// The values are those that credited the episodes, read before the critic learnt from them.
package struct ValueFit {
  /// 1 − Var(target − value) / Var(target).
  ///
  /// It is 1 if values are right but for a constant, 0 if they are constant, negative if they are worse
  /// than a constant. Not a number if all targets are equal.
  package private(set) var explainedVariance = Double.nan
  /// The mean of value − target, in units of return.
  package private(set) var bias = Double.nan
  /// The mean distance of mean value and mean target over tenths of the places, by increasing value:
  /// the expected calibration error, in units of return.
  package private(set) var calibrationError = Double.nan

  /// The number of parts over which calibration is measured.
  private static let parts = 10

  /// Compares values with targets of the same places.
  package init(_ values: [Double], _ targets: [Double]) {
    guard !targets.isEmpty, values.count == targets.count else { return }
    let count = Double(targets.count)
    func squares(_ numbers: [Double], around mean: Double) -> Double {
      numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    let errors = zip(values, targets).map { $0 - $1 }
    let variance = squares(targets, around: targets.reduce(0, +) / count)
    bias = errors.reduce(0, +) / count
    if variance > 0 { explainedVariance = 1 - squares(errors, around: bias) / variance }
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    calibrationError =
      order.split(into: Self.parts).reduce(0) { sum, part in
        sum + abs(part.reduce(0) { $0 + errors[$1] })
      } / count
  }

  /// The measures by their names in the metrics.
  var metrics: [String: Double] {
    [
      "critic/explained_variance": explainedVariance, "critic/bias": bias,
      "critic/calibration_error": calibrationError,
    ]
  }
}
