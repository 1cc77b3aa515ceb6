public import TurnwiseCore
public import TurnwiseSandbox

/// What is wrong with a folder of tasks, and where.
public struct TaskFolderError: InputError, Hashable {
  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    /// There is no such folder.
    case noFolder
    /// The folder holds no task.
    case noTasks
    /// The folder is a task and not a folder of tasks.
    case isTask
    /// No task belongs to a split.
    case none(of: Split)
    /// A file that each task needs is not there.
    case missing
    /// The system does not let the file be read.
    case unreadable(String)
    /// A name that has no meaning in a task.
    case unknownName(known: [String])
    /// The file is not JSON.
    case notJSON(String)
    /// The file is JSON, but no object.
    case notAnObject
    /// A field that each task needs is not there.
    case missingField
    /// A field that has no meaning.
    case unknownField(known: [String])
    /// The value of a field.
    case wrongValue(String, expected: String)
    /// A link, which could lead anywhere.
    case link
    /// Neither a file nor a folder.
    case special
    /// A file where a folder must be.
    case notAFolder
    /// A folder where a file must be.
    case notAFile
    /// More bytes than such a file may have.
    case tooLarge(bytes: Int, limit: Int)
    /// More bytes, files and folders, or folders in one another than a task may have.
    case tooMuch(Sandbox.Limits)
    /// A name that no workspace may have.
    case unsafe(String)
    /// The file must be a program.
    case notExecutable
    /// The lines of a script end as those of Windows do.
    case carriageReturns
    /// A program came to an end that says nothing of the task.
    case cannotRun(String)
    /// The check wrote something that is no report.
    case badReport(String)
    /// The check accepts the files that the agent finds.
    case passesAtOnce
    /// A solution that bash cannot read.
    case badSolution(String)
    /// A solution without a turn.
    case noTurns
    /// A solution that does not fit the limit.
    case tooManyTurns(Int, limit: Int)
    /// Another task is the same.
    case same(as: String)
  }

  /// The file or folder.
  public var file: String
  /// The line, from 1, if the problem is in one.
  public var line: Int?
  /// The field, if the problem is in one.
  public var field: String?
  /// What is wrong.
  public var problem: Problem

  /// Creates an error.
  init(_ file: String, line: Int? = nil, field: String? = nil, _ problem: Problem) {
    (self.file, self.line, self.field, self.problem) = (file, line, field, problem)
  }
}

extension TaskFolderError {
  /// Where and what.
  public var description: String {
    file + (line.map { ":\($0)" } ?? "") + ": " + (field.map { "'\($0)' " } ?? "") + problem.words
  }

  /// What to do about it.
  public var hint: String? {
    switch problem {
    case .noFolder, .noTasks:
      "--tasks names a folder of tasks, each a folder with task.json, check and files/"
    case .isTask: "name the folder that it is in"
    case .none(of: let split):
      "write \"split\": \"\(split.rawValue)\" into the task.json of some, or play the other split"
    case .missing where file.hasSuffix("/" + FolderTask.checkName):
      "write a program that ends with status 0 where the task is done, and chmod +x it"
    case .missing: "write one: {\"instruction\": \"what the agent is told\"}"
    case .unknownName(let known): nearest(file.split(separator: "/").last.map(String.init), known)
    case .missingField: "say what the agent is told"
    case .unknownField(let known): nearest(field, known)
    case .link: "put what it leads to in its place"
    case .notExecutable: "chmod +x \(file)"
    case .carriageReturns: "sed -i 's/\\r$//' \(file)"
    case .cannotRun:
      "it must start, and come to an end by itself: a check with 0 for success and 1 for failure"
    case .badReport:
      "a report is {\"score\": 0.5, \"gold\": …}, each if you like; the score is for what is not done"
    case .passesAtOnce: "it must fail until the agent has done something"
    case .badSolution:
      "each turn is a command of bash; a blank line ends it outside of quotes, here-documents and blocks"
    case .noTurns: "write a command, or take the file away"
    case .tooManyTurns: "raise \"turnLimit\" in task.json"
    case .same: "take one away, or change what it asks for"
    case .unreadable, .notJSON, .notAnObject, .wrongValue, .special, .notAFolder, .notAFile,
      .tooLarge, .tooMuch, .unsafe:
      nil
    }
  }

  private func nearest(_ name: String?, _ known: [String]) -> String {
    name.flatMap { NearestName.suggestion(for: $0, among: known) }.map { "did you mean '\($0)'?" }
      ?? "there is " + known.joined(separator: ", ")
  }
}

extension TaskFolderError.Problem {
  fileprivate var words: String {
    switch self {
    case .noFolder: "no such folder"
    case .noTasks: "holds no task"
    case .isTask: "is a task, not a folder of tasks"
    case .none(of: let split): "none is for \(split.rawValue)"
    case .missing: "no such file"
    case .unreadable(let reason): "cannot be read: \(reason)"
    case .unknownName: "is no part of a task"
    case .notJSON(let reason): "is not JSON: \(reason)"
    case .notAnObject: "is no JSON object"
    case .missingField: "is missing"
    case .unknownField: "is no field of a task"
    case .wrongValue(let found, let expected): "is \(found); expected \(expected)"
    case .link: "is a link"
    case .special: "is neither a file nor a folder"
    case .notAFolder: "is no folder"
    case .notAFile: "is no file"
    case .tooLarge(let bytes, let limit): "has \(bytes) bytes; it may have \(limit)"
    case .tooMuch(let limits):
      "is too much: there may be \(limits.workspaceBytes) bytes in \(limits.workspaceEntries) "
        + "files and folders, \(limits.workspaceDepth) of them in one another"
    case .unsafe(let reason): reason
    case .notExecutable: "is not executable"
    case .carriageReturns: "has lines that end with a carriage return"
    case .cannotRun(let reason): "does not run on the files as they are: \(reason)"
    case .badReport(let reason): "wrote no report: \(reason)"
    case .passesAtOnce: "accepts the files as they are, before anything was done"
    case .badSolution(let reason): "is not bash: \(reason)"
    case .noTurns: "holds no command"
    case .tooManyTurns(let turns, let limit): "takes \(turns) turns of at most \(limit)"
    case .same(let other): "is the same task as \(other)"
    }
  }
}
