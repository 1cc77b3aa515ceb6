internal import Foundation

/// Draws values that a JSON Schema allows, with strings made of words that the agent has read.
struct RandomArguments {
  /// The schema that references refer to.
  let schema: JSONValue
  /// The words of which strings are made.
  let words: [String]

  /// How deeply lists and objects are filled, because types may be recursive.
  private static let depthLimit = 3

  /// Draws a value.
  func value(of schema: JSONValue, depth: Int, using random: inout Randomness) -> JSONValue {
    for keyword in ["enum", "examples"] {
      if case .array(let values)? = schema[keyword],
        let value = values.randomElement(using: &random)
      {
        return value
      }
    }
    if case .string(let reference)? = schema["$ref"] {
      return value(of: target(of: reference), depth: depth + 1, using: &random)
    }
    if case .array(let kinds)? = schema["anyOf"], !kinds.isEmpty {
      // The last one is null.
      let kind = depth > Self.depthLimit ? kinds.last : kinds.randomElement(using: &random)
      return value(of: kind ?? [:], depth: depth + 1, using: &random)
    }
    switch schema["type"] {
    case "null": return .null
    case "integer": return integer(schema, using: &random)
    case "number": return .number(.random(in: 0..<1, using: &random))
    case "boolean": return .bool(.random(using: &random))
    case "array": return list(schema, depth: depth, using: &random)
    case "object": return object(schema, depth: depth, using: &random)
    default: return string(schema, using: &random)
    }
  }

  private func target(of reference: String) -> JSONValue {
    guard reference != "#" else { return schema }
    return reference.split(separator: "/").dropFirst()
      .reduce(schema) { ($0[String($1)] ?? [:]) as JSONValue }
  }

  private func integer(_ schema: JSONValue, using random: inout Randomness) -> JSONValue {
    var (low, high) = (0, 19)
    if case .integer(let minimum)? = schema["minimum"], minimum > low || minimum < -1 {
      low = max(minimum, -20)
    }
    if case .integer(let maximum)? = schema["maximum"] { high = min(high, maximum) }
    return .integer(.random(in: min(low, high)...high, using: &random))
  }

  private func list(
    _ schema: JSONValue, depth: Int, using random: inout Randomness
  ) -> JSONValue {
    if case .array(let items)? = schema["prefixItems"] {
      var values: [JSONValue] = []
      for item in items { values.append(value(of: item, depth: depth + 1, using: &random)) }
      return .array(values)
    }
    var counts = 0...(depth < Self.depthLimit ? 3 : 0)
    if case .integer(let least)? = schema["minItems"] {
      counts = least...max(least, counts.upperBound)
    }
    if case .integer(let most)? = schema["maxItems"], most >= counts.lowerBound {
      counts = counts.lowerBound...min(most, counts.upperBound)
    }
    var values: [JSONValue] = []
    for _ in 0..<Int.random(in: counts, using: &random) {
      values.append(value(of: schema["items"] ?? [:], depth: depth + 1, using: &random))
    }
    return .array(values)
  }

  private func object(
    _ schema: JSONValue, depth: Int, using random: inout Randomness
  ) -> JSONValue {
    var members: [String: JSONValue] = [:]
    if case .object(let properties)? = schema["properties"] {
      let required: [JSONValue] =
        if case .array(let names)? = schema["required"] { names } else { [] }
      for (name, property) in properties.sorted(by: { $0.key < $1.key })
      where depth < Self.depthLimit || required.contains(.string(name)) {
        members[name] = value(of: property, depth: depth + 1, using: &random)
      }
    }
    if let others = schema["additionalProperties"], others != false, depth < Self.depthLimit {
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        let name = key(schema["propertyNames"] ?? [:], using: &random)
        members[name] = value(of: others, depth: depth + 1, using: &random)
      }
    }
    return .object(members)
  }

  private func key(_ names: JSONValue, using random: inout Randomness) -> String {
    if case .array(let all)? = names["enum"],
      case .string(let name)? = all.randomElement(using: &random)
    {
      return name
    }
    return names["pattern"] != nil
      ? "\(Int.random(in: 0..<20, using: &random))" : words.randomElement(using: &random) ?? "key"
  }

  private func string(_ schema: JSONValue, using random: inout Randomness) -> JSONValue {
    switch schema["format"] {
    case "uuid":
      var bytes: [UInt8] = []
      for _ in 0..<16 { bytes.append(.random(in: 0...255, using: &random)) }
      let uuid = bytes.withUnsafeBytes { $0.loadUnaligned(as: uuid_t.self) }
      return .string(UUID(uuid: uuid).uuidString)
    case "date-time":
      let seconds = Double(Int.random(in: 0..<1_000_000_000, using: &random))
      return .string(Date(timeIntervalSinceReferenceDate: seconds).ISO8601Format())
    case "uri":
      return .string("https://example.org/\(Int.random(in: 0..<1000, using: &random))")
    default: break
    }
    let count = Int.random(in: 1...3, using: &random)
    let drawn = (0..<count).compactMap { _ in words.randomElement(using: &random) }
    let text = drawn.joined(separator: " ")
    return .string(
      schema["contentEncoding"] == "base64" ? Data(text.utf8).base64EncodedString() : text)
  }
}
