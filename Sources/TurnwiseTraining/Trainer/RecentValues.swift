internal import TurnwiseCore

/// The last values of a quantity, one for each update: what is usual for it.
struct RecentValues: Codable, Hashable, Sendable {
  /// How many are kept.
  static let capacity = 20
  /// From how many on there is something usual.
  static let least = 4

  /// The values, oldest first.
  private(set) var values: [Double] = []

  /// The median; `nil` as long as there are fewer than ``least``.
  var median: Double? {
    values.count >= Self.least ? values.median : nil
  }

  /// Takes in the newest value; what is not finite is not usual.
  mutating func append(_ value: Double) {
    guard value.isFinite else { return }
    values.append(value)
    values.removeFirst(max(0, values.count - Self.capacity))
  }
}
