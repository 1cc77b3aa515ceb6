/// The tools of an environment, with their types erased.
///
/// Making one costs a list: an environment may make its toolbox anew for each turn.
public struct Toolbox<State>: Sendable {
  /// The most bytes of arguments that a call may have.
  public static var argumentLimit: Int { 1 << 18 }

  private let tools: [any Tool<State>]

  /// Collects tools, one to a line.
  public init(@Builder _ tools: () -> [any Tool<State>]) { self.init(tools()) }

  /// Collects the tools of a list.
  ///
  /// - Precondition: No two of them have one name.
  public init(_ tools: [any Tool<State>]) {
    self.tools = tools
    for later in self.tools.indices.dropFirst() {
      let name = type(of: self.tools[later]).name
      let isNew = !self.tools[..<later].contains { type(of: $0).name == name }
      precondition(isNew, "Two tools are named '\(name)'.")
    }
  }

  /// What the agent is told about the tools, in the order of their names.
  public var descriptions: [ToolDescription] {
    tools.map { ToolDescription(of: $0) }.sorted { $0.name < $1.name }
  }

  /// The tools of both; no two of them may have one name.
  public static func + (left: Toolbox, right: Toolbox) -> Toolbox {
    Toolbox(left.tools + right.tools)
  }

  /// Runs the calls of an action in order and folds their replies into one outcome.
  ///
  /// A refused, unknown or unreadable call is answered in words and leaves no trace in the state.
  ///
  /// - Throws: Any error a tool throws that is not a ``ToolRefusal``.
  public nonisolated(nonsending) func run(
    _ action: Action, on state: inout State, using random: inout Randomness
  ) async throws -> Outcome {
    if let problem = action.problem {
      return Outcome(replies: [ToolReply(Text(problem), isRefusal: true)])
    }
    var outcome = Outcome()
    for call in action.calls where !outcome.isTerminal {
      let (stateBefore, randomBefore) = (state, random)
      let reply: ToolReply
      do {
        reply = try await tool(named: call.name).run(call.arguments, on: &state, using: &random)
      } catch let refusal as ToolRefusal {
        (state, random) = (stateBefore, randomBefore)
        reply = ToolReply(Text(refusal.reason), isRefusal: true)
      }
      if let reward = reply.reward { outcome.reward = (outcome.reward ?? 0) + reward }
      outcome.isTerminal = reply.endsEpisode
      outcome.replies.append(reply)
    }
    return outcome
  }

  private func tool(named name: String) throws -> any Tool<State> {
    for tool in tools where type(of: tool).name == name { return tool }
    throw ToolRefusal("There is no tool named '\(name.prefix(40))'. Tools: \(names).")
  }

  /// The names of the tools, in order.
  private var names: String {
    tools.map { type(of: $0).name }.sorted().joined(separator: ", ")
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
