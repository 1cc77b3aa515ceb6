internal import TurnwiseCore
public import TurnwiseSandbox

extension Repair {
  /// The files as the agent left them, and which tests pass.
  public struct State: Codable, Hashable, Sendable {
    /// The task, of which the agent is shown the names of program and files.
    public let task: RepairTask
    /// The program, its visible tests, and whatever the agent made.
    public internal(set) var workspace: Workspace
    /// Which tests pass, the visible ones first, when only the program's own files are the agent's.
    public internal(set) var passing: [Bool]

    /// Plants the bugs.
    ///
    /// - Throws: A `Failure` where the task is of another version of the program.
    init(_ task: RepairTask) throws {
      let program = try Program.of(task)
      var files = program.files.map(\.lines)
      var failing: UInt32 = 0
      for bug in task.bugs {
        guard let file = program.files.firstIndex(where: { $0.path == bug.path }),
          (1...files[file].count).contains(bug.line), files[file][bug.line - 1] == bug.before,
          case .failing(let bits)? = Mutant.all[program.name]?.first(where: { $0.bug == bug })?
            .outcome
        else { throw Failure.otherProgram(task) }
        files[file][bug.line - 1] = bug.after
        failing |= bits
      }
      self.task = task
      workspace = try Workspace(
        zip(program.files, files).map { (path: Text($0.path), contents: Text($1.asLines)) }
          + Self.protected(of: program))
      // What several bugs break together is taken to be what they break one by one, until a test is run.
      passing = program.tests.indices.map { failing >> UInt32($0) & 1 == 0 }
    }

    /// The files that are not the agent's to change.
    static func protected(of program: Program) -> [(path: Text, contents: Text)] {
      [
        (VisibleRun.testsPath, Text(program.visible.map(\.line).asLines)),
        (VisibleRun.scriptPath, Text(VisibleRun.script)),
      ]
    }

    /// The texts of the program's own files, by path; a file that is gone, or none anymore, is left out.
    func sources(of program: Program) -> [String: Text] {
      Dictionary(
        uniqueKeysWithValues: program.files.compactMap { file in
          workspace[Text(file.path)].map { (file.path, $0) }
        })
    }

    /// The paths beside the program's own files at which something is not as it was.
    func touched(of program: Program) -> [Text] {
      let own = Set(program.files.map { Text($0.path) })
      let protected = Dictionary(
        uniqueKeysWithValues: Self.protected(of: program).map { ($0.path, $0.contents) })
      let others = Set(workspace.paths).union(protected.keys).subtracting(own)
      return others.filter { protected[$0] == nil || workspace[$0] != protected[$0] }
        .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }
  }
}

extension Program {
  /// The program of a task.
  ///
  /// - Throws: A `Failure` where there is none of its name.
  static func of(_ task: RepairTask) throws -> Program {
    guard let program = named(task.program) else { throw Failure.otherProgram(task) }
    return program
  }
}

extension Failure {
  /// A recorded task that this version cannot play.
  static func otherProgram(_ task: RepairTask) -> Failure {
    Failure(
      .environment, code: "other-program",
      message:
        "The program '\(task.program)' is not here as it was recorded. Play the task with the "
        + "version of Turnwise that recorded it.")
  }

  /// A task whose bugs make up for each other.
  static func noBug(_ task: RepairTask) -> Failure {
    Failure(
      .environment, code: "no-bug",
      message:
        "The \(task.bugs.count) bugs in '\(task.program)' make up for each other: no hidden test fails."
    )
  }
}
