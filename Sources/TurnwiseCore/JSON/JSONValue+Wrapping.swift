// For the values of variables, as in `["code": .init(state.code)]`; literals need no initializer.
extension JSONValue {
  /// Wraps a string.
  public init(_ string: String) { self = .string(string) }
  /// Wraps an integer.
  public init(_ integer: Int) { self = .integer(integer) }
  /// Wraps a number.
  public init(_ number: Double) { self = .number(number) }
  /// Wraps a truth value.
  public init(_ bool: Bool) { self = .bool(bool) }
  /// Wraps a text: a string if it is UTF-8, otherwise an object with the key `base64`.
  public init(_ text: Text) {
    self = text.validString.map(JSONValue.string) ?? (try? JSONValue(encoding: text)) ?? .null
  }
  /// Wraps the raw value of an enumeration.
  public init<T: RawRepresentable>(_ value: T) where T.RawValue == String {
    self = .string(value.rawValue)
  }
  /// Wraps the raw value of an enumeration.
  public init<T: RawRepresentable>(_ value: T) where T.RawValue == Int {
    self = .integer(value.rawValue)
  }
  /// Wraps a list.
  public init(_ items: [JSONValue]) { self = .array(items) }
  /// Wraps a list of strings.
  public init(_ strings: [String]) { self = .array(strings.map(JSONValue.string)) }
  /// Wraps a list of integers.
  public init(_ integers: [Int]) { self = .array(integers.map(JSONValue.integer)) }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// Wraps a string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// Wraps an integer.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// Wraps a number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// Wraps a truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// Wraps a list.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// Wraps an object; of equal keys the last one wins.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements, uniquingKeysWith: { $1 }))
  }
}
