internal import TurnwiseCore

/// Checks of options that lie between 0 and 1, such as discounts.
enum UnitInterval {
  static func check(_ value: Double, _ name: String) {
    require((0...1).contains(value), "\(name) must lie between 0 and 1, but is \(value).")
  }
}

extension KeyedDecodingContainer {
  /// Reads a number between 0 and 1.
  func decodeUnit(forKey key: Key) throws -> Double {
    let value = try decode(Double.self, forKey: key)
    guard (0...1).contains(value) else {
      throw refusal(key, "must lie between 0 and 1, but is \(value)")
    }
    return value
  }

  /// Reads a number of at least 0.
  func decodeAmount(forKey key: Key) throws -> Double {
    let value = try decode(Double.self, forKey: key)
    guard value >= 0, value.isFinite else {
      throw refusal(key, "must be at least 0, but is \(value)")
    }
    return value
  }

  /// Reads a whole number in a range.
  func decodeInteger(_ range: ClosedRange<Int>, forKey key: Key) throws -> Int {
    let value = try decode(Int.self, forKey: key)
    guard range.contains(value) else {
      throw refusal(
        key, "must lie between \(range.lowerBound) and \(range.upperBound), but is \(value)")
    }
    return value
  }

  private func refusal(_ key: Key, _ text: String) -> DecodingError {
    .dataCorruptedError(forKey: key, in: self, debugDescription: text)
  }
}
