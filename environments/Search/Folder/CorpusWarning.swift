internal import TurnwiseCore

/// What was taken otherwise than it was written in a corpus or in questions on it, and where.
struct CorpusWarning: Hashable, CustomStringConvertible {
  /// What is to be known.
  enum Fact: Hashable {
    /// Fields without a meaning, each with a known one whose name is nearly the same.
    case unknownFields([String], meant: [String: String])
    /// Characters that no text can hold became U+FFFD.
    case replaced
    /// No document holds an answer.
    case answerNowhere
    /// No judgement names these queries.
    case notJudged
    /// Judgements of queries that are not there.
    case ofNoQuery
  }

  /// The file.
  var file: String
  /// The lines that it is in, from 1.
  var lines: [Int]
  /// What is to be known.
  var fact: Fact

  /// Where and what, in a line.
  var description: String {
    switch fact {
    case .unknownFields(let names, let meant):
      "\(file): left out fields that have no meaning here: "
        + names.map { name in "'\(name)'" + (meant[name].map { " (did you mean '\($0)'?)" } ?? "") }
        .joined(separator: ", ")
    case .replaced:
      "\(file): halves of surrogate pairs, or NUL, became U+FFFD in \(LineList.words(lines))"
    case .answerNowhere:
      "\(file): no document holds an answer of \(LineList.words(lines))"
    case .notJudged:
      "\(file): left out \(LineList.words(lines)), as no file in qrels names the query"
    case .ofNoQuery:
      "\(file): left out \(LineList.words(lines)), as there is no such query"
    }
  }
}

/// What reading a file has brought up: problems by kind, and what to warn of.
struct CorpusReport {
  /// The file.
  let file: String
  private var errors: [CorpusError] = []
  private var places: [Kind: Int] = [:]
  private var unknownFields: Set<String> = []
  private var replacedLines: [Int] = []

  /// Problems that one change mends.
  private struct Kind: Hashable {
    var field: String?
    var name: String
  }

  init(_ file: String) { self.file = file }

  /// Notes a problem with a line.
  mutating func add(_ error: CorpusError) {
    let kind = Kind(field: error.field, name: error.problem.kind)
    if let place = places[kind] {
      if let line = error.line { errors[place].moreLines.append(line) }
    } else {
      places[kind] = errors.count
      errors.append(error)
    }
  }

  /// Notes fields that a line has and that have no meaning.
  mutating func leaveOut(_ fields: some Sequence<String>) { unknownFields.formUnion(fields) }

  /// Notes that characters of a line were replaced.
  mutating func replaced(in line: Int) { replacedLines.append(line) }

  /// Ends the reading.
  ///
  /// - Parameter known: The fields that have a meaning.
  /// - Returns: What to warn of.
  /// - Throws: One error with all that is wrong.
  func end(known: [String]) throws(CorpusError) -> [CorpusWarning] {
    if var error = errors.first {
      // A field that is missing may be one that is misspelled.
      error.others = Array(errors.dropFirst())
      if error.problem == .missingField, let field = error.field {
        error.misspelled = unknownFields.sorted().first {
          NearestName.suggestion(for: $0, among: [field]) != nil
        }
      }
      throw error
    }
    var warnings: [CorpusWarning] = []
    if !unknownFields.isEmpty {
      let names = unknownFields.sorted()
      let meant = names.compactMap { name in
        NearestName.suggestion(for: name, among: known).map { (name, $0) }
      }
      warnings.append(
        CorpusWarning(
          file: file, lines: [],
          fact: .unknownFields(names, meant: Dictionary(uniqueKeysWithValues: meant))))
    }
    if !replacedLines.isEmpty {
      warnings.append(CorpusWarning(file: file, lines: replacedLines, fact: .replaced))
    }
    return warnings
  }
}
