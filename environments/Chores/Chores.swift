public import TurnwiseCore
internal import TurnwiseSandbox

/// An agent's working day: several jobs of different kinds, one after the other, in one tree of files with
/// real bash.
///
/// It is the environment in which credit decides. Each job is a task like those of ``Shell``, in a folder of its own.
/// An agent that gets one reward for eight jobs learns of each job as much as from seven times its own noise;
/// estimators that know which reward belongs to which turn do not have that noise.
///
///     var chores = Chores()
///     chores.jobs = 4
///     let session = try Session(chores, origin: EpisodeOrigin(seed: 1, split: .train, scenario: 0))
///
/// **Turns:** the observation is the instruction of the present job; `bash` starts in its folder, and `submit`
/// ends it. A job of which ``jobTurns`` turns are spent is lost. When a job is over, its folder is put away, and the observation
/// starts a new context (`Observation.startsContext`): the small models that `train` creates read one job at a time.
///
/// **Reward:** a right job is worth 1/(number of jobs). Rewards name the job that they belong to
/// (`RewardShare`), unless ``reward`` is `end`: then the sum is paid at the end. Success means that the work on all
/// jobs was right.
///
/// **Dials:** ``routine`` adds turns that decide nothing, ``luck`` makes right work fail by chance, and
/// ``irreversible`` adds a choice at the beginning that is paid at the end.
/// It needs bubblewrap; see `Sandbox`.
public struct Chores: Environment {
  /// The name and version.
  public static let id = "chores-v1"

  /// The number of jobs of a day.
  @Option<Integers<1, 64>>("Jobs of a day.") public var jobs = 8
  /// When jobs are paid.
  @Option("When jobs are paid: job (each when it is done) or end (their sum, unnamed).")
  public var reward = RewardTiming.job
  /// The number of items of each job's checklist, which must be ticked off before any work, in any order.
  @Option<Integers<0, 8>>("Routine turns of each job, which decide nothing.")
  public var routine = 0
  /// The probability that work arrives when it is sent; below 1, `send` must follow `submit`.
  @Option<UnitInterval>(
    "Probability that work arrives; below 1 it must be sent after it was submitted.")
  public var luck = 1.0
  /// Whether a day begins with the choice of a branch, which counts as one more job and is paid at the end.
  @Option("Whether a choice at the beginning is paid at the end, like one more job.")
  public var irreversible = false
  /// The kinds of jobs to draw from, by name; a day has as many different ones as possible.
  @Option<JobNames>("Kinds of jobs to draw from.")
  public var kinds = JobKinds.all.names
  /// The turns after which a job is lost.
  @Option<AtLeast<1>>("Turns after which a job is lost, without those of its routine.")
  public var jobTurns = 8
  /// The number of bytes of a command's output that the agent is shown.
  @Option<AtLeast<1>>("Bytes of a command's output that the agent is shown.")
  public var outputLimit = 400

  /// Creates the environment with its default parameters.
  public init() {}

  /// What to do, and what is special about the chosen parameters.
  public var instructions: String {
    var lines = [
      "Do the jobs of the day, one after the other. Each job has a folder, in which bash starts.",
      "Solve a job with bash, then submit its answer; the next job follows. \(turnsOfJob) turns per job.",
    ]
    if irreversible { lines.append("First pick the branch that /workspace/plan.txt names.") }
    if routine > 0 { lines.append("Tick off the checklist of a job before you work on it.") }
    if luck < 1 { lines.append("After you have submitted an answer, send it.") }
    return lines.joined(separator: "\n")
  }

  /// `bash`, `submit` and `todo`, and the tools of the chosen parameters.
  public var tools: Toolbox<State> {
    Toolbox {
      ChoresBash(sandbox: .shared, outputLimit: outputLimit)
      SubmitJob(rules: self)
      ListJobs(outputLimit: outputLimit)
      if routine > 0 { TickItem() }
      if luck < 1 { SendJob(rules: self) }
      if irreversible { PickBranch(rules: self) }
    }
  }

  /// The turns after which a job is lost, with those of its routine and of sending.
  var turnsOfJob: Int { jobTurns + routine + (luck < 1 ? 1 : 0) }

  /// The turns after which the last job is lost.
  public var turnLimit: Int { turnsOfJob * (jobs + (irreversible ? 1 : 0)) }

  /// Luck differs between the members of a group.
  public var membersShareRandomness: Bool { false }

  /// Those of long episodes, with more steps of imitation.
  public var trainingFlags: [String: String] {
    LongEpisodes.trainingFlags.merging(["cloning-steps": "3000"]) { $1 }
  }

  /// Checks that commands can be run in a sandbox.
  ///
  /// - Throws: A `Failure` if they cannot.
  public func prepare() async throws { try await Sandbox.shared.require() }

