internal import TurnwiseCore
public import TurnwiseSandbox

extension Repair {
  /// The files after the last command, and which tests pass.
  public struct State: Codable, Hashable, Sendable {
    /// The task, of which the agent sees only the names of the files and the number of bugs.
    public let task: RepairTask
    /// The program, its visible tests, and the files that the agent has created.
    public internal(set) var workspace: Workspace
    /// For each test, whether it passes with the agent's versions of the program's own files; the visible
    /// tests come first.
    public internal(set) var passing: [Bool]

    /// Plants the bugs.
    ///
    /// - Throws: A `Failure` if the task belongs to another version of the program.
    init(_ task: RepairTask) throws {
      let program = try Program.of(task)
      let planted = try task.planted(in: program)
      self.task = task
      workspace = try Workspace(planted.files + Self.protected(of: program))
      passing = planted.passing
    }

    /// Creates the state of a task in a workspace that may contain other programs too.
    init(_ task: RepairTask, in workspace: Workspace, passing: [Bool]) {
      (self.task, self.workspace, self.passing) = (task, workspace, passing)
    }

    /// The files that the agent may not change.
    static func protected(of program: Program) -> [(path: Text, contents: Text)] {
      [
        (VisibleRun.testsPath, Text(program.visible.map(\.line).asLines)),
        (VisibleRun.scriptPath, Text(VisibleRun.script)),
      ]
    }

    /// The texts of the program's own files, by path; missing files are omitted.
    func sources(of program: Program) -> [String: Text] { program.sources(in: workspace) }

    /// The paths other than the program's own files at which something was changed.
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

extension RepairTask {
  /// Returns the files of the program with the bugs, and whether each test passes.
  ///
  /// Until a test runs, several bugs are assumed to break the tests that each of them breaks alone.
  ///
  /// - Throws: A `Failure` if the task belongs to another version of the program.
  func planted(in program: Program) throws
    -> (files: [(path: Text, contents: Text)], passing: [Bool])
  {
    var files = program.files.map(\.lines)
    var failing: UInt32 = 0
    for bug in bugs {
      guard let file = program.files.firstIndex(where: { $0.path == bug.path }),
        (1...files[file].count).contains(bug.line), files[file][bug.line - 1] == bug.before,
        case .failing(let bits)? = Mutant.all[program.name]?.first(where: { $0.bug == bug })?
          .outcome
      else { throw Failure.otherProgram(self) }
      files[file][bug.line - 1] = bug.after
      failing |= bits
    }
    return (
      zip(program.files, files).map { (path: Text($0.path), contents: Text($1.asLines)) },
      program.tests.indices.map { failing >> UInt32($0) & 1 == 0 }
    )
  }
}

extension Program {
  /// The texts of the program's own files in a workspace, by path; missing files are omitted.
  func sources(in workspace: Workspace) -> [String: Text] {
    Dictionary(
      uniqueKeysWithValues: files.compactMap { file in
        workspace[Text(file.path)].map { (file.path, $0) }
      })
  }

  /// Draws one of the names of programs: one that never occurs in training, or another one.
  ///
  /// If there is none of the wanted ones, all names are drawn from.
  static func draw(
    from names: [String], isUnseen: Bool, using random: inout Randomness
  ) -> String? {
    let preferred = names.filter { unseen.contains($0) == isUnseen }
    return (preferred.isEmpty ? names : preferred).randomElement(using: &random)
  }

  /// Returns the program of a task.
  ///
  /// - Throws: A `Failure` if there is no such program.
  static func of(_ task: RepairTask) throws -> Program {
    guard let program = named(task.program) else { throw Failure.otherProgram(task) }
    return program
  }
}

extension Failure {
  /// The failure for a recorded task that this version cannot play.
  static func otherProgram(_ task: RepairTask) -> Failure {
    Failure(
      .environment, code: "other-program",
      message:
        "The program '\(task.program)' differs from the one that was recorded. Play the task with "
        + "the version of Turnwise that recorded it.")
  }

  /// The failure for a task whose bugs cancel each other out.
  static func noBug(_ task: RepairTask) -> Failure {
    Failure(
      .environment, code: "no-bug",
      message:
        "The \(task.bugs.count) bugs in '\(task.program)' cancel each other out: no test fails."
    )
  }
}
