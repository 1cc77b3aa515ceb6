public import TurnwiseCore
internal import TurnwiseSandbox

/// Real bash in a real sandbox: small tasks on small trees of files, or tasks of your own.
///
/// It teaches looking before acting. An instruction names a word, a file or a folder, but neither where
/// it is nor what it contains. An agent that guesses mostly loses: sometimes at once (`submit`),
/// sometimes turns later (an old value was overwritten), and sometimes it only loses time
/// (`No such file`). The text that a policy samples is the text that bash receives.
///
///     let session = try Session(Shell(), scenario: task, origin: origin)
///     await session.play(.call("bash", ["command": "grep -rl gavu ."]))
///
/// **Reward:** 1 if the answer is right and the files are as required when the agent submits, 0
/// otherwise. Only `$RANDOM` is random. It needs bubblewrap; see `Sandbox`.
///
/// With ``playing(tasksIn:)`` the tasks are those of a folder (<doc:ShellTasks>). Their own programs
/// judge them, and there is no potential.
public struct Shell: Environment {
  /// The name and version.
  public static let id = "shell-v1"

  /// The families of tasks to draw from, by name.
  @Option<FamilyNames>("Families of tasks to draw from.")
  public var families = TaskFamilies.all.names
  /// The number of folders at the top of a tree; half of them contain one more folder.
  ///
  /// There are at most 8: held-out tasks have 150 words, and files and their contents need some of them too.
  @Option<Integers<1, 8>>("Folders at the top of a tree.")
  public var folders = 3
  /// The number of bytes of a command's output that the agent is shown.
  @Option<AtLeast<1>>("Bytes of a command's output that the agent is shown.")
  public var outputLimit = 400
  /// The turn after which an unfinished episode is truncated.
  @Option<AtLeast<1>>("Turns of an episode.")
  public var turnLimit = 8
  /// The tasks of a folder; `nil` if tasks are generated.
  private var recordedTasks: TaskSet?
  /// The tasks of a folder; empty if tasks are generated.
  var tasks: TaskSet {
    get { recordedTasks ?? .empty }
    set { recordedTasks = newValue.isEmpty ? nil : newValue }
  }
  /// The path that errors show for the folder.
  ///
  /// It is not encoded, because only the tasks are parameters.
  var tasksFolder = "the recorded tasks"

  private enum CodingKeys: String, CodingKey {
    case families, folders, outputLimit, turnLimit
    case recordedTasks = "tasks"
  }

  /// Creates the environment with its default parameters.
  public init() {}

  /// What to do, in one line.
  public var instructions: String { "Solve the task with bash, then submit the answer." }

  /// The tools `bash` and `submit`.
  public var tools: Toolbox<State> {
    Toolbox {
      Bash(sandbox: .shared, outputLimit: outputLimit)
      Submit()
    }
  }

  /// Checks that commands can be run in a sandbox, and that the solutions and checks of tasks work.
  ///
  /// - Throws: A `Failure` if commands cannot be run; a ``TaskFileError`` for a task whose solution or
  ///   check cannot be used.
  public func prepare() async throws {
    try await Sandbox.shared.require()
    try await validateTasks()
  }

  /// Draws a task of the folder, or generates a task of one of the families.
  ///
  /// - Throws: A ``TaskFileError`` if the folder has no task of the split.
  public func scenario(in split: Split, using random: inout Randomness) throws -> ShellTask {
    guard tasks.isEmpty else {
      return try tasks.scenario(in: split, of: tasksFolder, using: &random)
    }
    guard let name = families.randomElement(using: &random),
      let family = TaskFamilies.all.named(name)
    else {
      mistake("'families' must be one or more of \(TaskFamilies.all.names).")
    }
    var tree = TaskTree(split: split, folders: folders, random: random)
    let draft = family.task(in: &tree)
    random = tree.random
    return tree.finish(draft, family: family.name)
  }

  /// The family of the task, or its name if it is from a folder.
  public func family(of scenario: ShellTask) -> String { scenario.family }

  /// The turn limit of the task, or that of the environment if the task has none.
  ///
  /// - Throws: A `Failure` if the task is not one of the folder.
  public func turnLimit(of scenario: ShellTask) throws -> Int {
    guard scenario.digest != nil else { return turnLimit }
    return try tasks.task(of: scenario).turnLimit ?? turnLimit
  }

  /// Creates the files of a task.
  public func start(_ scenario: ShellTask, using random: inout Randomness) throws -> State {
    guard scenario.digest != nil else { return try State(scenario) }
    return try State(scenario, in: tasks.task(of: scenario).files)
  }

  /// The instruction of the task.
  public func observe(_ state: State) -> Observation { Observation(Text(state.task.instruction)) }

  /// Success means that the right answer was submitted and the files are as required; a task from a
  /// folder is judged by its own check.
  public func judge(_ state: State) async throws -> Judgement {
    guard state.task.digest == nil else {
      return try await TaskCheck(task: tasks.task(of: state.task)).judgement(of: state)
    }
    return Judgement(success: state.isAnswered && state.isTreeRight, gold: state.gold)
  }

  /// The share of facts that were read and of results that were achieved; 0 if a file is damaged, and
  /// nil for tasks from a folder.
  public func potential(_ state: State) -> Double? {
    state.task.digest == nil ? state.progress : nil
  }

  /// What an expert does who knows the instruction and the turns so far.
  ///
  /// - Throws: A `Failure` if the task is not one of the folder.
  public func expert(
    _ state: State, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
  ) throws -> Action? {
    guard state.task.digest != nil else {
      let history = CommandHistory(turns)
      return ShellExpert(task: state.task, history: history).action(noise, using: &random)
    }
    return try tasks.task(of: state.task).solution.map {
      TaskSolution($0).action(after: turns, noise, using: &random)
    }
  }
}

/// The names of families of which the tasks of ``Shell`` can be made.
public enum FamilyNames: OptionDomain {
  /// The names.
  public static let requirement = TaskFamilies.all.requirement
  /// Whether all names are known and there is one.
  public static func allows(_ names: [String]) -> Bool { TaskFamilies.all.allows(names) }
}
