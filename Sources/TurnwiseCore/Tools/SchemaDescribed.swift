/// An argument type that provides its own JSON Schema.
///
/// The schema of most types is derived: numbers, strings, dates, lists, dictionaries, optionals, nested
/// structures, and enumerations that are `CaseIterable` with raw values. A type whose schema cannot be
/// derived (an enumeration with associated values, a choice between several forms) conforms to this
/// protocol:
///
///     enum Target: SchemaDescribed {
///       case line(Int), name(String)
///       static let schema: JSONValue = ["type": ["integer", "string"], "examples": [1]]
///       init(from decoder: any Decoder) throws { … }
///     }
///
/// If `init(from:)` refuses a value, the tool call is refused and the agent reads the error's description.
public protocol SchemaDescribed: Decodable {
  /// The JSON Schema that the agent is shown for the type.
  ///
  /// If no valid value can be made from `type`, `enum` and `required`, `examples` must contain one that
  /// `init(from:)` accepts.
  static var schema: JSONValue { get }
}
