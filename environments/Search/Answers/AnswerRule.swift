public import TurnwiseCore

/// When two answers say the same.
///
/// <doc:SearchCorpus> has the rules as a table.
public enum AnswerRule: String, WordChoice {
  /// Numbers are compared by their value and words by their letters; symbols that tell names apart count.
  case standard
  /// As ``standard``, but the zeros of numbers count: 1.10 is not 1.1, and 007 is not 7. For versions and
  /// codes.
  case codes
  /// The rule of SQuAD and HotpotQA, for data that were published with it: no punctuation counts, so that
  /// 3.14 is 314.
  case squad

  /// What counts of an answer: two answers say the same if this is equal; empty if nothing counts.
  package func key(of answer: String) -> String {
    switch self {
    case .standard: AnswerReader.key(of: answer, zeros: .afterWords)
    case .codes: AnswerReader.key(of: answer, zeros: .count)
    case .squad: SQuAD.normalized(answer)
    }
  }

  /// What counts of a text in which an answer is looked for, where no number is part of a name.
  func passage(_ text: String) -> String {
    self == .standard ? AnswerReader.key(of: text, zeros: .never) : key(of: text)
  }

  /// Whether an answer says the same as one of those that are right.
  package func matches(_ answer: String, anyOf right: [String]) -> Bool {
    let key = key(of: answer)
    return !key.isEmpty && right.contains { self.key(of: $0) == key }
  }
}
