public import TurnwiseCore
internal import TurnwiseSandbox

/// Repair in depth: several small Python programs in one folder, each with one planted bug.
///
/// The programs, bugs and tools are those of ``Repair``. An episode is three times as long and earns partial reward,
/// the programs may be repaired in any order, and what was repaired must stay right.
///
///     var overhaul = Overhaul()
///     overhaul.bugs = 2
///     let session = try Session(overhaul, origin: EpisodeOrigin(seed: 1, split: .train, scenario: 0))
///
/// **Turns:** `open` begins the work on a program and `submit` ends it. A program of which ``programTurns`` turns are spent is
/// submitted as it is. The episode ends with the last program.
///
/// **Contexts:** a new one (`Observation.startsContext`) starts when a program is opened, changed or submitted, and after
/// ``contextTurns`` turns without any of these. Its observation says which lines were read, what the last reply was,
/// and how many turns and changes are left. So the small models that `train` creates need little context.
///
/// **Reward:** a program whose tests all pass, the hidden ones too, is worth 1/(number of bugs) when it is submitted. A
/// change that breaks it afterwards costs as much, and mending it again gives it back. So the return is the share of
/// programs that were submitted and are right at the end. Rewards name the program that was open (`RewardShare`), unless ``reward`` is `end`:
/// then the same is paid at the end. Success means that all programs are right.
///
/// **Potential:** how much of the programs is repaired and not paid yet; half of a program for having read its wrong line.
/// It needs bubblewrap and python3; see `Sandbox`. <doc:OverhaulTasks> says how the verdict is protected.
public struct Overhaul: Environment {
  /// The name and version.
  public static let id = "overhaul-v1"

  /// The number of programs, each with one bug.
  @Option<Integers<1, 8>>("Programs of an episode, each with one bug.")
  public var bugs = 3
  /// When repaired programs are paid.
  @Option("When programs are paid: bug (each when it is submitted) or end (their sum, unnamed).")
  public var reward = RepairTiming.bug
  /// The programs to draw from, by name; some of them never occur in training.
  @Option<ProgramNames>("Programs to draw from; some never occur in training.")
  public var programs = Program.all.map(\.name)
  /// How often a program of a held-out task is one that never occurs in training.
  @Option<UnitInterval>("How often a held-out program is one that training never has.")
  public var unseenShare = 0.1
  /// How often the files may be changed before the open program is submitted.
  ///
  /// With as many changes as turns, an agent that knows the programs by heart could write the most likely lines as they
  /// should be and never look.
  @Option<Integers<1, 1000>>("Changes of files for each program.")
  public var changes = 2
  /// The turns after which a program is submitted as it is, with that of opening it.
  @Option<Integers<1, 1000>>("Turns after which a program is submitted as it is.")
  public var programTurns = 14
  /// The turns after which a new context starts, if no change has started one.
  @Option<Integers<1, 1000>>(
    "Turns after which a new context starts, if no change has started one.")
  public var contextTurns = 6
  /// The number of lines of a file that one reply shows.
  @Option<Integers<1, 20>>("Lines of a file that one reply shows.")
  public var window = 8
  /// The number of lines of a test report that the agent is shown.
  @Option<AtLeast<1>>("Lines of a test report that the agent is shown.")
  public var reportLines = 2
  /// The number of bytes of any other output that the agent is shown.
  @Option<AtLeast<1>>("Bytes of any other output that the agent is shown.")
  public var outputLimit = 400

  /// Creates the environment with its default parameters.
  public init() {}

  /// What to do, and what counts.
  public var instructions: String {
    """
    The folder contains \(bugs) small Python programs, each with one bug in one line. Repair them one by one, in any order.
    Open a program, run its tests, read the suspicious lines, replace the wrong one, run the tests again and submit the program.
    It counts if hidden tests pass too. Change only the programs' own files, and do not break a program that you have submitted.
    For each program you have \(programTurns) turns, and you may change files \(changes) times.
    """
  }

  /// `open` and `submit`, and for the open program `list`, `read`, `search`, `replace`, `run_tests` and `bash`.
  public var tools: Toolbox<State> {
    Toolbox {
      OpenProgram()
      OnOpenProgram(inner: ListFiles(limit: outputLimit), rules: self)
      OnOpenProgram(inner: ReadLines(window: window), rules: self)
      OnOpenProgram(inner: SearchLines(window: window), rules: self)
      OnOpenProgram(inner: ReplaceLine(), rules: self)
      OnOpenProgram(inner: RunBash(limit: outputLimit), rules: self)
      RunOpenTests(lines: reportLines)
      SubmitProgram(rules: self)
    }
  }

  /// The turns after which the last program is submitted.
  public var turnLimit: Int { programTurns * bugs }

  /// Those of long episodes, with more demonstrations: each of them is a context, of which a program has three.
  public var trainingFlags: [String: String] {
    LongEpisodes.trainingFlags.merging(["demonstrations": "6000"]) { $1 }
  }

