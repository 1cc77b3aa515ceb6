public import TurnwiseCore
internal import TurnwiseSandbox

/// Small Python programs with planted bugs: run the tests, read, replace a line, submit.
///
/// It teaches to look before changing anything. The tests tell which call goes wrong and which lines are
/// under suspicion, the files tell what is there, and a change that was not tried is a guess. Programs are few and bugs are many: a policy learns what
/// the programs are and must find what is different in one. <doc:Repair> tells how bugs are planted and how
/// the verdict is kept out of the agent's reach.
///
///     let session = try Session(Repair(), scenario: task, origin: origin)
///     await session.play(.call("replace", ["path": "cart.py", "line": 7, "text": "n += cost(item)"]))
///
/// **Reward:** 1 if all tests pass in the end, the hidden ones too, else 0. **Potential:** the share of
/// tests that pass. Needs bubblewrap and python3; see ``Sandbox``.
public struct Repair: Environment {
  /// The name and version.
  public static let id = "repair-v1"

  /// The programs that tasks are made of, by name; those that never occur in training are held out whole.
  public var programs: [String] = Program.all.map(\.name)
  /// How many bugs a program has.
  public var bugs = 1
  /// Whether there are bugs that no visible test notices.
  public var silentBugs = false
  /// How often a held-out task is of a program that never occurs in training.
  public var unseenShare = 0.1
  /// The lines that one look at a file shows.
  public var window = 8
  /// The lines of a report of the tests that the agent is shown.
  public var reportLines = 2
  /// The bytes of any other output that the agent is shown.
  public var outputLimit = 400
  /// The turn after which an unfinished episode with one bug is truncated; another bug gives half as many
  /// more.
  public var turnLimit = 12

  /// Creates the environment with its default parameters.
  public init() {}

  /// Reads parameters.
  ///
  /// - Throws: A `DecodingError` where one is missing, names no program, or allows nothing.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    programs = try container.decode([String].self, forKey: .programs)
    bugs = try container.decode(Int.self, forKey: .bugs)
    silentBugs = try container.decode(Bool.self, forKey: .silentBugs)
    unseenShare = try container.decode(Double.self, forKey: .unseenShare)
    window = try container.decode(Int.self, forKey: .window)
    reportLines = try container.decode(Int.self, forKey: .reportLines)
    outputLimit = try container.decode(Int.self, forKey: .outputLimit)
    turnLimit = try container.decode(Int.self, forKey: .turnLimit)
    func check(_ key: CodingKeys, _ isRight: Bool, _ expected: String) throws {
      guard !isRight else { return }
      throw DecodingError.dataCorruptedError(
        forKey: key, in: container, debugDescription: "must be \(expected)")
    }
    let known = Program.all.map(\.name).joined(separator: ", ")
    try check(
      .programs, !programs.isEmpty && programs.allSatisfy { Program.named($0) != nil },
      "some of \(known)")
    try check(.bugs, 1...4 ~= bugs, "from 1 to 4")
    try check(.unseenShare, 0...1 ~= unseenShare, "from 0 to 1")
    try check(.window, 1...20 ~= window, "from 1 to 20")
    try check(.reportLines, reportLines >= 1, "at least 1")
    try check(.outputLimit, outputLimit >= 1, "at least 1")
    try check(.turnLimit, 1...1000 ~= turnLimit, "from 1 to 1000")
  }

  /// What to do, in a line.
  public var instructions: String {
    "Repair the Python program, so that hidden tests pass too, and submit. Change its own files only."
  }

  /// `list`, `read`, `search`, `replace`, `run_tests`, `bash` and `submit`.
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

  /// Checks that bubblewrap is there and allowed to make a sandbox, and that the programs pass their own
  /// tests with the python3 in it.
  ///
  /// - Throws: A `Failure` that says why not, what to do, and what runs without it.
  public func prepare() async throws {
    try await Sandbox.shared.require()
    let jobs = Program.all.map(\.job)
    for (program, outcomes) in zip(Program.all, try await CallRunner.shared.outcomes(of: jobs))
    where TestJudge.passing(of: program, outcomes).contains(false) {
      throw Failure(
        .sandbox, code: "python",
        message: "The program '\(program.name)' fails its own tests in the sandbox, so python3 is "
          + "missing there or differs. Install Debian's python3; the command `doctor` shows what is found."
      )
    }
  }

  /// Draws a program, and bugs on lines of their own.
  ///
  /// - Throws: A `Failure` where no program has so many bugs of the split.
  public func scenario(in split: Split, using random: inout Randomness) throws -> RepairTask {
    let isUnseen = split == .heldOut && random.chance(unseenShare)
    func mutants(_ program: String) -> [Mutant] {
      Mutant.tasks(of: program, in: split, silent: silentBugs)
    }
    let fitting = programs.filter { Set(mutants($0).map(\.bug.place)).count >= bugs }
    let preferred = fitting.filter { Program.unseen.contains($0) == isUnseen }
    guard let name = (preferred.isEmpty ? fitting : preferred).randomElement(using: &random) else {
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

  /// The program, with a word before it if it never occurs in training.
  public func family(of scenario: RepairTask) -> String {
    (Program.unseen.contains(scenario.program) ? "unseen " : "") + scenario.program
  }

  /// ``turnLimit``, and half as much for each bug after the first.
  public func turnLimit(of scenario: RepairTask) -> Int {
    turnLimit * (scenario.bugs.count + 1) / 2
  }

  /// Lays out the program with its bugs.
  ///
  /// - Throws: A `Failure` where the task is of another version of the program.
  public func start(_ scenario: RepairTask, using random: inout Randomness) throws -> State {
    try State(scenario)
  }

  /// How many bugs there are, and the files in which they may be.
  public func observe(_ state: State) -> Observation {
    let files = (Program.named(state.task.program)?.files ?? []).map(\.path).joined(separator: " ")
    return Observation(Text("Find \(state.task.bugs.count) in: \(files)"))
  }

  /// Runs the tools, and the tests where the program was changed.
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

  /// Success if all tests pass where nothing but the program's own files is the agent's.
  ///
  /// The visible tests run a second time, in the tree as it was left, by what is there to run them. Where that
  /// comes to another end, somebody has tampered with them; the gold says so.
  ///
  /// - Throws: A `Failure` of the sandbox, and one where several bugs make up for each other: a program that
  ///   passes its tests from the start is no task.
  public func judge(_ state: State) async throws -> Judgement {
    let program = try Program.of(state.task)
    if state.task.bugs.count > 1 {
      let start = try State(state.task).sources(of: program)
      guard try await TestJudge.passing(of: program, with: start).contains(false) else {
        throw Failure.noBug(state.task)
      }
    }
    let asLeft = try await VisibleRun.play(in: state.workspace)
    return Judgement(
      success: !state.passing.contains(false),
      gold: RepairGold(state, of: program, asLeft: asLeft).json)
  }

  /// The share of tests that pass.
  public func potential(_ state: State) -> Double? {
    Double(state.passing.count { $0 }) / Double(max(1, state.passing.count))
  }

  /// What an expert does who knows the programs, and has read what the turns have shown.
  ///
  /// - Throws: A `Failure` where the task is of another version of the program.
  public func expert(
    _ state: State, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
  ) throws -> Action? {
    RepairExpert(try Program.of(state.task), state, after: turns, window: window)
      .action(noise, using: &random)
  }
}
