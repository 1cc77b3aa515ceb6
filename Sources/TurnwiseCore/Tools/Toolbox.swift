/// The tools of an environment, with their types erased.
///
/// It is cheap to create; an environment may create its toolbox anew for each turn.
public struct Toolbox<State>: Sendable {
  /// The largest size of a call's arguments, in bytes of JSON.
  public static var argumentLimit: Int { 1 << 18 }

  private let tools: [any Tool<State>]
  /// Where the tools were collected, for error messages.
  private let place: (file: StaticString, line: UInt)

  /// Collects tools, one per line; `if`, `for` and `#available` are supported.
  ///
  /// Names must be unique. `file` and `line` are named in the message if they are not, or if no schema can be
  /// derived for the arguments of a tool.
  public init(
    file: StaticString = #fileID, line: UInt = #line, @Builder _ tools: () -> [any Tool<State>]
  ) {
    self.init(tools(), file: file, line: line)
  }

  /// Collects the tools of a list.
  ///
  /// Names must be unique. `file` and `line` are named in the message if they are not, or if no schema can be
  /// derived for the arguments of a tool.
  public init(
    _ tools: [any Tool<State>], file: StaticString = #fileID, line: UInt = #line
  ) {
    self.tools = tools
    place = (file, line)
    for later in self.tools.indices.dropFirst() {
      let name = type(of: self.tools[later]).name
      let isNew = !self.tools[..<later].contains { type(of: $0).name == name }
      require(
        isNew, "Two tools are named '\(name)'; a call could mean either.", file: file, line: line)
    }
  }

  /// The descriptions of the tools for the agent, in the order of their names.
  public var descriptions: [ToolDescription] {
    tools.map { ToolDescription(of: $0, file: place.file, line: place.line) }.sorted {
      $0.name < $1.name
    }
  }

  /// Combines the tools of two toolboxes; names must be unique.
  public static func + (left: Toolbox, right: Toolbox) -> Toolbox {
    Toolbox(left.tools + right.tools, file: left.place.file, line: left.place.line)
  }

  /// Runs the calls of an action in order and combines their replies into one outcome.
  ///
  /// A call that is refused, unknown or unreadable gets a reply with the reason and does not change the state.
  ///
  /// - Throws: Any error of a tool that is not a ``ToolRefusal``.
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
      if let reward = reply.reward {
        outcome.reward = (outcome.reward ?? 0) + reward
        if let subtask = reply.subtask { outcome.shares.append(RewardShare(reward, of: subtask)) }
      }
      outcome.isTerminal = reply.endsEpisode
      outcome.replies.append(reply)
    }
    return outcome
  }

  private func tool(named name: String) throws -> any Tool<State> {
    for tool in tools where type(of: tool).name == name { return tool }
    throw ToolRefusal("There is no tool named '\(name.prefix(40))'. Tools: \(names).")
  }

  /// The names of the tools, in alphabetical order.
  private var names: String {
    tools.map { type(of: $0).name }.sorted().joined(separator: ", ")
  }

  /// Builds the list of tools.
  @resultBuilder
  public enum Builder {
    /// The tools of a line or a block; the case of one tool avoids allocating a list.
    public enum Part {
      /// One tool.
      case one(any Tool<State>)
      /// The tools of a list or a block.
      case many([any Tool<State>])
    }

    /// Adds one tool.
    public static func buildExpression(_ tool: any Tool<State>) -> Part { .one(tool) }
    /// Adds the tools of a list.
    public static func buildExpression(_ tools: [any Tool<State>]) -> Part { .many(tools) }
    /// Collects the tools of a block.
    public static func buildBlock(_ parts: Part...) -> Part { .many(list(parts)) }
    /// The tools of an `if`.
    public static func buildOptional(_ part: Part?) -> Part { part ?? .many([]) }
    /// The tools of the first of two branches.
    public static func buildEither(first part: Part) -> Part { part }
    /// The tools of the second of two branches.
    public static func buildEither(second part: Part) -> Part { part }
    /// The tools of a `for`.
    public static func buildArray(_ parts: [Part]) -> Part { .many(list(parts)) }
    /// The tools of an `if #available`.
    public static func buildLimitedAvailability(_ part: Part) -> Part { part }
    /// Returns all tools.
    public static func buildFinalResult(_ part: Part) -> [any Tool<State>] { list([part]) }

    private static func list(_ parts: [Part]) -> [any Tool<State>] {
      if parts.count == 1, case .many(let tools) = parts[0] { return tools }
      var tools: [any Tool<State>] = []
      tools.reserveCapacity(parts.count)
      for part in parts {
        switch part {
        case .one(let tool): tools.append(tool)
        case .many(let more): tools += more
        }
      }
      return tools
    }
  }
}

extension DecodingError {
  /// Describes the error for a reader who does not know Swift.
  public var plainDescription: String {
    switch self {
    case .keyNotFound(let key, let context):
      "\(Self.path(context))'\(key.stringValue)' is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      "\(Self.path(context))\(Self.phrase(context))"
    @unknown default: "\(self)"
    }
  }

  /// The description without the full stop that Foundation adds to some of them.
  private static func phrase(_ context: Context) -> Substring {
    let phrase = context.debugDescription
    return phrase.hasSuffix(".") ? phrase.dropLast() : phrase[...]
  }

  private static func path(_ context: Context) -> String {
    guard !context.codingPath.isEmpty else { return "" }
    return "'" + context.codingPath.map(\.stringValue).joined(separator: ".") + "': "
  }
}
