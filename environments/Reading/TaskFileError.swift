public import TurnwiseCore

/// What is wrong with files of tasks that somebody wrote (`--tasks`), and where.
public struct TaskFileError: InputError, Hashable {
  /// Something that is wrong with a file.
  public struct Problem: Hashable, Sendable {
    /// The kind of problem, such as `missing-field`: all that one change to the file fixes.
    public let code: String
    /// What is wrong, as the rest of a sentence that begins with the file.
    public let words: String
    /// What to do; nil if that is obvious.
    public internal(set) var hint: String?

    /// Creates a problem.
    init(_ code: String, _ words: String, hint: String? = nil) {
      (self.code, self.words, self.hint) = (code, words, hint)
    }
  }

  /// The file or folder.
  public var file: String
  /// The line, from 1; nil if the problem is not in a single line.
  public var line: Int?
  /// The field; nil if the problem is not in a single field.
  public var field: String?
  /// What is wrong.
  public var problem: Problem
  /// The other lines with the same kind of problem.
  public internal(set) var moreLines: [Int] = []
  /// The other kinds of problems, one error for each.
  public internal(set) var others: [TaskFileError] = []

  /// Creates an error.
  init(_ file: String, line: Int? = nil, field: String? = nil, _ problem: Problem) {
    (self.file, self.line, self.field, self.problem) = (file, line, field, problem)
  }

  /// Where the problem is and what it is, a line for each kind.
  public var description: String {
    let place = file + (line.map { ":\($0)" } ?? "")
    let more = moreLines.isEmpty ? "" : "; the same in \(LineList.words(moreLines))"
    let own = place + ": " + (field.map { "'\($0)' " } ?? "") + problem.words + more
    return ([own] + others.map(\.description)).joined(separator: "\n")
  }

  /// What to do, a line for each kind of problem; nil if there is no hint.
  public var hint: String? {
    var seen: Set<String> = []
    let hints = ([self] + others).compactMap(\.problem.hint).filter { seen.insert($0).inserted }
    return hints.isEmpty ? nil : hints.joined(separator: "\nhint:  ")
  }
}

/// The problems that any file of tasks can have.
extension TaskFileError.Problem {
  /// There is no such folder; `expected` says what `--tasks` expects.
  static func noFolder(expected: String) -> Self {
    Self("no-folder", "no such folder", hint: "--tasks expects \(expected)")
  }

  /// A required file does not exist.
  static func missing(_ hint: String) -> Self { Self("missing", "no such file", hint: hint) }

  /// The path is a folder, where a file is expected.
  static let notAFile = Self("not-a-file", "is not a file")

  /// The system cannot read the file.
  static func unreadable(_ reason: String) -> Self {
    Self("unreadable", "cannot be read: \(reason)")
  }

  /// The folder has no task or question of a split; `place` says where the split is written.
  static func none(of split: Split, _ what: String, place: String) -> Self {
    Self(
      "none", "no \(what) is for \(split.rawValue)",
      hint: "write \"split\": \"\(split.rawValue)\" into \(place), or play the other split")
  }

  /// The text is not JSON.
  static func notJSON(_ reason: String, hint: String? = nil) -> Self {
    Self("not-json", "is not JSON: \(reason)", hint: hint)
  }

  /// The text is JSON, but not an object.
  static func notAnObject(hint: String? = nil) -> Self {
    Self("not-an-object", "is not a JSON object", hint: hint)
  }

  /// A required field does not exist.
  static func missingField(_ hint: String) -> Self {
    Self("missing-field", "is missing", hint: hint)
  }

  /// A field has a value of another kind.
  static func wrongValue(_ value: StrictJSON, expected: String) -> Self {
    Self("wrong-value", "is \(value.preview.prefix(60)); expected \(expected)")
  }
}

extension CaseIterable where Self: RawRepresentable, RawValue == String {
  /// All values in quotes, for messages: `"train" or "held-out"`.
  static var quotedNames: String {
    allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
  }
}