  /// Checks what ``Repair`` needs: a sandbox, and programs that pass their own tests in it.
  ///
  /// - Throws: A `Failure` if something is missing, which says what to do.
  public func prepare() async throws { try await Repair().prepare() }

  /// Draws programs, and a bug for each of them.
  ///
  /// - Throws: A `Failure` if there are too few programs.
  public func scenario(in split: Split, using random: inout Randomness) throws -> OverhaulTask {
    try .draw(bugs, of: programs, in: split, unseenShare: unseenShare, using: &random)
  }

  /// The number of programs, after the word "unseen" if one of them never occurs in training.
  public func family(of scenario: OverhaulTask) -> String {
    let isUnseen = scenario.names.contains(where: Program.unseen.contains)
    return (isUnseen ? "unseen " : "") + "\(scenario.parts.count) bugs"
  }

  /// Creates the files of the programs with their bugs.
  ///
  /// - Throws: A `Failure` if the task belongs to another version of a program.
  public func start(_ scenario: OverhaulTask, using random: inout Randomness) throws -> State {
    try State(scenario)
  }

  /// The files of the open program and what was read in earlier contexts, or the programs that are left; each starts a new context.
  public func observe(_ state: State) -> Observation {
    if state.isOver { return Observation("All programs are submitted.", startsContext: true) }
    let context = state.context
    var left = "Turns left: \(programTurns - context.start)"
    let task: String
    if let present = state.present {
      let name = state.task.names[present]
      let files = (Program.named(name)?.files ?? []).map(\.path).joined(separator: " ")
      task = "Find the bug of \(name) in: \(files)"
      left += ", changes left: \(changes - state.changes)."
      left += context.reading.lines.isEmpty ? "" : " Read: \(context.reading.summary)"
    } else {
      task = "Open one of: \(state.menu)"
    }
    let before: Text = context.reply.map { "\nThe last reply was:\n\($0)" } ?? ""
    return Observation("\(task)\n\(left)\(before)", startsContext: true)
  }

  /// Runs the tools, and submits a program whose turns are spent.
  public func step(
    _ state: inout State, _ action: Action, using random: inout Randomness
  ) async throws -> Outcome {
    let (before, present, changes) = (state.isSubmitted, state.present, state.changes)
    var outcome = try await tools.run(
      action, on: &state, using: &random, refusal: "Read what comes next first.",
      within: subtask(of:))
    guard state.isSubmitted == before else { return outcome }
    state.turns += 1
    if state.turns >= programTurns, let index = state.present ?? before.firstIndex(of: false) {
      outcome.add(try await submit(index, of: &state))
      return outcome
    }
    let isElsewhere = state.present != present || state.changes != changes
    if isElsewhere || state.turns - state.context.start >= contextTurns {
      state.context = State.Context(
        start: state.turns, reading: state.reading,
        reply: isElsewhere ? nil : outcome.replies.last?.text)
    }
    return outcome
  }

  /// Success means that all programs were submitted and are right; the reward is what is not paid yet.
  ///
  /// - Throws: A `Failure` of the sandbox.
  public func judge(_ state: State) async throws -> Judgement {
    Judgement(
      success: state.repaired == state.task.parts.count,
      reward: reward == .end ? Double(state.repaired) * worth : nil, measure: .return,
      gold: try await OverhaulGold(state).json)
  }

  /// True: a program must be opened first.
  public var startsOutsideSubtasks: Bool { true }

  /// The program that is open; nil if the agent must open one.
  public func subtask(of state: State) -> String? { state.present.map { state.task.names[$0] } }

  /// What is repaired and not paid: parts of the programs that were not submitted, and those that are paid at the end.
  public func potential(_ state: State) -> Double? {
    let parts = state.task.parts.indices.map { index -> Double in
      if state.isSubmitted[index] { return reward == .end && state.isRight(index) ? 1 : 0 }
      // A state that exists belongs to these programs.
      return (try? state.progress(index)) ?? 0
    }
    return worth * parts.reduce(0, +)
  }

  /// What an expert does who knows the programs and its turns on the open one.
  ///
  /// - Throws: A `Failure` if the task belongs to another version of a program.
  public func expert(
    _ state: State, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
  ) throws -> Action? {
    try OverhaulExpert(state: state, turns: turns, rules: self).action(noise, using: &random)
  }
}

extension Overhaul {
  /// What a right program is worth.
  var worth: Double { 1 / Double(bugs) }

  /// Submits a program as it is, and pays for it if programs are paid one by one.
  ///
  /// The reward names no program if none is open: the turns of the agent were spent without opening one.
  nonisolated(nonsending) func submit(_ index: Int, of state: inout State) async throws -> ToolReply
  {
    let name = subtask(of: state)
    try await state.submit(index)
    guard reward == .bug else { return ToolReply("", endsEpisode: state.isOver) }
    return ToolReply(
      "", reward: state.isRight(index) ? worth : 0, of: name,
      endsEpisode: state.isOver)
  }
}
