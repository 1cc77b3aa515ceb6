public import TurnwiseCore
internal import TurnwiseSandbox

/// Small Python programs with planted bugs: run the tests, read, replace a line, submit.
///
/// It teaches looking before changing anything. The tests show which call goes wrong and which lines are
/// suspicious, the files show what is there, and a change that was not tested is a guess. Programs are few
/// and bugs are many: a policy learns the programs and must find what differs in one of them. <doc:RepairTasks>
/// explains how bugs are planted and how the verdict is protected from the agent.
///
///     let session = try Session(Repair(), scenario: task, origin: origin)
///     await session.play(.call("replace", ["path": "cart.py", "line": 7, "text": "n += cost(item)"]))
///
/// **Reward:** 1 if all tests, including the hidden ones, pass at the end, 0 otherwise. **Potential:** the
/// share of tests that pass. It needs bubblewrap and python3; see `Sandbox`.
public struct Repair: Environment {
  /// The name and version.
  public static let id = "repair-v1"

  /// The programs of the tasks, by name; some of them never occur in training.
  @Option<ProgramNames>("Programs of the tasks; some never occur in training.")
  public var programs = Program.all.map(\.name)
  /// The number of bugs in a program.
  @Option<Integers<1, 4>>("Bugs in a program.")
  public var bugs = 1
  /// Whether there are bugs that no visible test detects.
  @Option("Whether there are bugs that no visible test detects.")
  public var silentBugs = false
  /// How often a held-out task has a program that never occurs in training.
  @Option<UnitInterval>("How often a held-out task has a program that training never has.")
  public var unseenShare = 0.1
  /// The number of lines of a file that one reply shows.
  @Option<Integers<1, 20>>("Lines of a file that one reply shows.")
  public var window = 8
  /// The number of lines of a test report that the agent is shown.
  @Option<AtLeast<1>>("Lines of a test report that the agent is shown.")
  public var reportLines = 2
  /// The number of bytes of any other output that the agent is shown.
  @Option<AtLeast<1>>("Bytes of any other output that the agent is shown.")
  public var outputLimit = 400
  /// The turn after which an unfinished episode with one bug is truncated; each further bug adds half as
  /// many turns.
  @Option<Integers<1, 1000>>(
    "Turns of an episode with one bug; each further bug adds half as many.")
  public var turnLimit = 12

  /// Creates the environment with its default parameters.
  public init() {}

  /// What to do, in one line.
  public var instructions: String {
    "Repair the Python program, so that hidden tests pass too, and submit. Change its own files only."
  }

  /// The tools `list`, `read`, `search`, `replace`, `run_tests`, `bash` and `submit`.
  public var tools: Toolbox<State> {
    Toolbox {
      ListFiles(limit: outputLimit)
      ReadLines(window: window)
      SearchLines(window: window)
      ReplaceLine()
      RunTests(lines: reportLines)
      RunBash(limit: outputLimit)
      SubmitRepair()
    }
  }

  /// Checks that commands can be run in a sandbox, and that the programs pass their own tests with its
  /// python3.
  ///
  /// - Throws: A `Failure` if not, which says what to do.
  public func prepare() async throws {
    try await Sandbox.shared.require()
    let jobs = Program.all.map(\.job)
    for (program, outcomes) in zip(Program.all, try await CallRunner.shared.outcomes(of: jobs))
    where TestJudge.passing(of: program, outcomes).contains(false) {
      throw Failure(
        .sandbox, code: "python",
        message: "The program '\(program.name)' fails its own tests in the sandbox, so python3 is "
          + "missing there or differs. Install Debian's python3; the command `doctor` shows what is there."
      )
    }
  }