  /// Draws the jobs of a day.
  ///
  /// No kind is repeated before all have occurred.
  public func scenario(in split: Split, using random: inout Randomness) throws -> ChoresDay {
    var names: [String] = []
    while names.count < jobs { names += kinds.shuffled(using: &random) }
    let tasks = names.prefix(jobs).map { name in
      guard let kind = JobKinds.all.named(name) else {
        mistake("'kinds' must be one or more of \(JobKinds.all.names).")
      }
      var tree = TaskTree(split: split, folders: 3, random: random)
      let draft = kind.task(in: &tree)
      random = tree.random
      return tree.finish(draft, family: kind.name)
    }
    guard irreversible else { return ChoresDay(jobs: tasks) }
    let first = Vocabulary.word(in: split, using: &random)
    let second = Vocabulary.word(
      in: split, besides: [Vocabulary.firstSyllable(of: first)], using: &random)
    let branches = [first, second]
    return ChoresDay(
      jobs: tasks,
      choice: ChoresDay.Choice(planned: branches[random.chance(0.5) ? 0 : 1], branches: branches))
  }

  /// The number of jobs.
  public func family(of scenario: ChoresDay) -> String { "\(scenario.jobs.count) jobs" }

  /// Creates the folders of all jobs.
  public func start(_ scenario: ChoresDay, using random: inout Randomness) throws -> State {
    try State(scenario, checklist: checklist)
  }

  /// The instruction of the present job, which starts a new context.
  public func observe(_ state: State) -> Observation {
    if state.isChoosing, let choice = state.day.choice {
      let branches = choice.branches.joined(separator: " or ")
      return Observation(Text("Pick the branch \(branches), as \(ChoresDay.plan) tells."))
    }
    guard let task = state.task else { return Observation("All jobs are over.") }
    let list = routine == 0 ? "" : " Tick: \(checklist.joined(separator: ", "))."
    return Observation(
      Text("Job \(state.job + 1) of \(state.day.jobs.count): \(task.instruction)\(list)"),
      startsContext: true)
  }

  /// Runs the tools, and ends a job whose turns are spent.
  public func step(
    _ state: inout State, _ action: Action, using random: inout Randomness
  ) async throws -> Outcome {
    let (job, wasChoosing) = (state.job, state.isChoosing)
    var outcome = try await tools.run(
      action, on: &state, using: &random, refusal: "Read the next job first.",
      within: subtask(of:))
    guard state.job == job, state.isChoosing == wasChoosing else { return outcome }
    state.turns += 1
    guard state.turns >= turnsOfJob else { return outcome }
    if state.isChoosing {
      state.pick("", checklist: checklist)
    } else {
      outcome.add(finishJob(of: &state, isRight: false, ""))
    }
    return outcome
  }

  /// Success means that the work on all jobs was right, also if it was lost by chance; the reward is what is not paid yet.
  public func judge(_ state: State) -> Judgement {
    var shares: [RewardShare] = []
    if state.day.choice != nil {
      shares.append(RewardShare(state.hasPlannedBranch ? worth : 0, of: Self.choice))
    }
    let owed = Double(state.unpaid) * worth
    return Judgement(
      success: state.isOver && state.isFlawless && state.hasPlannedBranch,
      reward: reward == .end ? owed + shares.total : shares.isEmpty ? nil : shares.total,
      shares: reward == .end || shares.isEmpty ? nil : shares, measure: .return,
      gold: .array(state.day.jobs.map { TaskJudge(task: $0).gold }))
  }

  /// The job that the agent works on.
  public func subtask(of state: State) -> String? {
    state.isChoosing ? Self.choice : Self.name(of: state.job)
  }

  /// What is done and not paid: a part of the present job, the jobs that are paid at the end, and the choice.
  public func potential(_ state: State) -> Double? {
    let choice = state.branch != nil && state.hasPlannedBranch ? 1.0 : 0
    return worth * (state.progress + Double(state.unpaid) + choice)
  }

  /// What an expert does who knows the instruction and its turns on the present job.
  public func expert(
    _ state: State, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
  ) -> Action? {
    ChoresExpert(state: state, turns: turns, routine: routine).action(noise, using: &random)
  }
}

extension Chores {
  /// The sub-task of the choice at the beginning.
  static let choice = "branch"
  /// The items of checklists.
  private static let items = ["lamp", "desk", "door", "mail", "date", "clock", "plant", "screen"]

  /// The sub-task of a job.
  static func name(of job: Int) -> String { ChoresDay.folder(of: job) }

  /// The checklist of each job.
  var checklist: [String] { Array(Self.items.prefix(routine)) }

  /// What a right job is worth.
  var worth: Double { 1 / Double(jobs + (irreversible ? 1 : 0)) }

  /// Ends the present job, and pays for it if jobs are paid one by one.
  func finishJob(
    of state: inout State, isRight: Bool, hasArrived: Bool = true, _ text: Text
  ) -> ToolReply {
    let subtask = Self.name(of: state.job)
    let counts = isRight && hasArrived
    let isPaidNow = reward == .job
    state.finishJob(isRight: isRight, isOwed: counts && !isPaidNow, checklist: checklist)
    return ToolReply(
      text, reward: isPaidNow ? (counts ? worth : 0) : nil, of: isPaidNow ? subtask : nil,
      endsEpisode: state.isOver)
  }
}
