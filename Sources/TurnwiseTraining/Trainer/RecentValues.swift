internal import TurnwiseCore

/// The last values of a quantity, one for each update, whose median is the usual value.
struct RecentValues: Codable, Hashable, Sendable {
  /// The number of values that are kept.
  static let capacity = 20
  /// The fewest values that have a usual value.
  static let least = 4

  /// The values, oldest first.
  private(set) var values: [Double] = []

  /// The median; `nil` if there are fewer values than ``least``.
  var median: Double? {
    values.count >= Self.least ? values.median : nil
  }

  /// Appends the newest value, unless it is not finite.
  mutating func append(_ value: Double) {
    guard value.isFinite else { return }
    values.append(value)
    values.removeFirst(max(0, values.count - Self.capacity))
  }
}
