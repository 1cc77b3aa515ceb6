/// A curve in one line of text.
public struct Sparkline: Hashable, Sendable {
  private static let bars = Array("▁▂▃▄▅▆▇█")

  /// The values; those that are not finite are gaps.
  public var values: [Double]
  /// The values of the lowest and the highest bar.
  public var range: ClosedRange<Double>

  /// Creates a sparkline; without a range it spans from the smallest to the largest value.
  public init(_ values: [Double], in range: ClosedRange<Double>? = nil) {
    let finite = values.filter(\.isFinite)
    self.values = values
    self.range = range ?? (finite.min() ?? 0)...(finite.max() ?? 0)
  }

  /// Returns one bar for each value, or means of neighbours where there are more values than columns.
  ///
  /// Equal values without a range give bars of middle height.
  public func rendered(columns: Int = .max) -> String {
    let count = min(values.count, max(columns, 0))
    return String(
      (0..<count).map { column -> Character in
        let bucket = values[column * values.count / count..<(column + 1) * values.count / count]
        let value = bucket.filter(\.isFinite).mean
        guard value.isFinite else { return " " }
        let width = range.upperBound - range.lowerBound
        let height = width > 0 ? (value - range.lowerBound) / width : 0.5
        return Self.bars[Int((min(max(height, 0), 1) * 7).rounded())]
      })
  }
}
