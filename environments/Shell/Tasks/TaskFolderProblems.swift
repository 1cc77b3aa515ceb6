internal import TurnwiseCore
internal import TurnwiseSandbox

/// The problems of a folder of shell tasks.
extension TaskFileError.Problem {
  // MARK: - The folder

  static func noTasks(expected: String) -> Self {
    Self("no-tasks", "contains no task", hint: "--tasks expects \(expected)")
  }

  static let isTask = Self(
    "is-task", "is a task, not a folder of tasks", hint: "name the folder that contains it")

  static func same(as other: String) -> Self {
    Self(
      "same", "is the same task as \(other)",
      hint: "remove one of them, or change what it asks for")
  }

  static func unknownName(_ name: String, known: [String]) -> Self {
    Self("unknown-name", "is not part of a task", hint: nearest(name, known))
  }

  // MARK: - Files

  static let link = Self(
    "link", "is a link", hint: "replace the link with what it refers to")
  static let special = Self("special", "is neither a file nor a folder")
  static let notAFolder = Self("not-a-folder", "is not a folder")

  static func tooLarge(bytes: Int, limit: Int) -> Self {
    Self("too-large", "has \(bytes) bytes; at most \(limit) are possible")
  }

  static func tooMuch(_ limits: Sandbox.Limits) -> Self {
    Self(
      "too-much",
      "is too large: at most \(limits.workspaceBytes) bytes in \(limits.workspaceEntries) files "
        + "and folders, nested at most \(limits.workspaceDepth) deep")
  }

  /// A workspace cannot contain the file; `reason` is the rest of the sentence.
  static func unsafe(_ reason: String) -> Self { Self("unsafe", reason) }

  static func notExecutable(_ file: String) -> Self {
    Self("not-executable", "is not executable", hint: "chmod +x \(file)")
  }

  static func carriageReturns(_ file: String) -> Self {
    Self(
      "carriage-returns", "has lines that end with a carriage return",
      hint: "sed -i 's/\\r$//' \(file)")
  }

  // MARK: - task.json

  static func unknownField(_ name: String, known: [String]) -> Self {
    Self("unknown-field", "is not a field of a task", hint: nearest(name, known))
  }

  // MARK: - run and check

  static func cannotRun(_ reason: String) -> Self {
    Self(
      "cannot-run", "does not run on the initial files: \(reason)",
      hint: "it must start and end by itself: a check with status 0 for success and 1 for failure")
  }

  static func badReport(_ reason: String) -> Self {
    Self(
      "bad-report", "wrote no valid report: \(reason)",
      hint: "a report is {\"score\": 0.5, \"gold\": …}; both are optional, and the score is for "
        + "tasks that are not done")
  }

  static let passesAtOnce = Self(
    "passes-at-once", "accepts the initial files, before anything is done",
    hint: "it must fail until the agent has done something")

  // MARK: - solution

  static func badSolution(_ reason: String) -> Self {
    Self(
      "bad-solution", "is not bash: \(reason)",
      hint: "each turn is a command of bash; a blank line ends it outside quotes, "
        + "here-documents and blocks")
  }

  static let noTurns = Self(
    "no-turns", "contains no command", hint: "write a command, or remove the file")

  static func tooManyTurns(_ turns: Int, limit: Int) -> Self {
    Self(
      "too-many-turns", "takes \(turns) turns; the limit is \(limit)",
      hint: "raise \"turnLimit\" in task.json")
  }

  private static func nearest(_ name: String, _ known: [String]) -> String {
    NearestName.suggestion(for: name, among: known).map { "did you mean '\($0)'?" }
      ?? "expected one of " + known.joined(separator: ", ")
  }
}
