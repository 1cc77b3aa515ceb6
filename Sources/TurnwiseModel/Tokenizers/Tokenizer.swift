/// A conversion of bytes into tokens and back.
public protocol Tokenizer: Hashable, Sendable {
  /// The number of tokens, including special ones.
  var vocabulary: Int { get }
  /// Returns the tokens of bytes; special tokens are never among them.
  func encode(_ bytes: some Sequence<UInt8>) -> [Int32]
  /// Returns the bytes of a token; none for a special token.
  func bytes(of token: Int32) -> [UInt8]
  /// Returns the id of the special token of a name; `nil` if there is none.
  func special(_ name: String) -> Int32?
}

extension Tokenizer {
  /// Returns the tokens of a text.
  public func encode(_ text: String) -> [Int32] { encode(text.utf8) }

  /// Returns the bytes of tokens; special tokens have none.
  public func decode(_ tokens: some Sequence<Int32>) -> [UInt8] {
    tokens.reduce(into: []) { $0 += bytes(of: $1) }
  }
}
