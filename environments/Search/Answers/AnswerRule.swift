public import TurnwiseCore

/// How answers are compared.
///
/// <doc:SearchCorpus> contains the rules as a table.
public enum AnswerRule: String, WordChoice {
  /// Numbers are compared by their value, words by their letters, and symbols that distinguish names count.
  case standard
  /// As ``standard``, but zeros in numbers count: 1.10 differs from 1.1, and 007 from 7. It is meant for
  /// versions and codes.
  case codes
  /// The rule of SQuAD and HotpotQA, for data that were published with it. Punctuation does not count, so
  /// 3.14 equals 314.
  case squad

  /// Returns the text by which answers are compared; it is empty if nothing in the answer counts.
  package func key(of answer: String) -> String {
    switch self {
    case .standard: AnswerReader.key(of: answer, zeros: .afterWords)
    case .codes: AnswerReader.key(of: answer, zeros: .always)
    case .squad: SQuAD.normalized(answer)
    }
  }

  /// Returns the key of a text in which an answer is searched, in which no number is part of a name.
  func passage(_ text: String) -> String {
    self == .standard ? AnswerReader.key(of: text, zeros: .never) : key(of: text)
  }

  /// Whether an answer is equivalent to one of the right answers.
  package func matches(_ answer: String, anyOf right: [String]) -> Bool {
    let key = key(of: answer)
    return !key.isEmpty && right.contains { self.key(of: $0) == key }
  }
}