  /// Draws a program, and bugs on different lines of it.
  ///
  /// - Throws: A `Failure` if no program has so many bugs of the split.
  public func scenario(in split: Split, using random: inout Randomness) throws -> RepairTask {
    let isUnseen = split == .heldOut && random.chance(unseenShare)
    func mutants(_ program: String) -> [Mutant] {
      Mutant.tasks(of: program, in: split, silent: silentBugs)
    }
    let fitting = programs.filter { Set(mutants($0).map(\.bug.place)).count >= bugs }
    guard let name = Program.draw(from: fitting, isUnseen: isUnseen, using: &random) else {
      throw Failure(
        .environment, code: "no-task",
        message: "None of the programs has \(bugs) bugs in the split '\(split.rawValue)'. "
          + "Name more programs, or set bugs=1.")
    }
    var chosen: [RepairTask.Bug] = []
    for bug in mutants(name).map(\.bug).shuffled(using: &random) where chosen.count < bugs {
      if !chosen.contains(where: { $0.place == bug.place }) { chosen.append(bug) }
    }
    let files = Program.named(name)?.files.map(\.path) ?? []
    func place(_ bug: RepairTask.Bug) -> (Int, Int) {
      (files.firstIndex(of: bug.path) ?? 0, bug.line)
    }
    return RepairTask(program: name, bugs: chosen.sorted { place($0) < place($1) })
  }

  /// The program, after the word "unseen" if it never occurs in training.
  public func family(of scenario: RepairTask) -> String {
    (Program.unseen.contains(scenario.program) ? "unseen " : "") + scenario.program
  }

  /// The turn limit: ``turnLimit``, and half as many turns more for each further bug.
  public func turnLimit(of scenario: RepairTask) -> Int {
    turnLimit * (scenario.bugs.count + 1) / 2
  }

  /// Creates the files of the program with its bugs.
  ///
  /// - Throws: A `Failure` if the task belongs to another version of the program.
  public func start(_ scenario: RepairTask, using random: inout Randomness) throws -> State {
    try State(scenario)
  }

  /// The number of bugs, and the files that may contain them.
  public func observe(_ state: State) -> Observation {
    let files = (Program.named(state.task.program)?.files ?? []).map(\.path).joined(separator: " ")
    return Observation(Text("Find \(state.task.bugs.count) in: \(files)"))
  }

  /// Runs the tools, and the tests if the program was changed.
  public nonisolated(nonsending) func step(
    _ state: inout State, _ action: Action, using random: inout Randomness
  ) async throws -> Outcome {
    let program = try Program.of(state.task)
    let before = state.sources(of: program)
    let outcome = try await tools.run(action, on: &state, using: &random)
    let after = state.sources(of: program)
    if after != before {
      state.passing = try await TestJudge.passing(of: program, with: after)
    }
    return outcome
  }

  /// Success means that all tests pass with the agent's versions of the program's own files.
  ///
  /// The visible tests also run a second time in the workspace as the agent left it, with the test runner
  /// that is there. If the results differ, the agent has tampered with the tests; the gold says so.
  ///
  /// - Throws: A `Failure` of the sandbox, or one that several bugs cancel each other out: a program that
  ///   passes its tests from the start is not a task.
  public func judge(_ state: State) async throws -> Judgement {
    let program = try Program.of(state.task)
    if state.task.bugs.count > 1 {
      let start = try State(state.task).sources(of: program)
      guard try await TestJudge.passing(of: program, with: start).contains(false) else {
        throw Failure.noBug(state.task)
      }
    }
    let asLeft = try await VisibleRun.run(in: state.workspace)
    return Judgement(
      success: !state.passing.contains(false),
      gold: RepairGold(state, of: program, asLeft: asLeft).json)
  }

  /// The share of tests that pass.
  public func potential(_ state: State) -> Double? {
    Double(state.passing.count { $0 }) / Double(max(1, state.passing.count))
  }

  /// What an expert does who knows the programs and the turns so far.
  ///
  /// - Throws: A `Failure` if the task belongs to another version of the program.
  public func expert(
    _ state: State, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
  ) throws -> Action? {
    RepairExpert(try Program.of(state.task), state, after: turns, window: window)
      .action(noise, using: &random)
  }
}

/// The names of programs of which the tasks of ``Repair`` can be made.
public enum ProgramNames: OptionDomain {
  private static let known = Program.all.map(\.name)

  /// The names.
  public static let requirement = "one or more of \(known.joined(separator: ", "))"
  /// Whether all names are known and there is one.
  public static func allows(_ names: [String]) -> Bool {
    !names.isEmpty && names.allSatisfy(known.contains)
  }
}
