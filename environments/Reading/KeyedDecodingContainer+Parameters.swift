/// Decodes parameters of environments and checks their values.
extension KeyedDecodingContainer {
  /// Decodes a parameter that must be in a range.
  func decode<Value: Decodable & Comparable>(
    _ key: Key, in range: ClosedRange<Value>
  ) throws -> Value {
    let value = try decode(Value.self, forKey: key)
    try require(
      range.contains(value), key, "from \(words(range.lowerBound)) to \(words(range.upperBound))")
    return value
  }

  /// Decodes a parameter that must not be too small.
  func decode<Value: Decodable & Comparable>(_ key: Key, atLeast least: Value) throws -> Value {
    let value = try decode(Value.self, forKey: key)
    try require(value >= least, key, "at least \(words(least))")
    return value
  }

  /// Decodes a list that must contain one or more of the known values and nothing else.
  func decode<Value: Decodable & Equatable>(
    _ key: Key, someOf known: [Value]
  ) throws -> [Value] {
    let values = try decode([Value].self, forKey: key)
    try require(
      !values.isEmpty && values.allSatisfy(known.contains), key,
      "one or more of \(known.map { words($0) }.joined(separator: ", "))")
    return values
  }

  private func require(_ isValid: Bool, _ key: Key, _ expected: String) throws {
    guard !isValid else { return }
    throw DecodingError.dataCorruptedError(
      forKey: key, in: self, debugDescription: "must be \(expected)")
  }

  /// A value without the fraction of a whole number.
  private func words(_ value: some Any) -> String {
    (value as? Double).flatMap { Int(exactly: $0) }.map { "\($0)" } ?? "\(value)"
  }
}
