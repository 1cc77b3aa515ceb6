/// A world that an agent acts in, one turn at a time.
///
/// A conforming type is an immutable *description*: rules, tools, limits, and parameters, which are
/// its stored properties. Everything that changes during an episode lives in ``State``, a value that
/// the engine copies to fork and encodes to checkpoint. A first environment needs five members:
/// `id`, `tools`, `scenario`, `start` and `judge`.
public protocol Environment: Codable, Sendable {
  /// What one episode is about. Recorded in its trace as plain JSON.
  associatedtype Scenario: Codable & Sendable
  /// Everything that changes during an episode. A copy must be an independent world.
  associatedtype State: Codable & Sendable

  /// The name and version, such as `lockbox-v1`. The version changes when learning curves could.
  static var id: String { get }

  /// What the agent is told before the first turn. Default: nothing.
  ///
  /// Each ``Situation`` contains it, for policies that read prompts, and `turnwise check` prints it. The small
  /// policies that `train` creates do not see it: they read only observations and replies (see
  /// `turnwise show RUN --episode N --prompt`), and learn from demonstrations what every episode has in
  /// common.
  var instructions: String { get }

  /// The tools that the agent may call.
  var tools: Toolbox<State> { get }

  /// The number of turns after which an unfinished episode is truncated. Default: 16.
  var turnLimit: Int { get }

  /// Whether the members of a group draw the same random numbers after the start. Default: true.
  ///
  /// Equal draws make episodes that are compared differ by their actions alone. Where luck after a
  /// decision is what an environment is about, its members should differ in it.
  var membersShareRandomness: Bool { get }

  /// The flags of `turnwise train` and `turnwise compare` with which training suits the environment, by their
  /// names: `["groups": "1"]`. Default: none.
  ///
  /// They replace general defaults, such as an update of 64 episodes where episodes are long. What the
  /// user sets replaces them.
  var trainingFlags: [String: String] { get }

  /// Checks that the machine has what the environment needs. Default: nothing is needed.
  ///
  /// Called once before a run, so that a missing program is reported once instead of failing every
  /// episode.
  ///
  /// - Throws: A ``Failure`` that says what is missing and what to do.
  func prepare() async throws

  /// Draws a scenario. Scenarios of different splits must never be equal.
  ///
  /// - Throws: An error if the split has no scenarios.
  func scenario(in split: Split, using random: inout Randomness) throws -> Scenario

  /// The number of turns after which an unfinished episode on a scenario is truncated. Default:
  /// ``turnLimit``.
  ///
  /// - Throws: An error if the scenario does not belong to this environment.
  func turnLimit(of scenario: Scenario) throws -> Int

  /// The kind of task that a scenario is, for tables. Default: the environment's `id`.
  func family(of scenario: Scenario) -> String

  /// Returns the state that an episode on `scenario` starts from.
  func start(_ scenario: Scenario, using random: inout Randomness) throws -> State

  /// Describes `state` to the agent, without what the agent must not see. Default: nothing.
  ///
  /// A method that is `async` or returns another type than ``Observation`` does not satisfy this requirement
  /// and is never called. `turnwise check` prints the first observation, so that you can see which one is used.
  ///
  /// A policy is shown an observation again only when it changes, so text that stays the same costs its
  /// tokens once.
  func observe(_ state: State) -> Observation

  /// Applies `action` to `state`. Default: runs the tools that it calls.
  nonisolated(nonsending) func step(
    _ state: inout State, _ action: Action, using random: inout Randomness
  ) async throws -> Outcome

  /// Judges the last state of an episode that terminated or was truncated. Failed episodes are not judged.
  nonisolated(nonsending) func judge(_ state: State) async throws -> Judgement

  /// Whether episodes have sub-tasks although the first state belongs to none. Default: false.
  var startsOutsideSubtasks: Bool { get }

  /// The sub-task that the agent works on in `state`, if the episode has sub-tasks. Default: nil.
  ///
  /// It is recorded in each turn. ``RewardShare`` says which sub-task a reward belongs to.
  func subtask(of state: State) -> String?

  /// The action that would solve the task of `state` at once if the agent knew what to do, such as
  /// giving the right answer; nil if there is no such action. Default: nil.
  ///
  /// The agent never sees it. It is recorded with the judgement, and its likelihood in earlier turns says
  /// how much the agent knows.
  func referenceAction(in state: State) -> Action?

  /// The progress made in `state`, for potential-based process rewards. Default: none.
  ///
  /// The potential should lie between 0 and 1; after the end of an episode it counts as 0. A method with another
  /// signature (`-> Double`, `potential(of:)`) does not satisfy this requirement; `turnwise check` reports
  /// whether the environment has a potential.
  func potential(_ state: State) -> Double?

