public import TurnwiseCore
internal import TurnwiseSandbox

/// Real bash in a real sandbox: small tasks over small trees of files, or tasks of your own.
///
/// It teaches looking before acting. An instruction names a word, a file or a folder, but not where
/// it is nor what it holds; whoever acts on a guess mostly loses, some at once (`submit`), some turns
/// later (an old value that was overwritten), and some only lose time (`No such file`). The text that
/// a policy samples is the text that bash receives.
///
///     let session = try Session(Shell(), scenario: task, origin: origin)
///     await session.play(.call("bash", ["command": "grep -rl gavu ."]))
///
/// **Reward:** 1 if, when the agent submits, the answer is right and the files are as they must be,
/// else 0. Nothing is random but `$RANDOM`. Needs bubblewrap; see ``Sandbox``.
///
/// With ``playing(tasksIn:)`` the tasks are those of a folder (<doc:ShellTasks>), whose own programs
/// decide; there is no potential then.
public struct Shell: Environment {
  /// The name and version.
  public static let id = "shell-v1"

  /// The families that tasks are drawn from, by name.
  public var families: [String] = TaskFamilies.all.map { $0.name }
  /// How many folders are at the top of a tree; half of them have one more in them.
  ///
  /// From 1 to 8: tasks with more may run out of names, which ends the program.
  public var folders = 3
  /// The most folders at the top of a tree.
  ///
  /// There are 150 words for held-out tasks, and files and what is in them need some, too.
  static let mostFolders = 8
  /// The bytes of a command's output that the agent is shown.
  public var outputLimit = 400
  /// The turn after which an unfinished episode is truncated.
  public var turnLimit = 8
  /// The tasks that are played instead of generated ones, if there are any.
  var tasks = TaskSet.empty
  /// What errors call the folder of the tasks; not a parameter, as only the files count.
  var tasksFolder = "the recorded tasks"

  private enum CodingKeys: String, CodingKey {
    case families, folders, outputLimit, turnLimit, tasks
  }

  /// Creates the environment with its default parameters.
  public init() {}

  /// Reads parameters.
  ///
  /// - Throws: A `DecodingError` where one is missing, names no family, or allows nothing.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    families = try container.decode([String].self, forKey: .families)
    folders = try container.decode(Int.self, forKey: .folders)
    outputLimit = try container.decode(Int.self, forKey: .outputLimit)
    turnLimit = try container.decode(Int.self, forKey: .turnLimit)
    tasks = try container.decodeIfPresent(TaskSet.self, forKey: .tasks) ?? .empty
    guard !families.isEmpty, families.allSatisfy({ TaskFamilies.named($0) != nil }) else {
      let known = TaskFamilies.all.map { $0.name }.joined(separator: ", ")
      throw DecodingError.dataCorruptedError(
        forKey: .families, in: container, debugDescription: "must be some of \(known)")
    }
    let counts: [(CodingKeys, Int)] = [
      (.folders, folders), (.outputLimit, outputLimit), (.turnLimit, turnLimit),
    ]
    for (key, value) in counts where value < 1 {
      throw DecodingError.dataCorruptedError(
        forKey: key, in: container, debugDescription: "must be at least 1")
    }
    guard folders <= Self.mostFolders else {
      throw DecodingError.dataCorruptedError(
        forKey: .folders, in: container,
        debugDescription: """
          must be at most \(Self.mostFolders), as tasks with more may run out of names
          """)
    }
  }

  /// Writes the parameters, and the tasks if they are not generated.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(families, forKey: .families)
    try container.encode(folders, forKey: .folders)
    try container.encode(outputLimit, forKey: .outputLimit)
    try container.encode(turnLimit, forKey: .turnLimit)
    if !tasks.isEmpty { try container.encode(tasks, forKey: .tasks) }
  }

  /// What to do, in a line.
  public var instructions: String { "Solve the task with bash, then submit the answer." }

  /// `bash` and `submit`.
  public var tools: Toolbox<State> {
    Toolbox {
      Bash(sandbox: .shared, outputLimit: outputLimit)
      Submit()
    }
  }

  /// Checks that bubblewrap is there and allowed to make a sandbox, and that checks of tasks run.
  ///
  /// - Throws: A `Failure` that says why not, what to do, and what runs without it; a
  ///   ``TaskFolderError`` of a task whose check cannot be used.
  public func prepare() async throws {
    try await Sandbox.shared.require()
    try await rehearseChecks()
  }

  /// Draws a task of the folder, or makes one of one of the families.
  ///
  /// - Throws: A ``TaskFolderError`` where the folder has none of the split.
  public func scenario(in split: Split, using random: inout Randomness) throws -> ShellTask {
    guard tasks.isEmpty else {
      return try tasks.scenario(in: split, of: tasksFolder, using: &random)
    }
    guard let name = families.randomElement(using: &random), let family = TaskFamilies.named(name)
    else {
      mistake("'families' must be some of \(TaskFamilies.all.map { $0.name }).")
    }
    var tree = TaskTree(split: split, folders: folders, random: random)
    let draft = family.task(in: &tree)
    random = tree.random
    return tree.finish(draft, family: family.name)
  }

  /// The family that made the task, or the name of the task.
  public func family(of scenario: ShellTask) -> String { scenario.family }

  /// The limit of the task, if it has one.
  ///
  /// - Throws: A `Failure` where the task is of a folder and not here.
  public func turnLimit(of scenario: ShellTask) throws -> Int {
    guard scenario.digest != nil else { return turnLimit }
    return try tasks.task(of: scenario).turnLimit ?? turnLimit
  }

  /// Lays out the files of a task.
  public func start(_ scenario: ShellTask, using random: inout Randomness) throws -> State {
    guard scenario.digest != nil else { return try State(scenario) }
    return try State(scenario, in: tasks.task(of: scenario).files)
  }

  /// The instruction.
  public func observe(_ state: State) -> Observation { Observation(Text(state.task.instruction)) }

  /// Success if the right answer was submitted and the files are as they must be; a task from a folder
  /// has its own check.
  public func judge(_ state: State) async throws -> Judgement {
    guard state.task.digest == nil else {
      return try await TaskCheck(task: tasks.task(of: state.task)).judgement(of: state)
    }
    return Judgement(success: state.isAnswered && state.isTreeRight, gold: state.gold)
  }

  /// The share of facts read and of results achieved; 0 where a file is damaged, and none of a task
  /// from a folder.
  public func potential(_ state: State) -> Double? {
    state.task.digest == nil ? state.progress : nil
  }

  /// What an expert does who knows the instruction and what the turns have shown.
  ///
  /// - Throws: A `Failure` where the task is of a folder and not here.
  public func expert(
    _ state: State, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
  ) throws -> Action? {
    guard state.task.digest != nil else {
      return ShellExpert(task: state.task, notes: Notebook(turns)).action(noise, using: &random)
    }
    return try tasks.task(of: state.task).solution.map {
      TaskSolution($0).action(after: turns, noise, using: &random)
    }
  }
}
