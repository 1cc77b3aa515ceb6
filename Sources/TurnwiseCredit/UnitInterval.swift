/// Checks of options that lie between 0 and 1, such as discounts.
enum UnitInterval {
  static func check(_ value: Double, _ name: String) {
    precondition((0...1).contains(value), "\(name) must lie between 0 and 1, but is \(value).")
  }
}

extension KeyedDecodingContainer {
  /// Reads a number between 0 and 1.
  func decodeUnit(forKey key: Key) throws -> Double {
    let value = try decode(Double.self, forKey: key)
    guard (0...1).contains(value) else {
      throw DecodingError.dataCorruptedError(
        forKey: key, in: self, debugDescription: "must lie between 0 and 1, but is \(value)")
    }
    return value
  }
}
