/// Something that was changed or ignored in a corpus or its questions, and where.
struct CorpusWarning: Hashable, CustomStringConvertible {
  /// What was changed or ignored.
  enum Fact: Hashable {
    /// Unknown fields, and for some of them a known field with a similar name.
    case unknownFields([String], meant: [String: String])
    /// Characters that no text can contain were replaced by U+FFFD.
    case replaced
    /// No document contains an answer.
    case answerNowhere
    /// No judgement names these queries.
    case notJudged
    /// Judgements name queries that do not exist.
    case ofNoQuery
  }

  /// The file.
  var file: String
  /// The lines, from 1; empty for the whole file.
  var lines: [Int]
  /// What was changed or ignored.
  var fact: Fact

  /// Where and what, in one line.
  var description: String {
    switch fact {
    case .unknownFields(let names, let meant):
      "\(file): ignored unknown fields: "
        + names.map { name in "'\(name)'" + (meant[name].map { " (did you mean '\($0)'?)" } ?? "") }
        .joined(separator: ", ")
    case .replaced:
      "\(file): halves of surrogate pairs, or NUL, were replaced by U+FFFD in "
        + LineList.words(lines)
    case .answerNowhere:
      "\(file): no document contains an answer of \(LineList.words(lines))"
    case .notJudged:
      "\(file): ignored \(LineList.words(lines)), because no file in qrels names the query"
    case .ofNoQuery:
      "\(file): ignored \(LineList.words(lines)), because there is no such query"
    }
  }
}
