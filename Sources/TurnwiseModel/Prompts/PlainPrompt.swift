public import TurnwiseCore

/// The layout of the small policies that are trained from scratch.
///
/// A turn is what the agent has not read yet, a line for each message; the token `act`; the action as sampled; and
/// the token `end`, which is sampled too. Neither instructions nor tool descriptions are among the tokens: they
/// are the same in every episode, and a policy trained from scratch learns them from demonstrations.
public struct PlainPrompt: PromptFormat {
  /// `plain`.
  public static let id = "plain"

  /// The tokens that stand for no bytes.
  public static let special = ["act", "end"]

  private let pairs: BytePairTokenizer
  private let act: Int32
  /// The token that ends an action.
  public let end: Int32

  /// What makes tokens of words.
  public var tokenizer: any Tokenizer { pairs }
  /// The token `act`.
  public var opening: [Int32] { [act] }

  /// Uses a tokenizer that was trained with ``special``.
  public init(_ tokenizer: BytePairTokenizer) {
    guard let act = tokenizer.special("act"), let end = tokenizer.special("end") else {
      mistake("The tokenizer has no tokens 'act' and 'end'.")
    }
    (self.pairs, self.act, self.end) = (tokenizer, act, end)
  }

  /// Trains a tokenizer on episodes.
  ///
  /// - Parameters:
  ///   - episodes: Episodes whose words are typical.
  ///   - vocabulary: The largest size of the vocabulary.
  public init(training episodes: [Episode], vocabulary: Int) {
    let texts = episodes.flatMap { episode in
      episode.turns.flatMap { turn in
        [turn.observation.text.bytes, turn.action.text.bytes] + turn.replies.map(\.text.bytes)
      }
    }
    self.init(BytePairTokenizer(training: texts, vocabulary: vocabulary, special: Self.special))
  }

  /// The tokens of observations and replies, a line for each.
  public func tokens(reading messages: [Message]) -> [Int32] {
    var tokens: [Int32] = []
    for message in messages where !message.text.isEmpty {
      if case .instructions = message { continue }
      if !tokens.isEmpty { tokens.append(Int32(UInt8(ascii: "\n"))) }
      tokens += pairs.encode(message.text.bytes)
    }
    return tokens
  }

  /// `act` or `end`.
  public func mark(_ token: Int32) -> String? {
    token == act ? "act" : token == end ? "end" : nil
  }

  /// Reads the tokenizer.
  public init(from decoder: any Decoder) throws {
    let tokenizer = try BytePairTokenizer(from: decoder)
    guard Self.special.allSatisfy({ tokenizer.special($0) != nil }) else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "the tokenizer has no tokens 'act' and 'end'"))
    }
    self.init(tokenizer)
  }

  /// Writes the tokenizer, from which all else follows.
  public func encode(to encoder: any Encoder) throws { try pairs.encode(to: encoder) }
}
