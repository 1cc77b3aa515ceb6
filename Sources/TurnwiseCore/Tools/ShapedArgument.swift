internal import Foundation

/// A type of the standard library or of Foundation that provides its shape.
protocol ShapedArgument {
  /// Returns the shape of the type, and a value of it if one can be created.
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?)
}

extension Bool: ShapedArgument {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) { (.boolean, false) }
}

extension String: ShapedArgument {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) { (.string(nil), "") }
}

extension Text: ShapedArgument {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) { (.text, Text([UInt8]())) }
}

extension JSONValue: ShapedArgument {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) {
    (.anything, JSONValue.null)
  }
}

// MARK: - Numbers

extension FixedWidthInteger {
  fileprivate static var integerShape: (ArgumentShape, Any?) {
    // JSON's integers are read as 64 bits, so only narrower types need bounds.
    func bound(_ value: Self, beyond: Bool) -> JSONValue? {
      guard beyond else { return nil }
      return Int(exactly: value).map(JSONValue.integer)
        ?? UInt64(exactly: value).map(JSONValue.unsigned)
    }
    return (
      .integer(
        minimum: bound(.min, beyond: Int64(exactly: Self.min).map { $0 > .min } ?? false),
        maximum: bound(.max, beyond: Int64(exactly: Self.max).map { $0 < .max } ?? false)),
      Self.zero
    )
  }
}

extension Int: ShapedArgument {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) { integerShape }
}
extension Int8: ShapedArgument {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) { integerShape }
}
extension Int16: ShapedArgument {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) { integerShape }
}
extension Int32: ShapedArgument {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) { integerShape }
}
extension Int64: ShapedArgument {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) { integerShape }
}
extension UInt: ShapedArgument {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) { integerShape }
}
extension UInt8: ShapedArgument {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) { integerShape }
}
extension UInt16: ShapedArgument {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) { integerShape }
}
extension UInt32: ShapedArgument {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) { integerShape }
}
extension UInt64: ShapedArgument {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) { integerShape }
}

extension Double: ShapedArgument {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) {
    (.number(.double), 0.0)
  }
}
extension Float: ShapedArgument {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) {
    (.number(.single), Float(0))
  }
}
#if !(os(macOS) && arch(x86_64))
  extension Float16: ShapedArgument {
    static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) {
      (.number(.half), Float16(0))
    }
  }
#endif
extension Decimal: ShapedArgument {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) {
    (.number(.decimal), Decimal(0))
  }
}

// MARK: - Strings of a form

extension UUID: ShapedArgument {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) { (.string(.uuid), UUID()) }
}
extension URL: ShapedArgument {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) {
    (.string(.uri), URL(string: "https://example.org"))
  }
}
extension Data: ShapedArgument {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) {
    (.string(.base64), Data())
  }
}
extension Date: ShapedArgument {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) {
    (.string(.dateTime), Date(timeIntervalSinceReferenceDate: 0))
  }
}

// MARK: - Collections

extension Optional: ShapedArgument where Wrapped: Decodable {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) {
    (.optional(deriver.derive(Wrapped.self).shape), Self.none as Any)
  }
}

// The sample of a type that contains lists of itself is an empty list.
extension Array: ShapedArgument where Element: Decodable {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) {
    let (shape, sample) = deriver.derive(Element.self)
    return (.list(shape), sample.map { [$0] } ?? [])
  }
}
extension ContiguousArray: ShapedArgument where Element: Decodable {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) {
    let (shape, sample) = deriver.derive(Element.self)
    return (.list(shape), ContiguousArray(sample.map { [$0] } ?? []))
  }
}
extension Set: ShapedArgument where Element: Decodable {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) {
    let (shape, sample) = deriver.derive(Element.self)
    return (.list(shape), Set(sample.map { [$0] } ?? []))
  }
}

extension Dictionary: ShapedArgument where Key: Decodable, Value: Decodable {
  static func shape(by deriver: ShapeDeriver) -> (ArgumentShape, Any?) {
    (.dictionary(deriver.derive(Value.self).shape, keys: keys(deriver)), Self())
  }

  private static func keys(_ deriver: ShapeDeriver) -> ArgumentShape.Keys {
    if Key.self == String.self { return .any }
    if Key.self == Int.self { return .integers }
    guard let type = Key.self as? any CodingKeyRepresentable.Type else {
      deriver.note(
        "\(Self.self) is read from a list of keys and values: use String or Int as the key, or an"
          + " enumeration that is CaseIterable and CodingKeyRepresentable")
      return .any
    }
    if let enumeration = Key.self as? any CaseIterable.Type {
      let names = names(of: enumeration)
      if !names.isEmpty { return .names(names) }
    }
    if !isAnyKey(type) {
      deriver.note("the keys of \(Self.self) cannot be listed: make \(Key.self) CaseIterable")
    }
    return .any
  }

  private static func names<C: CaseIterable>(of type: C.Type) -> [String] {
    type.allCases.compactMap { ($0 as? any CodingKeyRepresentable)?.codingKey.stringValue }
  }

  private static func isAnyKey<K: CodingKeyRepresentable>(_ type: K.Type) -> Bool {
    K(codingKey: AnyKey(stringValue: "any")) != nil
  }
}

private struct AnyKey: CodingKey {
  var stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
