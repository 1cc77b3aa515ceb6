internal import Synchronization

/// Something an agent can do to a state, with typed arguments.
public protocol Tool<State>: Sendable {
  /// What the tool acts on.
  associatedtype State
  /// The arguments, from which the JSON schema shown to the agent is derived.
  ///
  /// A structure with a member for each argument. What the schema states is what is taken: an argument that
  /// may be left out is an optional (a default value alone does not make it one, as the compiler's decoder
  /// asks for every other member), `null` counts as left out, and members that are not stated are refused.
  /// A `Date` is an RFC 3339 string and `Data` is base64. A type for which no schema can be derived conforms
  /// to ``SchemaDescribed``; where it does not, the program stops with a sentence that says so.
  associatedtype Arguments: Decodable

  /// The name the agent calls the tool by.
  static var name: String { get }
  /// One sentence that tells the agent when to call the tool.
  ///
  /// It is part of ``ToolDescription``, for policies that read those. The small policies that `train`
  /// makes from scratch read observations and replies alone, so what they must know has to be said there.
  static var summary: String { get }
  /// What each argument means, by its coding key; read as ``summary`` is.
  static var help: [String: String] { get }

  /// Runs the tool.
  ///
  /// - Throws: A ``ToolRefusal`` to tell the agent that the call was not possible: the state is put
  ///   back and the episode goes on. Any other error ends the episode as failed.
  nonisolated(nonsending) func call(
    _ arguments: Arguments, on state: inout State, using random: inout Randomness
  ) async throws -> ToolReply

  /// Runs the tool on arguments as the agent gave them. Default: decodes them and calls the tool.
  ///
  /// - Throws: What ``call(_:on:using:)`` throws, and a ``ToolRefusal`` for arguments that are too long
  ///   (``Toolbox/argumentLimit``) or do not fit the type.
  nonisolated(nonsending) func run(
    _ arguments: JSONValue, on state: inout State, using random: inout Randomness
  ) async throws -> ToolReply
}

extension Tool {
  /// No sentences on the arguments.
  public static var help: [String: String] { [:] }

  /// Decodes the arguments and calls the tool.
  public nonisolated(nonsending) func run(
    _ arguments: JSONValue, on state: inout State, using random: inout Randomness
  ) async throws -> ToolReply {
    try await call(Self.typed(arguments), on: &state, using: &random)
  }

  private static func typed(_ arguments: JSONValue) throws -> Arguments {
    let limit = Toolbox<State>.argumentLimit
    if !arguments.surelyFits(limit) {
      let size = try JSON.encode(arguments).count
      guard size <= limit else {
        throw ToolRefusal("The arguments of '\(name)' have \(size) bytes; the limit is \(limit).")
      }
    }
    let schema = ArgumentSchema.known(of: Self.self)
    // No arguments at all are written as null, too.
    let given = arguments == .null ? [:] : arguments
    if let problem = schema.problem(in: given) {
      throw ToolRefusal("Bad arguments for '\(name)': \(problem).")
    }
    do {
      return try schema.decode(Arguments.self, from: given)
    } catch let refusal as ToolRefusal {
      throw refusal
    } catch {
      let words = (error as? DecodingError)?.plainDescription ?? "\(error)"
      throw ToolRefusal("Bad arguments for '\(name)': \(words).")
    }
  }
}

/// A request by the agent to run a tool.
public struct ToolCall: Codable, Hashable, Sendable {
  /// The tool's name.
  public var name: String
  /// A JSON object.
  public var arguments: JSONValue
  /// The name that the model's server gave the call, which its reply must refer to.
  public var id: String?

  /// Creates a call.
  public init(_ name: String, _ arguments: JSONValue = [:], id: String? = nil) {
    self.name = name
    self.arguments = arguments
    self.id = id
  }
}

/// What a tool answers.
public struct ToolReply: Codable, Hashable, Sendable, ExpressibleByStringInterpolation {
  /// What the agent reads.
  public var text: Text
  /// The reward for the call; absent is not zero.
  public var reward: Double?
  /// Whether the episode is over.
  public var endsEpisode: Bool
  /// Whether the call was refused, so that nothing changed.
  public var isRefusal: Bool

  /// Creates a reply.
  public init(
    _ text: Text, reward: Double? = nil, endsEpisode: Bool = false, isRefusal: Bool = false
  ) {
    self.text = text
    self.reward = reward
    self.endsEpisode = endsEpisode
    self.isRefusal = isRefusal
  }

  /// Creates a reply of a string; literals make a ``Text``, which keeps every byte.
  @_disfavoredOverload
  public init(
    _ string: String, reward: Double? = nil, endsEpisode: Bool = false, isRefusal: Bool = false
  ) {
    self.init(Text(string), reward: reward, endsEpisode: endsEpisode, isRefusal: isRefusal)
  }

  /// Creates a reply without reward.
  public init(stringLiteral value: String) { self.init(Text(value)) }

  /// Creates a reply without reward.
  public init(stringInterpolation parts: Text.StringInterpolation) {
    self.init(Text(stringInterpolation: parts))
  }
}

/// Tells the agent why a call was not possible.
public struct ToolRefusal: Error, Hashable, Sendable {
  /// What the agent reads.
  public var reason: String

  /// Creates a refusal.
  public init(_ reason: String) { self.reason = reason }
}

/// What the agent is told about a tool.
public struct ToolDescription: Codable, Hashable, Sendable {
  /// The name the agent calls the tool by.
  public var name: String
  /// One sentence that tells the agent when to call the tool.
  public var summary: String
  /// A JSON Schema object.
  public var parameters: JSONValue
}

extension ToolDescription {
  /// Describes a tool, by its type alone.
  ///
  /// `file` and `line` are named if the tool cannot be described.
  init<T: Tool>(of tool: T, file: StaticString, line: UInt) {
    let schema = ArgumentSchema.known(of: T.self, file: file, line: line)
    self.init(name: T.name, summary: T.summary, parameters: schema.json)
  }
}

extension ArgumentSchema {
  /// A type has one schema for ever: each turn of each session shows it to the policy, and holds arguments
  /// against it.
  private static let all = Mutex<[ObjectIdentifier: ArgumentSchema]>([:])

  /// The schema of a tool's arguments.
  ///
  /// A tool whose arguments have none is a mistake of the program; `file` and `line` are named.
  static func known<T: Tool>(
    of tool: T.Type, file: StaticString = #fileID, line: UInt = #line
  ) -> ArgumentSchema {
    let id = ObjectIdentifier(T.self)
    if let known = all.withLock({ $0[id] }) { return known }
    do {
      let schema = try deriving(T.Arguments.self, help: T.help)
      all.withLock { $0[id] = schema }
      return schema
    } catch {
      mistake("The tool '\(T.name)' cannot be described: \(error).", file: file, line: line)
    }
  }
}
