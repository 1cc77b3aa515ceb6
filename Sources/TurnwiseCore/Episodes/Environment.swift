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
  /// It is in each ``Situation``, for policies that read prompts, and `turnwise check` prints it. The small
  /// policies that `train` makes from scratch do not see it: they read observations and replies alone
  /// (`turnwise show RUN --episode N --prompt`), and learn from demonstrations what is the same in every
  /// episode.
  var instructions: String { get }

  /// The tools that the agent may call.
  var tools: Toolbox<State> { get }

  /// The turn after which an unfinished episode is truncated. Default: 16.
  var turnLimit: Int { get }

  /// Checks that what the environment needs of the machine is there. Default: nothing is needed.
  ///
  /// Called once before a run, so that a missing program is one message and not a failure of each
  /// episode.
  ///
  /// - Throws: A ``Failure`` that says what is missing and what to do.
  func prepare() async throws

  /// Draws a scenario. Scenarios of different splits must never be equal.
  ///
  /// - Throws: An error where there are none of the split.
  func scenario(in split: Split, using random: inout Randomness) throws -> Scenario

  /// The turn after which an unfinished episode on a scenario is truncated. Default: ``turnLimit``.
  ///
  /// - Throws: An error where the scenario is none of this environment.
  func turnLimit(of scenario: Scenario) throws -> Int

  /// The kind of task that a scenario is, for tables. Default: the environment's `id`.
  func family(of scenario: Scenario) -> String

  /// Returns the state that an episode on `scenario` starts from.
  func start(_ scenario: Scenario, using random: inout Randomness) throws -> State

  /// Describes `state` to the agent, leaving out what it must not see. Default: nothing.
  ///
  /// A method that returns something else than an ``Observation``, or is `async`, is not this one and is never
  /// called; `turnwise check` prints the first observation, so that it can be seen.
  ///
  /// A policy is shown the words again only when they change, so an instruction that stays the same
  /// costs its tokens once.
  func observe(_ state: State) -> Observation

  /// Applies `action` to `state`. Default: run the tools that it calls.
  nonisolated(nonsending) func step(
    _ state: inout State, _ action: Action, using random: inout Randomness
  ) async throws -> Outcome

  /// Judges the last state of an episode, also of one that was cut short; never of a failed one.
  nonisolated(nonsending) func judge(_ state: State) async throws -> Judgement

  /// How far `state` is on the way, for potential-based process reward. Default: none.
  ///
  /// The potential should lie between 0 and 1; after the end of an episode it counts as 0. A method with another
  /// signature (`-> Double`, `potential(of:)`) is not this one; `turnwise check` says whether there is one.
  func potential(_ state: State) -> Double?

  /// What a scripted expert does in `state`, or nil where there is no expert. Default: there is none.
  ///
  /// An expert may look into the state, but should act only on what an agent could know by then, so
  /// that its episodes can be imitated. A method with other labels is not this one and is never called;
  /// `turnwise check` says whether there is an expert.
  ///
  /// - Throws: An error where the state is none of this environment.
  func expert(
    _ state: State, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
  ) throws -> Action?
}

extension Environment {
  /// Nothing.
  public var instructions: String { "" }
  /// 16 turns.
  public var turnLimit: Int { 16 }
  /// ``turnLimit``.
  public func turnLimit(of scenario: Scenario) -> Int { turnLimit }
  /// Needs nothing.
  public func prepare() async throws {}
  /// The environment's `id`.
  public func family(of scenario: Scenario) -> String { Self.id }
  /// An empty observation.
  public func observe(_ state: State) -> Observation { .empty }
  /// None.
  public func potential(_ state: State) -> Double? { nil }
  /// None.
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

/// A set of scenarios.
public enum Split: String, Codable, Hashable, Sendable, CaseIterable {
  /// The scenarios that policies learn from.
  case train
  /// The scenarios that policies are judged on, and never learn from.
  case heldOut = "held-out"
}

/// What an environment says of an episode's last state.
public struct Judgement: Codable, Hashable, Sendable {
  /// Whether the task was done, if that can be said.
  public var success: Bool?
  /// A reward for the episode, paid after its last turn; absent is not zero.
  ///
  /// It is finite, and at most ``Outcome/rewardLimit`` in magnitude.
  public var reward: Double?
  /// What the agent must never see, such as the right answer.
  public var gold: JSONValue?

  /// Creates a judgement whose reward is 1 for success and 0 for failure.
  public init(success: Bool, gold: JSONValue? = nil) {
    self.init(success: success, reward: success ? 1 : 0, gold: gold)
  }

  /// Creates a judgement with a reward of its own, or none.
  public init(success: Bool?, reward: Double?, gold: JSONValue? = nil) {
    self.success = success
    self.reward = reward
    self.gold = gold
  }

  /// Whether it has neither success nor reward: the episode could not be scored, which is not the same
  /// as 0.
  ///
  /// Such an episode is recorded as it was played, and left out of what is learnt and compared.
  public var saysNothing: Bool { success == nil && reward == nil }
}

/// How far a scripted expert departs from its best behaviour, so that a clone has something to learn.
public struct ExpertNoise: Codable, Hashable, Sendable {
  /// The probability, at each turn that would look first, of a plausible shortcut that does not.
  @Option<UnitInterval>("How often a plausible shortcut takes the place of looking.")
  public var habit = 0.0
  /// The probability, at each turn, of one wrong action.
  @Option<UnitInterval>("How often an action is wrong.")
  public var slip = 0.0

  /// Creates a dial.
  public init(habit: Double, slip: Double) {
    self.habit = habit
    self.slip = slip
  }

  /// The expert at its best.
  public static let none = ExpertNoise(habit: 0, slip: 0)
}
