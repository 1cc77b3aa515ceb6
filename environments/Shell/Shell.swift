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
  public var families: [String] = TaskFamilies.all.map { $0.name }
  /// The number of folders at the top of a tree, from 1 to 8; half of them contain one more folder.
  public var folders = 3
  /// The largest number of folders at the top of a tree.
  ///
  /// Held-out tasks have 150 words, and files and their contents need some of them too.
  static let maxFolders = 8
  /// The number of bytes of a command's output that the agent is shown.
  public var outputLimit = 400
  /// The turn after which an unfinished episode is truncated.
  public var turnLimit = 8
  /// The tasks of a folder; empty if tasks are generated.
  var tasks = TaskSet.empty
  /// The path that errors show for the folder.
  ///
  /// It is not encoded, because only the tasks are parameters.
  var tasksFolder = "the recorded tasks"

  private enum CodingKeys: String, CodingKey {
    case families, folders, outputLimit, turnLimit, tasks
  }

  /// Creates the environment with its default parameters.
  public init() {}

  /// Decodes the parameters.
  ///
  /// - Throws: A `DecodingError` if one is missing or out of range, or names an unknown family.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    families = try container.decode(.families, someOf: TaskFamilies.all.map { $0.name })
    // Tasks with more folders may run out of names, which ends the program.
    folders = try container.decode(.folders, in: 1...Self.maxFolders)
    outputLimit = try container.decode(.outputLimit, atLeast: 1)
    turnLimit = try container.decode(.turnLimit, atLeast: 1)
    tasks = try container.decodeIfPresent(TaskSet.self, forKey: .tasks) ?? .empty
  }

  /// Encodes the parameters, and the tasks if they are not generated.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(families, forKey: .families)
    try container.encode(folders, forKey: .folders)
    try container.encode(outputLimit, forKey: .outputLimit)
    try container.encode(turnLimit, forKey: .turnLimit)
    if !tasks.isEmpty { try container.encode(tasks, forKey: .tasks) }
  }

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
    guard let name = families.randomElement(using: &random), let family = TaskFamilies.named(name)
    else {
      mistake("'families' must be one or more of \(TaskFamilies.all.map { $0.name }).")
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
