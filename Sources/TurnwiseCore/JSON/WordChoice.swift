/// A choice between a few words, such as an option of the command line.
///
///     public enum ClipForm: String, WordChoice { case ppo, cispo }
///
/// Any other word is refused with the list of the allowed ones.
public protocol WordChoice: RawRepresentable, CaseIterable, Codable, Hashable, Sendable,
  OptionDomain
where RawValue == String, Value == Self {}

extension WordChoice {
  /// The allowed words, as help pages and messages list them.
  public static var words: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// The allowed words, as messages name them after "must be" or "expected".
  public static var requirement: String { "one of \(words)" }

  /// Decodes one of the words.
  public init(from decoder: any Decoder) throws {
    let word = try decoder.singleValueContainer().decode(String.self)
    guard let choice = Self(rawValue: word) else {
      throw UnknownWord.error(word, expected: Self.requirement, at: decoder.codingPath)
    }
    self = choice
  }
}

/// The underlying error of the `DecodingError` of a ``WordChoice`` or an ``Option``, which ``Parameters``
/// reports as a mismatch.
package struct UnknownWord: Error {
  var word: String
  var expected: String

  /// Creates the error of an unexpected word.
  package static func error(
    _ word: String, expected: String, at path: [any CodingKey]
  ) -> DecodingError {
    .dataCorrupted(
      .init(
        codingPath: path, debugDescription: "'\(word)' is not \(expected)",
        underlyingError: UnknownWord(word: word, expected: expected)))
  }
}
