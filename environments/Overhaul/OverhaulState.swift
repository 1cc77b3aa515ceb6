public import TurnwiseCore
public import TurnwiseSandbox

extension Overhaul {
  /// The files of all programs, which tests pass, and what the agent has read of the program that is open.
  ///
  /// How a program was repaired is forgotten when it is submitted. So episodes that repair the programs in
  /// different orders mostly have equal keys where the same programs are left.
  public struct State: Codable, Hashable, Sendable {
    /// The programs with their bugs.
    public let task: OverhaulTask
    /// The programs, their visible tests, the test runner, and the files that the agent has created.
    public internal(set) var workspace: Workspace
    /// For each program and each of its tests, whether it passes with the agent's versions of the program's
    /// own files; the visible tests come first.
    public internal(set) var passing: [[Bool]]
    /// For each program, whether it was submitted.
    public internal(set) var isSubmitted: [Bool]
    /// The index of the program that is open; nil if the agent must open one.
    public internal(set) var present: Int?
    /// The turns that the agent has spent on the open program, with those of opening it.
    public internal(set) var turns = 0
    /// How often the agent has changed files of programs since the last program was submitted.
    public internal(set) var changes = 0
    /// What the agent has read of the open program.
    public internal(set) var reading = Reading()
    /// Where the present context began.
    public internal(set) var context = Context()
    /// Whether the visible tests of a submitted program had another result with the test runner that was in
    /// the workspace then.
    public internal(set) var isTampered = false
    /// The paths other than the programs' own files at which something was changed, before the last program
    /// was submitted.
    public internal(set) var touched: Set<Text> = []

    /// The beginning of a context, and what its observation says of earlier ones.
    public struct Context: Codable, Hashable, Sendable {
      /// The turns that were spent on the program before.
      public internal(set) var start = 0
      /// What had been read.
      public internal(set) var reading = Reading()
      /// The reply before, which the agent has not acted on yet; nil after a change, which says enough.
      public internal(set) var reply: Text?
    }

    /// Plants the bugs.
    ///
    /// - Throws: A `Failure` if the task belongs to another version of a program.
    init(_ task: OverhaulTask) throws {
      self.task = task
      let planted = try task.parts.map { try $0.planted(in: Program.of($0)) }
      passing = planted.map(\.passing)
      isSubmitted = task.parts.map { _ in false }
      workspace = try Workspace(planted.flatMap(\.files) + Self.protected(of: task))
    }

    /// Whether all programs were submitted.
    var isOver: Bool { !isSubmitted.contains(false) }

    /// The programs that were not submitted, with their numbers: `1 wrap, 3 stock`.
    ///
    /// Numbers, because a small policy cannot write the name of a program that training never has.
    var menu: String {
      task.parts.indices.filter { !isSubmitted[$0] }.map { "\($0 + 1) \(task.names[$0])" }
        .joined(separator: ", ")
    }

    /// The number of programs that were submitted and pass all tests now.
    var repaired: Int { task.parts.indices.count { isSubmitted[$0] && isRight($0) } }

    /// Whether all tests of a program pass.
    func isRight(_ index: Int) -> Bool { !passing[index].contains(false) }

    /// The state as the tools and the expert of ``Repair`` see it, with one of the programs.
    func part(_ index: Int) -> Repair.State {
      Repair.State(task.parts[index], in: workspace, passing: passing[index])
    }

    /// How much of a program is repaired: half for having read its wrong line, half for the tests that pass
    /// again, and all of it if all tests pass.
    func progress(_ index: Int) throws -> Double {
      if isRight(index) { return 1 }
      let start = try task.parts[index].planted(in: Program.of(task.parts[index])).passing
      let broken = start.count { !$0 }
      let mended = max(0, broken - passing[index].count { !$0 })
      let hasFound = index == present && task.parts[index].bugs.allSatisfy(reading.contains)
      return (hasFound ? 0.5 : 0) + 0.5 * Double(mended) / Double(max(1, broken))
    }
  }
}

extension Overhaul.State {
  /// The file of a program's visible tests.
  static func testsPath(of part: RepairTask) -> Text { "\(part.program)_tests.txt" }

  /// The files that the agent may not change.
  private static func protected(of task: OverhaulTask) -> [(path: Text, contents: Text)] {
    task.parts.map { part in
      let tests = Program.named(part.program)?.visible ?? []
      return (testsPath(of: part), Text(tests.map(\.line).asLines))
    } + [(VisibleRun.scriptPath, Text(VisibleRun.scriptForFile))]
  }

  /// The files as a new one would hold them: the programs' own texts, and everything else as it was.
  private func tidied() throws -> Workspace {
    let own = try task.parts.flatMap { part in
      try Program.of(part).sources(in: workspace).map { (path: Text($0.key), contents: $0.value) }
    }
    return try Workspace(own + Self.protected(of: task))
  }

  /// The paths other than the programs' own files at which something differs from the start.
  func touchedNow() throws -> Set<Text> {
    let own = try task.parts.flatMap { try Program.of($0).files.map { Text($0.path) } }
    let protected = Dictionary(
      uniqueKeysWithValues: Self.protected(of: task).map { ($0.path, $0.contents) })
    return Set(workspace.paths).union(protected.keys).subtracting(own).filter {
      protected[$0] == nil || workspace[$0] != protected[$0]
    }
  }

  /// Takes over files, and runs the tests of the programs that differ.
  ///
  /// - Returns: Whether a program differs.
  /// - Throws: A `Failure` of the sandbox.
  nonisolated(nonsending) mutating func take(_ changed: Workspace) async throws -> Bool {
    var differs = false
    for (index, part) in task.parts.enumerated() {
      let program = try Program.of(part)
      let sources = program.sources(in: changed)
      guard sources != program.sources(in: workspace) else { continue }
      passing[index] = try await TestJudge.passing(of: program, with: sources)
      differs = true
    }
    workspace = changed
    return differs
  }

  /// Runs the visible tests of a program in the workspace, with the test runner that is there.
  ///
  /// - Returns: The run, and whether its result differs from that of the program's own files alone.
  nonisolated(nonsending) func visibleRun(
    of index: Int
  ) async throws -> (run: VisibleRun, isTampered: Bool) {
    let part = task.parts[index]
    let run = try await VisibleRun.run(in: workspace, tests: Self.testsPath(of: part))
    let visible = try Program.of(part).visible.count
    return (run, run.isSuccess == passing[index].prefix(visible).contains(false))
  }

  /// Submits a program as it is.
  ///
  /// Everything but the texts of the programs' own files is then as it was at the start: other files, the tests, and the
  /// shell.
  ///
  /// - Throws: A `Failure` of the sandbox.
  nonisolated(nonsending) mutating func submit(_ index: Int) async throws {
    let deceives = try await visibleRun(of: index).isTampered
    isTampered = isTampered || deceives
    touched.formUnion(try touchedNow())
    workspace = try tidied()
    isSubmitted[index] = true
    (present, turns, changes) = (nil, 0, 0)
    (reading, context) = (Overhaul.Reading(), Context())
  }
}
