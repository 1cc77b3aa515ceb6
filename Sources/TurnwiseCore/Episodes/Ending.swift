/// How an episode ended.
///
/// The three kinds mean different things: a truncated episode would have continued, and a failed one says
/// nothing about the agent.
public enum Ending: Hashable, Sendable {
  /// The environment ended the episode.
  case terminated
  /// The episode was cut short.
  case truncated(Truncation)
  /// The infrastructure failed.
  case failed(Failure)

  /// What cut an episode short.
  public enum Truncation: String, Codable, Hashable, Sendable, CaseIterable {
    /// The environment's turn limit was reached.
    case turnLimit = "turn-limit"
    /// The next turn did not fit into the policy's context.
    case contextFull = "context-full"
    /// A continuation was to end with the sub-task in which it began, and that is over.
    case subtaskOver = "subtask-over"
  }

  /// Whether the episode was cut short, for any reason.
  public var isTruncated: Bool { if case .truncated = self { true } else { false } }
  /// Whether something outside the environment cut the episode short, such as a full context.
  ///
  /// The environment's turn limit does not count: it is part of the task.
  public var isCutFromOutside: Bool {
    switch self {
    case .truncated(.contextFull): true
    case .truncated(.turnLimit), .truncated(.subtaskOver), .terminated, .failed: false
    }
  }
  /// The failure, if the infrastructure failed.
  public var failure: Failure? { if case .failed(let failure) = self { failure } else { nil } }
}

extension Ending: Codable {
  private enum CodingKeys: String, CodingKey { case kind, reason, failure }
  private enum Kind: String, Codable { case terminated, truncated, failed }

  /// Decodes an ending.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch try container.decode(Kind.self, forKey: .kind) {
    case .terminated: self = .terminated
    case .truncated: self = .truncated(try container.decode(Truncation.self, forKey: .reason))
    case .failed: self = .failed(try container.decode(Failure.self, forKey: .failure))
    }
  }

  /// Encodes the kind with its reason or failure.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .terminated: try container.encode(Kind.terminated, forKey: .kind)
    case .truncated(let reason):
      try container.encode(Kind.truncated, forKey: .kind)
      try container.encode(reason, forKey: .reason)
    case .failed(let failure):
      try container.encode(Kind.failed, forKey: .kind)
      try container.encode(failure, forKey: .failure)
    }
  }
}
