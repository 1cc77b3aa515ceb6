/// Compares the stored fields of two values of one type that need not be `Equatable`.
///
/// Numbers, strings, Booleans, cases and element counts are compared, at any depth of structures, tuples,
/// optionals and arrays. Class instances and the elements of sets and dictionaries are not compared. Values
/// that are `Equatable` and equal count as the same.
enum FieldComparison {
  private static let depthLimit = 12
  private static let elementLimit = 256

  /// Describes the first field that differs: `state.hint is "left" before and "" after encoding`.
  static func difference(_ before: Any, _ after: Any) -> String? {
    difference(before, after, at: "state", depth: 0)
  }

  private static func difference(
    _ before: Any, _ after: Any, at path: String, depth: Int
  ) -> String? {
    guard depth < depthLimit else { return nil }
    if let words = words(before), let others = self.words(after) {
      return words == others ? nil : "\(path) is \(words) before and \(others) after encoding"
    }
    // A type with its own equality may have fields that do not matter, such as a cache.
    if let before = before as? any Equatable, isEqual(before, after) { return nil }
    let (left, right) = (Mirror(reflecting: before), Mirror(reflecting: after))
    switch left.displayStyle {
    case .set, .dictionary:
      // Only the counts are compared, because the order is arbitrary.
      return left.children.count == right.children.count
        ? nil
        : "\(path) has \(left.children.count) elements before"
          + " and \(right.children.count) after encoding"
    case .collection:
      guard left.children.count == right.children.count else {
        return "\(path) has \(left.children.count) elements before"
          + " and \(right.children.count) after encoding"
      }
    case .optional where holdsReference(left) || holdsReference(right): return nil
    case .optional, .enum:
      guard left.children.first?.label == right.children.first?.label,
        left.children.count == right.children.count
      else { return "\(path) is another case before and after encoding" }
      // A case without associated values is identified by its name.
      if left.displayStyle == .enum, left.children.isEmpty, "\(before)" != "\(after)" {
        return "\(path) is \(before) before and \(after) after encoding"
      }
    case .class, .foreignReference: return nil
    default: break
    }
    for (index, pair) in zip(left.children, right.children).prefix(elementLimit).enumerated() {
      let isOptional = left.displayStyle == .optional
      let name = isOptional ? path : "\(path).\(pair.0.label ?? "\(index)")"
      if let found = difference(pair.0.value, pair.1.value, at: name, depth: depth + 1) {
        return found
      }
    }
    return nil
  }

  private static func isEqual<T: Equatable>(_ value: T, _ other: Any) -> Bool {
    (other as? T) == value
  }

  /// Whether an optional contains a reference, which encoding cannot preserve.
  private static func holdsReference(_ optional: Mirror) -> Bool {
    guard let wrapped = optional.children.first?.value else { return false }
    return Mirror(reflecting: wrapped).displayStyle == .class
  }

  /// Returns the text of a value without fields; nil for other values.
  private static func words(_ value: Any) -> String? {
    switch value {
    case let string as String: "\"\(string.prefix(60))\"" + (string.count > 60 ? "…" : "")
    case let integer as any FixedWidthInteger: "\(integer)"
    case let number as any BinaryFloatingPoint: "\(number)"
    case let bool as Bool: "\(bool)"
    default: nil
    }
  }
}
