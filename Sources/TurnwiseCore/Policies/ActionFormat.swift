internal import Foundation

/// How tool calls are spelled as words that a policy can sample.
public protocol ActionFormat: Sendable {
  /// The name that checkpoints record.
  var name: String { get }
  /// Spells calls.
  ///
  /// - Parameters:
  ///   - calls: The calls.
  ///   - tools: The tools that there are: ``parse(_:tools:)`` then reads the same calls again, as far as
  ///     the tools take them. Where they are not known, nothing is promised.
  /// - Returns: Their words.
  func render(_ calls: [ToolCall], tools: [ToolDescription]) -> Text
  /// Reads words. What cannot be read becomes an action with a problem, never an error.
  func parse(_ text: Text, tools: [ToolDescription]) -> Action
}

extension Episode {
  /// Spells the calls of all actions in a format, so that a policy that samples such words can imitate them.
  ///
  /// An action that calls nothing, or that could not be read, keeps its words.
  package mutating func spellCalls(in format: some ActionFormat, tools: [ToolDescription]) {
    for index in turns.indices where turns[index].action.problem == nil {
      let calls = turns[index].action.calls
      if !calls.isEmpty { turns[index].action.text = format.render(calls, tools: tools) }
    }
  }
}

/// A tool's name, a space, and its argument: `bash grep -c fox notes.txt`.
///
/// One rule for every tool: words that are a whole JSON object are the arguments by their names, with `{}`
/// for none, and a member that the tool does not know is refused by it. Other words are the one
/// argument of a tool that has one, or that requires one alone: as they are, byte for byte, if it is
/// text, else as JSON. So `bash {"command": "ls"}` runs `ls`, `bash { echo a; }` runs a group, and
/// `bash {"command": "ls", "timeout": 10}` is refused. A tool whose one argument is itself an object also takes that object
/// where it does not name the argument. Words that begin like an object with members and cannot be read are
/// refused. An argument that is alone is spelled as it is, unless it would be read as something else: a text
/// that is empty or begins with `{`, or if the tool would not take bare words as this argument.
public struct CompactFormat: ActionFormat {
  /// Creates the format.
  public init() {}

  /// The name that checkpoints record.
  public var name: String { "compact" }

  /// Spells the first call; the format has no words for more than one.
  public func render(_ calls: [ToolCall], tools: [ToolDescription] = []) -> Text {
    guard let call = calls.first else { return "" }
    let text = Self.spell(call, namingArguments: false)
    guard tools.contains(where: { $0.name == call.name }), parse(text, tools: tools).calls != [call]
    else { return text }
    return Self.spell(call, namingArguments: true)
  }

