/// A message as a model wrote it, with the tokens that it used.
///
/// The turn's action is read from it. A model that writes only the action's text has no separate message.
public struct ModelMessage: Codable, Hashable, Sendable {
  /// The text as the model wrote it, including its reasoning and the tags around that.
  public var text: Text
  /// Why the model stopped writing.
  public var finish: FinishReason?
  /// The number of tokens used by the call.
  public var usage: TokenUsage?

  /// Creates a message.
  public init(_ text: Text, finish: FinishReason? = nil, usage: TokenUsage? = nil) {
    self.text = text
    self.finish = finish
    self.usage = usage
  }
}

/// Why a model stopped writing, as its server reports it.
public struct FinishReason: RawRepresentable, Codable, Hashable, Sendable {
  /// The server's word for the reason.
  public var rawValue: String

  /// Wraps the server's word for a reason.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// The model ended its message.
  public static let stop = FinishReason(rawValue: "stop")
  /// The model called tools.
  public static let toolCalls = FinishReason(rawValue: "tool_calls")
  /// The message reached the limit of tokens.
  public static let length = FinishReason(rawValue: "length")
  /// A content filter of the server stopped the message.
  public static let contentFilter = FinishReason(rawValue: "content_filter")
}

/// The number of tokens used by a call of a model.
public struct TokenUsage: Codable, Hashable, Sendable {
  /// Tokens that the model read.
  public var prompt: Int
  /// Tokens that the model wrote, including its reasoning.
  public var completion: Int
  /// Tokens of the prompt that were in the server's cache.
  public var cached: Int?

  /// Creates a count of tokens.
  public init(prompt: Int, completion: Int, cached: Int? = nil) {
    self.prompt = prompt
    self.completion = completion
    self.cached = cached
  }
}
