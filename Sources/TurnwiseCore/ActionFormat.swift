internal import Foundation

/// How tool calls are spelled as words that a policy can sample.
public protocol ActionFormat: Sendable {
  /// The name that checkpoints record.
  var name: String { get }
  /// Spells calls.
  func render(_ calls: [ToolCall]) -> Text
  /// Reads words. What cannot be read becomes an action with a problem, never an error.
  func parse(_ text: Text, tools: [ToolDescription]) -> Action
}

/// A tool's name, a space, and its argument: `bash grep -c fox notes.txt`.
///
/// A tool with one argument takes the rest of the words as they are (as JSON if it is a list or has
/// members). One with several takes a JSON object; where only one of them is required, words that do not
/// begin with `{` are that one. The text that the policy samples is the text that the tool receives,
/// byte for byte; only a whole JSON object that names the argument, such as `bash {"command": ""}`,
/// stands for what it holds. A text that is empty or begins with `{` is spelled so, whatever the tool.
public struct CompactFormat: ActionFormat {
  /// Creates the format.
  public init() {}

  /// The name that checkpoints record.
  public var name: String { "compact" }

  /// Spells the first call; the format has no words for more than one.
  public func render(_ calls: [ToolCall]) -> Text {
    guard let call = calls.first else { return "" }
    guard case .object(let members) = call.arguments, let first = members.values.first else {
      return Text(call.name)
    }
    var words: [UInt8] = []
    words.reserveCapacity(call.name.utf8.count + 32)
    words += call.name.utf8
    words.append(UInt8(ascii: " "))
    if members.count > 1 || !Self.spell(first, behind: &words) {
      words += (try? JSON.encode(call.arguments)).map { Array($0) } ?? Array("{}".utf8)
    }
    return Text(words)
  }

  /// Reads one call.
  public func parse(_ text: Text, tools: [ToolDescription]) -> Action {
    let words = text.bytes.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
    guard !words.isEmpty else {
      return Action(text: text, calls: [], problem: "The action is empty. Name a tool.")
    }
    let nameBytes = words.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\n") }
    let name = String(decoding: nameBytes, as: UTF8.self)
    let rest = Text(words.dropFirst(nameBytes.count + 1))
    guard let tool = tools.first(where: { $0.name == name }),
      case .object(let properties)? = tool.parameters["properties"]
    else { return Action(text: text, calls: [ToolCall(name)]) }
    switch properties.count {
    case 0: return Action(text: text, calls: [ToolCall(name)])
    case 1:
      let (key, schema) = properties.first ?? ("", [:])
      if words.count == nameBytes.count, tool.parameters["required"] == [] {
        return Action(text: text, calls: [ToolCall(name)])
      }
      if schema["type"] != "object", case .object(let members)? = Self.object(rest),
        members.count == 1, let value = members[key]
      {
        return Action(text: text, calls: [ToolCall(name, [key: value])])
      }
      return Action(text: text, calls: [ToolCall(name, [key: Self.read(rest, as: schema)])])
    default:
      if rest.isEmpty { return Action(text: text, calls: [ToolCall(name)]) }
      if !Self.looksLikeObject(rest.bytes),
        case .array(let required)? = tool.parameters["required"], required.count == 1,
        case .string(let key)? = required.first, let schema = properties[key]
      {
        return Action(text: text, calls: [ToolCall(name, [key: Self.read(rest, as: schema)])])
      }
      guard let value = Self.object(rest) else {
        return Action(
          text: text, calls: [],
          problem: "The arguments of '\(name)' are not a JSON object.")
      }
      return Action(text: text, calls: [ToolCall(name, value)])
    }
  }

  /// Appends an argument that stands alone, if it can.
  private static func spell(_ value: JSONValue, behind words: inout [UInt8]) -> Bool {
    switch value {
    // These would be read as arguments, or as none.
    case .string(let string) where string.isEmpty || looksLikeObject(string.utf8): return false
    case .string(let string): words += string.utf8
    case .integer(let integer): words += String(integer).utf8
    case .number(let number): words += String(number).utf8
    case .bool(let bool): words += String(bool).utf8
    default:
      // An object can also be bytes that are not UTF-8.
      if case .object = value, let text = try? value.decode(Text.self) {
        if looksLikeObject(text.bytes) { return false }
        words += text.bytes
      } else if let json = try? JSON.encode(value) {
        words += json
      } else {
        return false
      }
    }
    return true
  }

  /// Whether words begin as a JSON object does.
  private static func looksLikeObject(_ words: some Sequence<UInt8>) -> Bool {
    words.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "{")
  }

  /// The JSON object that words are, if they are one.
  private static func object(_ words: Text) -> JSONValue? {
    guard looksLikeObject(words.bytes),
      let value = try? JSON.decode(JSONValue.self, from: Data(words.bytes)), case .object = value
    else { return nil }
    return value
  }

  private static func read(_ text: Text, as schema: JSONValue) -> JSONValue {
    switch schema["type"] {
    case "integer": Int(text.string).map(JSONValue.integer) ?? .string(text.string)
    case "number": Double(text.string).map(JSONValue.number) ?? .string(text.string)
    case "boolean": Bool(text.string).map(JSONValue.bool) ?? .string(text.string)
    case "array", "object":
      (try? JSON.decode(JSONValue.self, from: Data(text.bytes))) ?? .string(text.string)
    default: (try? JSONValue(encoding: text)) ?? .string(text.string)
    }
  }
}