  /// What a scripted expert does in `state`, or nil if there is no expert. Default: nil.
  ///
  /// An expert may read the state, but should act only on what an agent could know by then, so
  /// that its episodes can be imitated. A method with other labels does not satisfy this requirement and is
  /// never called; `turnwise check` reports whether there is an expert.
  ///
  /// - Throws: An error if the state does not belong to this environment.
  func expert(
    _ state: State, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
  ) throws -> Action?
}

extension Environment {
  /// Empty.
  public var instructions: String { "" }
  /// 16 turns.
  public var turnLimit: Int { 16 }
  /// Returns ``turnLimit``.
  public func turnLimit(of scenario: Scenario) -> Int { turnLimit }
  /// True.
  public var membersShareRandomness: Bool { true }
  /// None.
  public var trainingFlags: [String: String] { [:] }
  /// Does nothing.
  public func prepare() async throws {}
  /// Returns the environment's `id`.
  public func family(of scenario: Scenario) -> String { Self.id }
  /// Returns an empty observation.
  public func observe(_ state: State) -> Observation { .empty }
  /// False.
  public var startsOutsideSubtasks: Bool { false }
  /// Returns nil.
  public func subtask(of state: State) -> String? { nil }
  /// Returns nil.
  public func referenceAction(in state: State) -> Action? { nil }
  /// Returns nil.
  public func potential(_ state: State) -> Double? { nil }
  /// Returns nil.
  public func expert(
    _ state: State, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
  ) -> Action? { nil }

  /// Runs the tools that `action` calls.
  public nonisolated(nonsending) func step(
    _ state: inout State, _ action: Action, using random: inout Randomness
  ) async throws -> Outcome {
    try await tools.run(action, on: &state, using: &random)
  }
}

/// A part of an environment's scenarios.
public enum Split: String, Codable, Hashable, Sendable, CaseIterable {
  /// The scenarios that policies learn from.
  case train
  /// The scenarios that policies are evaluated on and never learn from.
  case heldOut = "held-out"
}

/// An environment's judgement of an episode's last state.
public struct Judgement: Codable, Hashable, Sendable {
  /// Whether the task was done; nil if that is unknown.
  public var success: Bool?
  /// A reward for the episode, paid after its last turn; absent is not zero.
  ///
  /// It must be finite and at most ``Outcome/rewardLimit`` in magnitude.
  public var reward: Double?
  /// The parts of the reward that belong to sub-tasks; `nil` if there are none.
  public var shares: [RewardShare]?
  /// What tells how well the episode went; `nil` means ``Measure/success``.
  public var measure: Measure?
  /// Data that the agent must never see, such as the right answer.
  public var gold: JSONValue?
  /// The environment's reference action in the last state, spelled in ``CompactFormat``; the session adds
  /// it.
  public package(set) var reference: Action?

  /// What tells how well an episode went, in evaluations and comparisons.
  public enum Measure: String, Codable, Hashable, Sendable {
    /// Whether the task was done.
    case success
    /// The sum of all rewards, from 0 to 1: the part of the task that was done.
    case `return`
  }

  /// Creates a judgement whose reward is 1 for success and 0 for failure.
  public init(success: Bool, gold: JSONValue? = nil) {
    self.init(success: success, reward: success ? 1 : 0, gold: gold)
  }

  /// Creates a judgement with the given reward, or none.
  public init(
    success: Bool?, reward: Double?, shares: [RewardShare]? = nil, measure: Measure? = nil,
    gold: JSONValue? = nil
  ) {
    self.measure = measure
    self.success = success
    self.reward = reward
    self.shares = shares
    self.gold = gold
  }

  /// Whether it has neither success nor reward: the episode could not be scored, which differs from a
  /// score of 0.
  ///
  /// Such an episode is recorded as it was played, and is excluded from learning and from comparisons.
  public var saysNothing: Bool { success == nil && reward == nil }
}

/// How often a scripted expert departs from its best behaviour, so that a policy that imitates it can
/// still improve.
public struct ExpertNoise: Codable, Hashable, Sendable {
  /// The probability, at each turn in which the expert would look first, that it takes a plausible shortcut
  /// instead.
  @Option<UnitInterval>("How often a plausible shortcut takes the place of looking.")
  public var habit = 0.0
  /// The probability, at each turn, of a wrong action.
  @Option<UnitInterval>("How often an action is wrong.")
  public var slip = 0.0

  /// Sets how often the expert errs; both are probabilities.
  public init(habit: Double, slip: Double) {
    self.habit = habit
    self.slip = slip
  }

  /// No errors: the expert's best behaviour.
  public static let none = ExpertNoise(habit: 0, slip: 0)
}
