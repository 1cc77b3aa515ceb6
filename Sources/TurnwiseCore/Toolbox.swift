internal import Foundation

/// The tools of an environment, with their types erased.
public struct Toolbox<State>: Sendable {
  private struct Entry: Sendable {
    var describe: @Sendable () -> ToolDescription
    var run: @Sendable (JSONValue, inout State, inout Randomness) async throws -> ToolReply
  }

  /// The most bytes of arguments that a call may have.
  public static var argumentLimit: Int { 1 << 18 }

  private var entries: [String: Entry] = [:]

  /// Collects tools, one to a line.
  public init(@Builder _ tools: () -> [any Tool<State>]) {
    for tool in tools() { add(tool) }
  }

  /// What the agent is told about the tools, in the order of their names.
  public var descriptions: [ToolDescription] {
    entries.values.map { $0.describe() }.sorted { $0.name < $1.name }
  }

  private mutating func add<T: Tool>(_ tool: T) where T.State == State {
    precondition(entries[T.name] == nil, "Two tools are named '\(T.name)'.")
    entries[T.name] = Entry(
      // Derived when asked for: a toolbox is often made anew for each turn.
      describe: {
        ToolDescription(
          name: T.name, summary: T.summary,
          parameters: JSONSchema.describing(T.Arguments.self, help: T.help))
      },
      run: { arguments, state, random in
        let typed: T.Arguments
        do {
          let size = try JSON.encode(arguments).count
          guard size <= Self.argumentLimit else {
            throw ToolRefusal(
              "The arguments of '\(T.name)' have \(size) bytes; the limit is \(Self.argumentLimit)."
            )
          }
          typed = try arguments.decode(T.Arguments.self)
        } catch let error as DecodingError {
          throw ToolRefusal("Bad arguments for '\(T.name)': \(error.plainDescription).")
        }
        return try await tool.call(typed, on: &state, using: &random)
      })
  }

  /// Runs the calls of an action in order and folds their replies into one outcome.
  ///
  /// A refused, unknown or unreadable call is answered in words and leaves no trace in the state.
  ///
  /// - Throws: Any error a tool throws that is not a ``ToolRefusal``.
  public func run(
    _ action: Action, on state: inout State, using random: inout Randomness
  ) async throws -> Outcome {
    if let problem = action.problem {
      return Outcome(replies: [ToolReply(Text(problem), isRefusal: true)])
    }
    var outcome = Outcome()
    for call in action.calls where !outcome.isTerminal {
      let reply = try await answer(call, on: &state, using: &random)
      if let reward = reply.reward { outcome.reward = (outcome.reward ?? 0) + reward }
      outcome.isTerminal = reply.endsEpisode
      outcome.replies.append(reply)
    }
    return outcome
  }

  private func answer(
    _ call: ToolCall, on state: inout State, using random: inout Randomness
  ) async throws -> ToolReply {
    guard let entry = entries[call.name] else {
      let names = entries.keys.sorted().joined(separator: ", ")
      let name = call.name.prefix(40)
      return ToolReply("There is no tool named '\(name)'. Tools: \(names).", isRefusal: true)
    }
    let before = (state, random)
    do {
      return try await entry.run(call.arguments, &state, &random)
    } catch let refusal as ToolRefusal {
      (state, random) = before
      return ToolReply(Text(refusal.reason), isRefusal: true)
    }
  }

  /// Builds the list of tools.
  @resultBuilder
  public enum Builder {
    /// Collects the tools of a block.
    public static func buildBlock(_ tools: (any Tool<State>)...) -> [any Tool<State>] { tools }
  }
}

extension DecodingError {
  /// What is wrong, for somebody who does not know Swift.
  public var plainDescription: String {
    switch self {
    case .keyNotFound(let key, let context):
      "\(Self.path(context))'\(key.stringValue)' is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      "\(Self.path(context))\(context.debugDescription)"
    @unknown default: "\(self)"
    }
  }

  private static func path(_ context: Context) -> String {
    guard !context.codingPath.isEmpty else { return "" }
    return "'" + context.codingPath.map(\.stringValue).joined(separator: ".") + "': "
  }
}
