/// Turns bytes into tokens and back.
public protocol Tokenizer: Hashable, Sendable {
  /// Vocabulary size.
  var vocabulary: Int { get }
  /// Returns the tokens of bytes; special tokens are never among them.
  func encode(_ bytes: some Sequence<UInt8>) -> [Int32]
  /// Returns the bytes that a token stands for; a special token has none.
  func bytes(of token: Int32) -> [UInt8]
  /// Returns a special token by its name, if there is one.
  func special(_ name: String) -> Int32?
}

extension Tokenizer {
  /// Returns the tokens of a text.
  public func encode(_ text: String) -> [Int32] { encode(text.utf8) }

  /// Returns the bytes of tokens; special tokens leave nothing.
  public func decode(_ tokens: some Sequence<Int32>) -> [UInt8] {
    tokens.reduce(into: []) { $0 += bytes(of: $1) }
  }
}
