/// Holm's correction of p-values for the number of tests (Holm 1979).
///
/// If a comparison makes m tests at the level 0.05, one of them is likely to find a difference that is not
/// there. With the corrected values, the probability that any does is at most 0.05, whatever the tests have in
/// common.
public enum Holm {
  /// Returns corrected p-values in the order of the given ones.
  ///
  /// The k-th smallest of m values is multiplied by m − k + 1 and is no smaller than those before it.
  ///
  /// - Parameter values: The p-values; `nil` for a test that was not made.
  /// - Returns: The corrected values, at most 1; `nil` where no test was made.
  public static func corrected(_ values: [Double?]) -> [Double?] {
    let order = values.indices.filter { values[$0] != nil }
      .sorted { (values[$0] ?? 1, $0) < (values[$1] ?? 1, $1) }
    var corrected = [Double?](repeating: nil, count: values.count)
    var largest = 0.0
    for (rank, index) in order.enumerated() {
      largest = min(1, max(largest, (values[index] ?? 1) * Double(order.count - rank)))
      corrected[index] = largest
    }
    return corrected
  }
}
