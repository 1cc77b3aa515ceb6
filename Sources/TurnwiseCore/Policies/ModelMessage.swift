/// A message as a model wrote it, and what it cost.
///
/// The action of the turn is what was read from it. A model that samples the action's words alone has no
/// message beside them.
public struct ModelMessage: Codable, Hashable, Sendable {
  /// The text as the model wrote it, with its reasoning and the marks around that.
  public var text: Text
  /// Why the model stopped writing.
  public var finish: FinishReason?
  /// How many tokens the call took.
  public var usage: TokenUsage?

  /// Creates a message.
  public init(_ text: Text, finish: FinishReason? = nil, usage: TokenUsage? = nil) {
    self.text = text
    self.finish = finish
    self.usage = usage
  }
}

/// Why a model stopped writing, in the words of its server.
public struct FinishReason: RawRepresentable, Codable, Hashable, Sendable {
  /// The word.
  public var rawValue: String

  /// Wraps a word.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// The model ended its message.
  public static let stop = FinishReason(rawValue: "stop")
  /// The model called tools.
  public static let toolCalls = FinishReason(rawValue: "tool_calls")
  /// The message reached the most tokens that were allowed.
  public static let length = FinishReason(rawValue: "length")
  /// A filter of the server cut the message.
  public static let contentFilter = FinishReason(rawValue: "content_filter")
}

/// How many tokens a call of a model took.
public struct TokenUsage: Codable, Hashable, Sendable {
  /// Tokens that the model read.
  public var prompt: Int
  /// Tokens that it wrote, its reasoning included.
  public var completion: Int
  /// Tokens of the prompt that the server had cached.
  public var cached: Int?

  /// Counts tokens.
  public init(prompt: Int, completion: Int, cached: Int? = nil) {
    self.prompt = prompt
    self.completion = completion
    self.cached = cached
  }
}
