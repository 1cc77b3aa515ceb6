/// A task: the scenario of ``Shell``, as JSON that can be read without knowing the code.
public struct ShellTask: Codable, Hashable, Sendable {
  /// A text file.
  public struct File: Codable, Hashable, Sendable {
    /// The path relative to the workspace, such as `gavu/zife.txt`.
    public var path: String
    /// The permissions in octal digits.
    public var mode: String
    /// The contents.
    public var text: String

    /// Creates a file; by default only its owner may write it.
    public init(path: String, mode: String = "644", text: String) {
      (self.path, self.mode, self.text) = (path, mode, text)
    }
  }

  /// The family of the task, or its name if it is from a folder.
  public var family: String
  /// What the agent is told.
  public var instruction: String
  /// The words of the instruction that differ from task to task, by their role.
  public var clues: [String: String]
  /// The files at the start.
  public var files: [File]
  /// The right answer; nil if any answer is right.
  public var answer: String?
  /// The files that must exist at the end as given; all others must not change.
  public var results: [File]
  /// The paths at which nothing may exist at the end.
  public var removed: [String]
  /// The lines that must be read on the way, for the progress potential.
  public var facts: [String]

  /// The digest of the files and the check of a task from a folder; nil for a generated task, which
  /// is complete without them.
  public var digest: String?

  /// Creates a task; by default any answer is right and the files must not change.
  public init(
    family: String, instruction: String, clues: [String: String], files: [File],
    answer: String? = nil, results: [File] = [], removed: [String] = [], facts: [String],
    digest: String? = nil
  ) {
    self.digest = digest
    (self.family, self.instruction, self.clues, self.files) = (family, instruction, clues, files)
    (self.answer, self.results, self.removed, self.facts) = (answer, results, removed, facts)
  }

  /// The word of a role; the family that generated the task knows its roles.
  subscript(role: String) -> String { clues[role] ?? "" }
}
