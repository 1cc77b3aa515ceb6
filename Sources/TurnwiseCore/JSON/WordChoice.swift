/// A choice between a few words, such as an option of the command line.
///
///     public enum ClipForm: String, WordChoice { case ppo, cispo }
///
/// A word that is none of them is refused with the list of those that are.
public protocol WordChoice: RawRepresentable, CaseIterable, Codable, Hashable, Sendable,
  OptionDomain
where RawValue == String, Value == Self {}

extension WordChoice {
  /// All words, as help pages and messages list them.
  public static var words: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// The words, as messages name them.
  public static var requirement: String { "one of \(words)" }

  /// Reads one of the words.
  public init(from decoder: any Decoder) throws {
    let word = try decoder.singleValueContainer().decode(String.self)
    guard let choice = Self(rawValue: word) else {
      throw UnknownWord.error(word, expected: Self.requirement, at: decoder.codingPath)
    }
    self = choice
  }
}

/// The cause of the `DecodingError` of a ``WordChoice`` or an ``Option``: ``Parameters`` reports it as a
/// mismatch.
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
