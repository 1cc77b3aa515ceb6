internal import Foundation
internal import Turnwise

/// The policy `human`: a person at the terminal.
struct HumanSource: PolicySource {
  let name = "human"
  let summary = "you, at the terminal"

  func player<E: Environment>(
    _ argument: String, in environment: E, _ use: PolicyUse
  ) throws -> Player {
    .policy(HumanPolicy(console: use.console, input: TerminalInput()))
  }
}

extension Player {
  /// The policy of a person at the terminal, if that is the player; it plays one episode at a time.
  var human: HumanPolicy? {
    if case .policy(let policy) = self { policy as? HumanPolicy } else { nil }
  }

  /// Refuses a person, for commands that play several episodes at once.
  ///
  /// - Throws: A ``UsageError``.
  func requireUnattended() throws {
    guard human != nil else { return }
    throw UsageError.conflict("a person plays one episode at a time: use 'run --policy human'")
  }
}

/// Asks a person for each action.
///
/// A line in the compact format (`open door`) is an action. After a line with only the name of a tool, its
/// arguments are asked for one by one, as the tool's schema describes them. The end of the input ends the run.
struct HumanPolicy: TurnPolicy {
  let name = "human"
  let console: Console
  let input: TerminalInput

  /// Whether the person has ended the input.
  var hasLeft: Bool { input.isAtEnd }

  func decide(_ situation: Situation, using random: inout Randomness) async throws -> Action {
    show(situation)
    let format = CompactFormat()
    while true {
      let line = try await input.line("> ", console)
      let words = line.split(separator: " ")
      if words.isEmpty || words == ["?"] {
        describe(situation.tools)
        continue
      }
      if words.count == 1, let tool = situation.tools.first(where: { $0.name == words[0] }) {
        return try await call(tool)
      }
      let action = format.parse(Text(line), tools: situation.tools)
      if let problem = action.problem {
        console.note(problem)
        continue
      }
      return action
    }
  }

  /// Prints what the person has not read yet.
  private func show(_ situation: Situation) {
    let isFirst = situation.turns.isEmpty
    if isFirst { console.note("\nepisode \(situation.episode)") }
    for message in isFirst ? situation.messages : situation.news {
      switch message {
      case .instructions(let words, let tools):
        if !words.isEmpty { console.note(words) }
        describe(tools)
      case .observation(let text): console.note("sees    \(text.string)")
      case .reply(let reply, _): console.note("reply   \(reply.text.string)")
      case .action: break
      }
    }
    let choices = situation.observation.choices.map(\.text.string)
    if !choices.isEmpty { console.note("choices \(choices.joined(separator: " | "))") }
  }

  /// Prints how an episode ended.
  func show(_ session: Session<some Environment>) {
    for reply in session.turns.last?.replies ?? [] { console.note("reply   \(reply.text.string)") }
    let success = session.judgement?.success.map { $0 ? "success" : "no success" }
    let reward = session.judgement?.reward.map { "reward \($0)" }
    console.note("over    " + [success, reward].compactMap(\.self).joined(separator: ", "))
  }

  private func describe(_ tools: [ToolDescription]) {
    for tool in tools {
      let arguments = tool.arguments.map { $0.isRequired ? $0.name : "[\($0.name)]" }
      console.note(
        "tool    " + ([tool.name] + arguments).joined(separator: " ") + "  \(tool.summary)")
    }
  }

  /// Asks for the arguments of a tool.
  private func call(_ tool: ToolDescription) async throws -> Action {
    var arguments: [String: JSONValue] = [:]
    for argument in tool.arguments {
      let hint = argument.isRequired ? "" : ", may be empty"
      let text = try await input.line(
        "  \(argument.name) (\(argument.kind)\(hint)): ", console)
      if text.isEmpty, !argument.isRequired { continue }
      arguments[argument.name] = argument.value(of: text)
    }
    let call = ToolCall(tool.name, .object(arguments))
    return Action(text: CompactFormat().render([call], tools: [tool]), calls: [call])
  }
}

extension ToolDescription {
  /// An argument of a tool.
  fileprivate struct Argument {
    var name: String
    var schema: JSONValue
    var isRequired: Bool

    /// The type or the allowed values, and the description.
    var kind: String {
      var words = "JSON"
      if case .string(let type)? = schema["type"] { words = type }
      if case .array(let choices)? = schema["enum"] {
        words = choices.map(\.compact).joined(separator: " | ")
      }
      if case .string(let help)? = schema["description"] { words += "; " + help }
      return words
    }

    /// Converts a text to a value of the schema's type.
    ///
    /// A text that is not such a value remains a string, which the tool refuses with a reason.
    func value(of text: String) -> JSONValue {
      if schema["type"] == "string" { return .string(text) }
      return (try? JSON.decode(JSONValue.self, from: .init(text.utf8))) ?? .string(text)
    }
  }

  /// The arguments in the order of their names, required ones first.
  fileprivate var arguments: [Argument] {
    guard case .object(let properties)? = parameters["properties"] else { return [] }
    var required: [JSONValue] = []
    if case .array(let names)? = parameters["required"] { required = names }
    return properties.sorted { $0.key < $1.key }.map { name, schema in
      Argument(name: name, schema: schema, isRequired: required.contains(.string(name)))
    }.sorted { $0.isRequired && !$1.isRequired }
  }
}
