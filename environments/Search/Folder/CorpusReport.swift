internal import TurnwiseCore

/// The result of reading a file: problems by kind, and warnings.
struct CorpusReport {
  /// The file.
  let file: String
  private var errors: [TaskFileError] = []
  private var places: [Kind: Int] = [:]
  private var unknownFields: Set<String> = []
  private var replacedLines: [Int] = []

  /// Problems that one change to the file fixes.
  private struct Kind: Hashable {
    var field: String?
    var code: String
  }

  init(_ file: String) { self.file = file }

  /// Adds a problem with a line.
  mutating func add(_ error: TaskFileError) {
    let kind = Kind(field: error.field, code: error.problem.code)
    if let place = places[kind] {
      if let line = error.line { errors[place].moreLines.append(line) }
    } else {
      places[kind] = errors.count
      errors.append(error)
    }
  }

  /// Adds unknown fields of a line.
  mutating func addUnknown(_ fields: some Sequence<String>) { unknownFields.formUnion(fields) }

  /// Adds a line in which characters were replaced.
  mutating func addReplaced(_ line: Int) { replacedLines.append(line) }

  /// Ends the reading.
  ///
  /// - Parameter known: The known fields.
  /// - Returns: The warnings.
  /// - Throws: One error with all problems.
  func end(known: [String]) throws(TaskFileError) -> [CorpusWarning] {
    if var error = errors.first {
      error.others = Array(errors.dropFirst())
      // A field that is missing may be misspelled.
      if error.problem.code == "missing-field", let field = error.field,
        let similar = unknownFields.sorted().first(where: {
          NearestName.suggestion(for: $0, among: [field]) != nil
        })
      {
        error.problem.hint = "is '\(similar)' meant to be '\(field)'?"
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
