/// A task: the scenario of ``Shell``, readable as JSON by whoever has not read its code.
public struct ShellTask: Codable, Hashable, Sendable {
  /// A text file.
  public struct File: Codable, Hashable, Sendable {
    /// Where it is, relative to the workspace, such as `gavu/zife.txt`.
    public var path: String
    /// Its permissions in octal digits.
    public var mode: String
    /// What it holds.
    public var text: String

    /// Creates a file.
    public init(path: String, mode: String = "644", text: String) {
      (self.path, self.mode, self.text) = (path, mode, text)
    }
  }

  /// The kind of task; the name of one that was read from a folder.
  public var family: String
  /// What the agent is told.
  public var instruction: String
  /// The words of the instruction that change from task to task, by their role.
  public var clues: [String: String]
  /// The files at the start.
  public var files: [File]
  /// The right answer; nil where any will do.
  public var answer: String?
  /// The files that must be there in the end as given; all others must be as they were.
  public var results: [File]
  /// The paths at which nothing may be in the end.
  public var removed: [String]
  /// The lines that must be read on the way, for the progress potential.
  public var facts: [String]

  /// Names the files and the check of a task that was read from a folder; nil where the task was
  /// generated, and all of it is here.
  public var digest: String?

  /// Creates a task; by default any answer will do and the files must stay as they are.
  public init(
    family: String, instruction: String, clues: [String: String], files: [File],
    answer: String? = nil, results: [File] = [], removed: [String] = [], facts: [String],
    digest: String? = nil
  ) {
    self.digest = digest
    (self.family, self.instruction, self.clues, self.files) = (family, instruction, clues, files)
    (self.answer, self.results, self.removed, self.facts) = (answer, results, removed, facts)
  }

  /// The clue of a role, which the family that made the task knows to be there.
  subscript(role: String) -> String { clues[role] ?? "" }
}
