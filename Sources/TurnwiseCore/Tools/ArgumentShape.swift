/// The shape of a tool's arguments, or of a part of them.
///
/// The same value is shown to the agent as a JSON Schema and used to check the agent's arguments, so the
/// schema and the check agree.
indirect enum ArgumentShape: Hashable, Sendable {
  /// Any JSON value.
  case anything
  case boolean
  /// A whole number; the bounds are nil unless they are narrower than those of 64 bits.
  case integer(minimum: JSONValue?, maximum: JSONValue?)
  case number(Precision)
  case string(Format?)
  /// Bytes: a string if they are UTF-8, otherwise an object with the key `base64`.
  case text
  /// One of several strings or numbers; `type` is the name of the enumeration.
  case choice([JSONValue], type: String)
  case list(ArgumentShape)
  /// A list of fixed length, each item with its own shape.
  case tuple([ArgumentShape])
  case dictionary(ArgumentShape, keys: Keys)
  case object(Members)
  /// The shape, or `null`.
  case optional(ArgumentShape)
  /// A recursive type: its name in the definitions, or "" for the arguments as a whole.
  case reference(String)
  /// The schema of a ``SchemaDescribed`` type.
  case described(JSONValue)

  /// The precision, which limits the magnitude of a number.
  enum Precision: Hashable, Sendable { case half, single, double, decimal }

  /// The format of a string.
  enum Format: String, Hashable, Sendable {
    case uuid, uri
    case dateTime = "date-time"
    case base64
  }

  /// The allowed keys of a dictionary.
  enum Keys: Hashable, Sendable {
    case any, integers
    case names([String])
  }

  /// The members of an object.
  struct Members: Hashable, Sendable {
    var properties: [String: ArgumentShape] = [:]
    /// The names of all properties in the order of their declaration.
    var order: [String] = []
    var required: Set<String> = []
  }
}

// MARK: - JSON Schema

extension ArgumentShape {
  /// The shape as a JSON Schema.
  var schema: JSONValue {
    switch self {
    case .anything: return [:]
    case .boolean: return ["type": "boolean"]
    case .integer(let minimum, let maximum):
      var schema: [String: JSONValue] = ["type": "integer"]
      schema["minimum"] = minimum
      schema["maximum"] = maximum
      return .object(schema)
    case .number: return ["type": "number"]
    case .string(nil), .text: return ["type": "string"]
    case .string(.base64): return ["type": "string", "contentEncoding": "base64"]
    case .string(let format?): return ["type": "string", "format": .string(format.rawValue)]
    case .choice(let values, _): return ["type": Self.type(of: values), "enum": .array(values)]
    case .list(let item): return ["type": "array", "items": item.schema]
    case .tuple(let items):
      let count = JSONValue.integer(items.count)
      let isUniform = Set(items).count == 1
      return [
        "type": "array",
        isUniform ? "items" : "prefixItems":
          isUniform ? items[0].schema : .array(items.map(\.schema)),
        "minItems": count, "maxItems": count,
      ]
    case .dictionary(let value, let keys):
      var schema: [String: JSONValue] = ["type": "object", "additionalProperties": value.schema]
      switch keys {
      case .any: break
      case .integers: schema["propertyNames"] = ["pattern": "^(0|-?[1-9][0-9]*)$"]
      case .names(let names): schema["propertyNames"] = ["enum": .array(names.map { .string($0) })]
      }
      return .object(schema)
    case .object(let members):
      return [
        "type": "object", "properties": .object(members.properties.mapValues(\.schema)),
        "required": .array(members.order.filter(members.required.contains).map { .string($0) }),
        "additionalProperties": false,
      ]
    case .optional(let wrapped): return ["anyOf": [wrapped.schema, ["type": "null"]]]
    case .reference(let name): return ["$ref": .string(name.isEmpty ? "#" : "#/$defs/\(name)")]
    case .described(let schema): return schema
    }
  }

  private static func type(of values: [JSONValue]) -> JSONValue {
    let types = Set(
      values.map { value in
        switch value {
        case .string: "string"
        case .integer, .unsigned: "integer"
        case .bool: "boolean"
        default: "number"
        }
      })
    return .string(types.count == 1 ? types.first ?? "string" : "number")
  }
}

/// The schema of a tool's arguments.
final class ArgumentSchema: Sendable {
  /// The arguments as a whole.
  let shape: ArgumentShape
  /// The shapes of recursive types, by name.
  let definitions: [String: ArgumentShape]
  /// The JSON Schema that the agent is shown.
  let json: JSONValue

  /// Creates a schema; `help` describes arguments by name.
  init(_ shape: ArgumentShape, definitions: [String: ArgumentShape], help: [String: String]) {
    self.shape = shape
    self.definitions = definitions
    guard case .object(var schema) = shape.schema else {
      json = shape.schema
      return
    }
    if case .object(var properties)? = schema["properties"] {
      for (name, sentence) in help {
        guard case .object(var property)? = properties[name] else { continue }
        property["description"] = .string(sentence)
        properties[name] = .object(property)
      }
      schema["properties"] = .object(properties)
    } else if schema["type"] == "object" {
      schema["properties"] = [:]
      schema["required"] = schema["required"] ?? []
    }
    if !definitions.isEmpty { schema["$defs"] = .object(definitions.mapValues(\.schema)) }
    json = .object(schema)
  }
}