  /// Spells a call, with a lone argument as it is where its value allows that and nothing else is asked.
  private static func spell(_ call: ToolCall, namingArguments: Bool) -> Text {
    guard case .object(let members) = call.arguments, let (name, first) = members.first else {
      return Text(call.name + (namingArguments ? " {}" : ""))
    }
    var words: [UInt8] = []
    words.reserveCapacity(call.name.utf8.count + 32)
    words += call.name.utf8
    words.append(UInt8(ascii: " "))
    if namingArguments || members.count > 1 || !spell(first, of: name, to: &words) {
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
    guard let tool = tools.first(where: { $0.name == name }) else {
      return Action(text: text, calls: [ToolCall(name)])
    }
    guard let arguments = Arguments(of: tool).read(rest, isThere: words.count > nameBytes.count)
    else {
      return Action(
        text: text, calls: [], problem: "The arguments of '\(name)' are not a JSON object.")
    }
    return Action(text: text, calls: [ToolCall(name, arguments)])
  }

  /// Appends an argument that stands alone, if it can.
  private static func spell(
    _ value: JSONValue, of name: String, to words: inout [UInt8]
  ) -> Bool {
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
      } else if case .object(let members) = value, members.isEmpty || members[name] != nil {
        // This would be read as the arguments.
        return false
      } else if let json = try? JSON.encode(value) {
        words += json
      } else {
        return false
      }
    }
    return true
  }

  /// Whether words begin as a JSON object does.
  fileprivate static func looksLikeObject(_ words: some Sequence<UInt8>) -> Bool {
    words.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "{")
  }

  /// What a tool makes of the words after its name.
  private struct Arguments {
    let properties: [String: JSONValue]
    /// The argument that words stand for which are no object.
    let only: String?
    /// Whether arguments can be left out.
    let requiresNone: Bool
    /// Whether there are arguments that the schema does not name.
    let isOpen: Bool

    init(of tool: ToolDescription) {
      var required: [JSONValue] = []
      if case .array(let names)? = tool.parameters["required"] { required = names }
      if case .object(let members)? = tool.parameters["properties"] {
        properties = members
      } else {
        properties = [:]
      }
      isOpen = (tool.parameters["additionalProperties"] ?? true) != false
      requiresNone = required.isEmpty
      if properties.count == 1 {
        only = properties.keys.first
      } else if required.count == 1, case .string(let name)? = required.first {
        only = name
      } else {
        only = nil
      }
    }

    /// Reads words as arguments; nil if they are none.
    func read(_ words: Text, isThere: Bool) -> JSONValue? {
      if let members = Self.object(words) {
        // An argument that is an object can stand for itself.
        if properties.count == 1, let only, members[only] == nil, !members.isEmpty,
          let schema = properties[only], Self.isObject(schema)
        {
          return [only: .object(members)]
        }
        return .object(members)
      }
      if Self.beginsWithMember(words.bytes) { return nil }
      guard let only, let schema = properties[only] else {
        // Words after a tool without arguments say nothing.
        return words.isEmpty || (properties.isEmpty && !isOpen) ? [:] : nil
      }
      if !isThere, requiresNone || properties.count > 1 { return [:] }
      if words.isEmpty, properties.count > 1 { return [:] }
      return [only: Self.read(words, as: schema)]
    }

    /// The JSON object that words are, if they are one.
    private static func object(_ words: Text) -> [String: JSONValue]? {
      guard CompactFormat.looksLikeObject(words.bytes),
        let value = try? JSON.decode(JSONValue.self, from: Data(words.bytes)),
        case .object(let members) = value
      else { return nil }
      return members
    }

    /// Whether words begin as an object with members does: `{"name":`, also with the quotes of Python.
    ///
    /// No command of a shell begins so.
    private static func beginsWithMember(_ words: [UInt8]) -> Bool {
      let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
      var rest = words.drop(while: blanks.contains)
      guard rest.first == UInt8(ascii: "{") else { return false }
      rest = rest.dropFirst().drop(while: blanks.contains)
      guard let quote = rest.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
        let end = rest.dropFirst().firstIndex(of: quote)
      else { return false }
      return rest[(end + 1)...].first { !blanks.contains($0) } == UInt8(ascii: ":")
    }

    /// Whether a schema is that of an object, as far as it says so.
    private static func isObject(_ schema: JSONValue) -> Bool {
      schema["type"] == "object" || schema["$ref"] != nil || schema == [:]
    }

    /// Reads words that are no object.
    private static func read(_ text: Text, as schema: JSONValue) -> JSONValue {
      switch schema["type"] {
      case "string": return (try? JSONValue(encoding: text)) ?? .string(text.string)
      case "integer":
        if let integer = Int(text.string) { return .integer(integer) }
      case "number":
        if let number = Double(text.string), number.isFinite { return .number(number) }
      case "boolean":
        if let bool = Bool(text.string) { return .bool(bool) }
      default: break
      }
      return (try? JSON.decode(JSONValue.self, from: Data(text.bytes)))
        ?? (try? JSONValue(encoding: text)) ?? .string(text.string)
    }
  }
}
