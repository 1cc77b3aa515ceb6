/// A choice between a few words, such as an option of the command line.
///
///     public enum ClipForm: String, WordChoice { case ppo, cispo }
///
/// A word that is none of them is refused with the list of those that are.
public protocol WordChoice: RawRepresentable, CaseIterable, Codable, Hashable, Sendable
where RawValue == String {}

extension WordChoice {
  /// All words, as help pages and messages list them.
  public static var words: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// Reads one of the words.
  public init(from decoder: any Decoder) throws {
    let word = try decoder.singleValueContainer().decode(String.self)
    guard let choice = Self(rawValue: word) else {
      throw UnknownWord.error(
        word, expected: "one of \(Self.words)", at: decoder.codingPath)
    }
    self = choice
  }
}

/// What lies under the `DecodingError` of a ``WordChoice``.
package struct UnknownWord: Error {
  var word: String
  var expected: String

  /// The error of a word that is not one of those that are expected.
  package static func error(
    _ word: String, expected: String, at path: [any CodingKey]
  ) -> DecodingError {
    .dataCorrupted(
      .init(
        codingPath: path, debugDescription: "'\(word)' is not \(expected)",
        underlyingError: UnknownWord(word: word, expected: expected)))
  }
}
