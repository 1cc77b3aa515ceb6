/// A type of argument that states its own JSON Schema.
///
/// The schema of most types is derived: numbers, strings, dates, lists, dictionaries, optionals, nested
/// structures, and enumerations that are `CaseIterable` with raw values. A type whose `init(from:)` reads
/// something that cannot be derived (an enumeration with associated values, one of several forms) conforms
/// to this protocol:
///
///     enum Target: SchemaDescribed {
///       case line(Int), name(String)
///       static let schema: JSONValue = ["type": ["integer", "string"], "examples": [1]]
///       init(from decoder: any Decoder) throws { … }
///     }
///
/// What the schema states and `init(from:)` refuses is answered to the agent with the error's words.
public protocol SchemaDescribed: Decodable {
  /// The JSON Schema that the agent is shown for the type.
  ///
  /// Where a value cannot be made from `type`, `enum` and `required` alone, `examples` must hold one that
  /// `init(from:)` takes.
  static var schema: JSONValue { get }
}
