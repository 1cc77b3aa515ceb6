internal import Foundation

/// Subtracts the mean of numbers, and divides by their standard deviation.
///
/// The sums go in ascending order, so that the order of the episodes does not change a bit.
enum Standardized {
  /// What is added to a standard deviation before dividing by it: 10⁻⁶, as in verl, TRL and others.
  static let epsilon = 1e-6

  /// Returns (x − mean) / (sd + 10⁻⁶) for each number; 0 where all are equal.
  ///
  /// - Parameters:
  ///   - values: The numbers.
  ///   - ddof: 1 divides the sum of squares by n − 1, 0 by n.
  /// - Returns: The scores, in the order of the numbers.
  static func scores(_ values: [Double], ddof: Int = 1) -> [Double] {
    let centred = centred(values)
    let deviation = deviation(of: centred, ddof: ddof)
    return deviation == 0 ? centred : centred.map { $0 / (deviation + epsilon) }
  }

  /// Returns x − mean for each number; exactly 0 where all are equal.
  static func centred(_ values: [Double]) -> [Double] {
    guard values.count > 1 else { return values.map { _ in 0 } }
    let scale = Double(values.count - 1) / Double(values.count)
    return LeaveOneOut.advantages(values).map { $0 * scale }
  }

  /// Returns the standard deviation of numbers whose mean is 0; 0 if there are not more than `ddof`.
  static func deviation(of centred: [Double], ddof: Int) -> Double {
    guard centred.count > ddof else { return 0 }
    let squares = centred.map { $0 * $0 }.sorted().reduce(0, +)
    return (squares / Double(centred.count - ddof)).squareRoot()
  }

  /// Returns rows with the mean of all their numbers subtracted and divided by √(variance + 10⁻⁸).
  ///
  /// The variance divides by n − 1. Where all numbers are equal the result is 0.
  static func whitened(_ rows: [[Double]]) -> [[Double]] {
    let centred = centred(rows.flatMap(\.self))
    let deviation = deviation(of: centred, ddof: 1)
    let scale = deviation == 0 ? 0 : 1 / (deviation * deviation + 1e-8).squareRoot()
    var rest = centred[...]
    return rows.map { row in
      defer { rest = rest.dropFirst(row.count) }
      return rest.prefix(row.count).map { $0 * scale }
    }
  }
}
