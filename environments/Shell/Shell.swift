public import TurnwiseCore
internal import TurnwiseSandbox

/// Real bash in a real sandbox: small tasks over small trees of files.
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
public struct Shell: Environment {
  /// The name and version.
  public static let id = "shell-v1"

  /// The families that tasks are drawn from, by name.
  public var families: [String] = TaskFamilies.all.map { $0.name }
  /// How many folders are at the top of a tree; half of them have one more in them.
  public var folders = 3
  /// The bytes of a command's output that the agent is shown.
  public var outputLimit = 400
  /// The turn after which an unfinished episode is truncated.
  public var turnLimit = 8

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

  /// Checks that bubblewrap is there and allowed to make a sandbox.
  ///
  /// - Throws: A `Failure` that says why not, what to do, and what runs without it.
  public func prepare() async throws {
    do {
      try await Sandbox.shared.probe()
    } catch let refusal as Sandbox.Refusal {
      throw Failure(
        .sandbox, code: refusal.cause.rawValue,
        message: "\(refusal)\nWithout a sandbox this runs: turnwise compare keydoor-v1")
    }
  }

  /// Draws a task of one of the families.
  public func scenario(in split: Split, using random: inout Randomness) -> ShellTask {
    guard let name = families.randomElement(using: &random), let family = TaskFamilies.named(name)
    else {
      preconditionFailure("'families' must be some of \(TaskFamilies.all.map { $0.name }).")
    }
    var tree = TaskTree(split: split, folders: folders, random: random)
    let draft = family.task(in: &tree)
    random = tree.random
    return tree.finish(draft, family: family.name)
  }

  /// The family that made the task.
  public func family(of scenario: ShellTask) -> String { scenario.family }

  /// Lays out the files of a task.
  public func start(_ scenario: ShellTask, using random: inout Randomness) throws -> State {
    try State(scenario)
  }

  /// The instruction.
  public func observe(_ state: State) -> Observation { Observation(Text(state.task.instruction)) }

  /// Success if the right answer was submitted and the files are as they must be.
  public func judge(_ state: State) -> Judgement {
    Judgement(success: state.isAnswered && state.isTreeRight, gold: state.gold)
  }

  /// The share of facts read and of results achieved; 0 where a file is damaged.
  public func potential(_ state: State) -> Double? { state.progress }

  /// What an expert does who knows the instruction and what the turns have shown.
  public func expert(
    _ state: State, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
  ) -> Action? {
    ShellExpert(task: state.task, notes: Notebook(turns)).action(noise, using: &random)
  }
}
