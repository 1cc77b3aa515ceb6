/// The tools of an environment, with their types erased.
///
/// Making one costs a list: an environment may make its toolbox anew for each turn.
public struct Toolbox<State>: Sendable {
  /// The most bytes of arguments that a call may have.
  public static var argumentLimit: Int { 1 << 18 }

  private let tools: [any Tool<State>]
  /// Where the tools were collected, for what is said of mistakes in them.
  private let place: (file: StaticString, line: UInt)

  /// Collects tools, one to a line; `if`, `for` and `#available` choose among them.
  ///
  /// No two of them may have one name. `file` and `line` are named where they do, and where the arguments
  /// of a tool have no schema.
  public init(
    file: StaticString = #fileID, line: UInt = #line, @Builder _ tools: () -> [any Tool<State>]
  ) {
    self.init(tools(), file: file, line: line)
  }

  /// Collects the tools of a list.
  ///
  /// No two of them may have one name. `file` and `line` are named where they do, and where the arguments
  /// of a tool have no schema.
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

  /// What the agent is told about the tools, in the order of their names.
  public var descriptions: [ToolDescription] {
    tools.map { ToolDescription(of: $0, file: place.file, line: place.line) }.sorted {
      $0.name < $1.name
    }
  }

  /// The tools of both; no two of them may have one name.
  public static func + (left: Toolbox, right: Toolbox) -> Toolbox {
    Toolbox(left.tools + right.tools, file: left.place.file, line: left.place.line)
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
    /// What a line or a block gives: most lines give one tool, which needs no list of its own.
    public enum Part {
      /// One tool.
      case one(any Tool<State>)
      /// The tools of a list or a block.
      case many([any Tool<State>])
    }

    /// One tool.
    public static func buildExpression(_ tool: any Tool<State>) -> Part { .one(tool) }
    /// The tools of a list.
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
    /// All tools.
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
  /// What is wrong, for somebody who does not know Swift.
  public var plainDescription: String {
    switch self {
    case .keyNotFound(let key, let context):
      "\(Self.path(context))'\(key.stringValue)' is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      "\(Self.path(context))\(Self.phrase(context))"
    @unknown default: "\(self)"
    }
  }

  /// Foundation ends some of its phrases with a full stop and others not.
  private static func phrase(_ context: Context) -> Substring {
    let phrase = context.debugDescription
    return phrase.hasSuffix(".") ? phrase.dropLast() : phrase[...]
  }

  private static func path(_ context: Context) -> String {
    guard !context.codingPath.isEmpty else { return "" }
    return "'" + context.codingPath.map(\.stringValue).joined(separator: ".") + "': "
  }
}
