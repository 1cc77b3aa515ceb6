import Foundation
import TurnwiseCore

/// A reader of JSON Schema, written for tests apart from the one that states it.
struct SchemaReader {
  private let root: JSONValue

  init(_ schema: JSONValue) { root = schema }

  func allows(_ value: JSONValue) -> Bool { allows(value, root) }

  private func allows(_ value: JSONValue, _ schema: JSONValue) -> Bool {
    guard case .object(let keywords) = schema else { return schema == true }
    return keywords.allSatisfy { keyword, rule in allows(value, keyword, rule, schema) }
  }

  private func allows(
    _ value: JSONValue, _ keyword: String, _ rule: JSONValue, _ schema: JSONValue
  ) -> Bool {
    switch keyword {
    case "type": return list(rule).contains { isOf($0, value) }
    case "enum":
      return list(rule).contains { $0 == value || number($0).map { $0 == number(value) } ?? false }
    case "anyOf": return list(rule).contains { allows(value, $0) }
    case "$ref":
      let path = "\(string(rule))".split(separator: "/").dropFirst()
      return allows(value, path.reduce(root) { $0[String($1)] ?? false })
    case "minimum": return number(value).map { $0 >= number(rule) ?? 0 } ?? true
    case "maximum": return number(value).map { $0 <= number(rule) ?? 0 } ?? true
    case "items":
      guard case .array(let items) = value else { return true }
      return items.allSatisfy { allows($0, rule) }
    case "prefixItems":
      guard case .array(let items) = value else { return true }
      return zip(items, list(rule)).allSatisfy { allows($0, $1) }
    case "minItems":
      guard case .array(let items) = value else { return true }
      return items.count >= Int(number(rule) ?? 0)
    case "maxItems":
      guard case .array(let items) = value else { return true }
      return items.count <= Int(number(rule) ?? 0)
    case "required":
      guard case .object(let members) = value else { return true }
      return list(rule).allSatisfy { members[string($0)] != nil }
    case "properties":
      guard case .object(let members) = value, case .object(let rules) = rule else { return true }
      return members.allSatisfy { name, member in rules[name].map { allows(member, $0) } ?? true }
    case "additionalProperties":
      guard case .object(let members) = value else { return true }
      return members.allSatisfy { name, member in
        schema["properties"]?[name] != nil || allows(member, rule)
      }
    case "propertyNames":
      guard case .object(let members) = value else { return true }
      return members.keys.allSatisfy { allows(.string($0), rule) }
    case "pattern":
      guard case .string(let text) = value, let pattern = try? Regex(string(rule)) else {
        return true
      }
      return text.contains(pattern)
    case "format", "contentEncoding":
      guard case .string(let text) = value else { return true }
      return isOf(form: string(rule), text)
    case "$defs", "description", "examples": return true
    default: fatalError("no rule for \(keyword)")
    }
  }

  private func isOf(_ type: JSONValue, _ value: JSONValue) -> Bool {
    switch (type, value) {
    case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .array),
      ("object", .object), ("number", .integer), ("number", .unsigned), ("number", .number),
      ("integer", .integer):
      true
    case ("integer", .unsigned): true
    case ("integer", .number(let number)): number == number.rounded()
    default: false
    }
  }

  private func isOf(form: String, _ text: String) -> Bool {
    switch form {
    case "uuid": UUID(uuidString: text) != nil
    case "uri": text.contains(/^[a-z]+:\S+$/)
    case "date-time": text.contains(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/)
    case "base64": text.contains(/^([A-Za-z0-9+\/]{4})*([A-Za-z0-9+\/]{2}==|[A-Za-z0-9+\/]{3}=)?$/)
    default: false
    }
  }

  private func list(_ value: JSONValue) -> [JSONValue] {
    if case .array(let items) = value { items } else { [value] }
  }
  private func string(_ value: JSONValue) -> String {
    if case .string(let text) = value { text } else { "" }
  }
  private func number(_ value: JSONValue) -> Double? {
    switch value {
    case .integer(let number): Double(number)
    case .unsigned(let number): Double(number)
    case .number(let number): number
    default: nil
    }
  }
}
