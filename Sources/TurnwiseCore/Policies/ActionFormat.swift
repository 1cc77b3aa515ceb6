internal import Foundation

/// A text format for tool calls, in which a policy writes its actions.
public protocol ActionFormat: Sendable {
  /// The name that checkpoints record.
  var name: String { get }
  /// Writes calls as text.
  ///
  /// - Parameters:
  ///   - calls: The calls.
  ///   - tools: The available tools. For calls that these accept, ``parse(_:tools:)`` of the result returns the
  ///     same calls; for unknown tools this is not guaranteed.
  /// - Returns: The text.
  func render(_ calls: [ToolCall], tools: [ToolDescription]) -> Text
  /// Reads calls from text. Text that cannot be read becomes an action with a problem, never an error.
  func parse(_ text: Text, tools: [ToolDescription]) -> Action
}

extension Episode {
  /// Writes the calls of all actions in a format, so that a policy with this format can imitate them.
  ///
  /// An action without calls, or one that could not be read, keeps its text.
  package mutating func spellCalls(in format: some ActionFormat, tools: [ToolDescription]) {
    for index in turns.indices where turns[index].action.problem == nil {
      let calls = turns[index].action.calls
      if !calls.isEmpty { turns[index].action.text = format.render(calls, tools: tools) }
    }
  }
}

/// A tool's name, a space, and its argument: `bash grep -c fox notes.txt`.
///
/// The same rules apply to every tool:
/// - Text that is a complete JSON object contains the arguments by name; `{}` means no arguments. The tool
///   refuses unknown members.
/// - Other text is the value of the tool's only argument, or of its only required one: byte for byte for a
///   string argument, otherwise as JSON.
/// - A tool whose only argument is an object also accepts that object without the argument's name.
/// - Text that begins like an object with members but is not valid JSON is refused.
///
/// So `bash {"command": "ls"}` runs `ls`, `bash { echo a; }` runs a group of commands, and
/// `bash {"command": "ls", "timeout": 10}` is refused.
///
/// A single argument is written without its name, unless it would then be read as something else: if it is
/// an empty string or begins with `{`, or if the tool does not accept this argument without its name.
public struct CompactFormat: ActionFormat {
  /// Creates the format.
  public init() {}

  /// The name that checkpoints record.
  public var name: String { "compact" }

  /// Writes the first call; the format cannot express more than one.
  public func render(_ calls: [ToolCall], tools: [ToolDescription] = []) -> Text {
    guard let call = calls.first else { return "" }
    let text = Self.spell(call, namingArguments: false)
    guard tools.contains(where: { $0.name == call.name }), parse(text, tools: tools).calls != [call]
    else { return text }
    return Self.spell(call, namingArguments: true)
  }

  /// Writes a call; a single argument is written without its name if possible, unless `namingArguments`.
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

  /// Reads one call from text.
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

  /// Appends a single argument without its name; returns false if it would be read as something else.
  private static func spell(
    _ value: JSONValue, of name: String, to words: inout [UInt8]
  ) -> Bool {
    switch value {
    // These would be read as an object of arguments, or as no arguments.
    case .string(let string) where string.isEmpty || looksLikeObject(string.utf8): return false
    case .string(let string): words += string.utf8
    case .integer(let integer): words += String(integer).utf8
    case .number(let number): words += String(number).utf8
    case .bool(let bool): words += String(bool).utf8
    default:
      // An object may be a text whose bytes are not UTF-8.
      if case .object = value, let text = try? value.decode(Text.self) {
        if looksLikeObject(text.bytes) { return false }
        words += text.bytes
      } else if case .object(let members) = value, members.isEmpty || members[name] != nil {
        // This would be read as the object of arguments.
        return false
      } else if let json = try? JSON.encode(value) {
        words += json
      } else {
        return false
      }
    }
    return true
  }

  /// Whether text begins like a JSON object.
  fileprivate static func looksLikeObject(_ words: some Sequence<UInt8>) -> Bool {
    words.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "{")
  }

  /// Reads the text after a tool's name as its arguments.
  private struct Arguments {
    let properties: [String: JSONValue]
    /// The argument that text other than an object is the value of.
    let only: String?
    /// Whether no argument is required.
    let requiresNone: Bool
    /// Whether the schema allows arguments that it does not name.
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

    /// Reads text as arguments; nil if it cannot be read.
    func read(_ words: Text, isThere: Bool) -> JSONValue? {
      if let members = Self.object(words) {
        // An object may be the value of the only argument, without its name.
        if properties.count == 1, let only, members[only] == nil, !members.isEmpty,
          let schema = properties[only], Self.isObject(schema)
        {
          return [only: .object(members)]
        }
        return .object(members)
      }
      if Self.beginsWithMember(words.bytes) { return nil }
      guard let only, let schema = properties[only] else {
        // Text after the name of a tool without arguments is ignored.
        return words.isEmpty || (properties.isEmpty && !isOpen) ? [:] : nil
      }
      if !isThere, requiresNone || properties.count > 1 { return [:] }
      if words.isEmpty, properties.count > 1 { return [:] }
      return [only: Self.read(words, as: schema)]
    }

    /// Returns the members of a JSON object; nil if the text is not one.
    private static func object(_ words: Text) -> [String: JSONValue]? {
      guard CompactFormat.looksLikeObject(words.bytes),
        let value = try? JSON.decode(JSONValue.self, from: Data(words.bytes)),
        case .object(let members) = value
      else { return nil }
      return members
    }

    /// Whether text begins like an object with members: `{"name":`, or with the single quotes of Python.
    ///
    /// No shell command begins in this way.
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

    /// Whether a schema describes an object or allows one.
    private static func isObject(_ schema: JSONValue) -> Bool {
      schema["type"] == "object" || schema["$ref"] != nil || schema == [:]
    }

    /// Reads text that is not an object of arguments as a value.
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
