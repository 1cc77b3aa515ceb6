public import TurnwiseCore

/// A text game in which few turns decide: read the sign, take the right key, avoid the rotten side
/// of the passage, open the door.
///
/// It shows how credit should be assigned. *Decisive:* opening the door with a wrong key ends the
/// episode, long after the key was taken. *Recoverable:* on the rotten side of the passage you fall
/// and return to the hall, and a wrong key can be exchanged. *Irrelevant:* resting, and the side taken
/// at sound steps. *Stopping:* `leave` ends the episode at once for a small reward. The list of actions
/// is finite (`Observation.choices`) and nothing is random, so values can be computed exactly. No
/// sandbox is needed.
///
/// **Reward:** 1 for opening the door, 0.1 for leaving, 0 otherwise.
public struct KeyDoor: Environment {
  /// `keydoor-v1`.
  public static let id = "keydoor-v1"

  /// The number of steps in the passage: the turns between taking a key and learning whether it fits.
  @Option<Integers<1, 1000>>("Steps in the passage.")
  public var horizon = 4
  /// The reward for leaving.
  @Option("Reward for leaving.")
  public var leaveReward = 0.1

  /// Creates the game with its default parameters.
  public init() {}

  /// What to do, in one sentence.
  public var instructions: String { "Open the door at the end of the passage." }
  /// Eight turns more than the number of steps in the passage.
  public var turnLimit: Int { horizon + 8 }
  /// The tools `read`, `take`, `walk`, `back`, `open`, `rest` and `leave`.
  public var tools: Toolbox<State> {
    Toolbox {
      Read()
      Take()
      Walk()
      Back()
      Open()
      Rest()
      Leave(reward: leaveReward)
    }
  }

  /// A side of the passage.
  public enum Side: String, Codable, Sendable, CaseIterable {
    /// The left side.
    case left
    /// The right side.
    case right
  }

  /// Which key fits, and where the passage is rotten.
  public struct Scenario: Codable, Hashable, Sendable {
    /// The keys on the table.
    public var keys: [String]
    /// The key that fits the door.
    public var fittingKey: String
    /// The side that is rotten at one step.
    public var rottenSide: Side
    /// The step at which that side gives way.
    public var rottenStep: Int
  }

  /// Where the player is and what has happened.
  public struct State: Codable, Hashable, Sendable {
    /// The scenario, which the player cannot see.
    public var scenario: Scenario
    /// The number of steps in the passage.
    public var horizon: Int
    /// The number of steps taken: 0 in the hall, `horizon` at the door.
    public var position = 0
    /// The key in the player's hand.
    public var key: String?
    /// Whether the player has read the sign.
    public var hasRead = false
    /// Whether the door is open.
    public var isOpen = false
  }

  private static let colors = [
    "red", "blue", "green", "black", "white", "brown", "golden", "silver",
  ]

  /// Draws three keys, the key that fits, and the rotten place in the passage.
  public func scenario(in split: Split, using random: inout Randomness) -> Scenario {
    // A quarter of all scenarios is held out, chosen by a hash of their contents.
    while true {
      let keys = Array(Self.colors.shuffled(using: &random).prefix(3))
      let scenario = Scenario(
        keys: keys, fittingKey: keys[Int.random(in: 0..<3, using: &random)],
        rottenSide: Bool.random(using: &random) ? .left : .right,
        rottenStep: Int.random(in: 0..<max(1, horizon), using: &random))
      let words = keys + [scenario.fittingKey, scenario.rottenSide.rawValue]
      let digest = Digest(of: Array("\(words) \(scenario.rottenStep)".utf8))
      if (digest.words[0] % 4 == 0) == (split == .heldOut) { return scenario }
    }
  }

  /// The player is in the hall, with empty hands.
  public func start(_ scenario: Scenario, using random: inout Randomness) -> State {
    State(scenario: scenario, horizon: horizon)
  }

  /// Says where the player is, but neither what the sign says nor where the passage is rotten.
  public func observe(_ state: State) -> Observation {
    let choices = Self.choices(in: state)
    if state.position == 0 {
      let keys = state.scenario.keys.joined(separator: ", ")
      return Observation("You are in the hall, by a sign. Keys: \(Text(keys)).", choices: choices)
    }
    return state.position < state.horizon
      ? Observation("You are in the passage.", choices: choices)
      : Observation("You are at the door.", choices: choices)
  }

  static func choices(in state: State) -> [Action] {
    var choices: [Action] = []
    if state.position == 0 {
      choices.append(read)
      choices += state.scenario.keys.map { takes[$0] ?? take($0) }
    } else {
      choices.append(back)
    }
    if state.position < state.horizon { choices += walks } else { choices.append(open) }
    choices.append(rest)
    choices.append(leave)
    return choices
  }

  // Each turn lists its choices, so the actions are built once.
  private static let read = Action.call("read")
  private static let back = Action.call("back")
  private static let open = Action.call("open")
  private static let rest = Action.call("rest")
  private static let leave = Action.call("leave")
  private static let walks = Side.allCases.map {
    Action.call("walk", ["side": .string($0.rawValue)])
  }
  private static let takes = Dictionary(uniqueKeysWithValues: colors.map { ($0, take($0)) })

  private static func take(_ key: String) -> Action { .call("take", ["key": .string(key)]) }

  /// Success means that the door is open.
  public func judge(_ state: State) -> Judgement {
    Judgement(success: state.isOpen, gold: ["key": .string(state.scenario.fittingKey)])
  }

  /// Increases with reading the sign, taking the right key, and each step towards the door.
  public func potential(_ state: State) -> Double? {
    let read = state.hasRead ? 0.1 : 0
    guard state.key == state.scenario.fittingKey else { return read }
    return read + 0.4 + 0.4 * Double(state.position) / Double(max(1, horizon))
  }

  /// Reads, takes the right key, avoids the rotten side and opens the door; the habit guesses the key.
  public func expert(
    _ state: State, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
  ) -> Action? {
    if random.chance(noise.slip) { return Self.choices(in: state).randomElement(using: &random) }
    let sign = turns.lazy.flatMap(\.replies).map(\.text.string).first { $0.hasPrefix("The sign") }
    if state.key == nil, let sign {
      let key = state.scenario.keys.first { sign.contains($0) }
      return .call("take", ["key": .string(key ?? "")])
    }
    if state.key == nil {
      guard random.chance(noise.habit),
        let guess = state.scenario.keys.randomElement(using: &random)
      else { return .call("read") }
      return .call("take", ["key": .string(guess)])
    }
    if state.position == state.horizon { return .call("open") }
    let rotten = Side.allCases.first { sign?.contains("\($0.rawValue) side") ?? false }
    return .call("walk", ["side": .string(rotten == .left ? "right" : "left")])
  }
}
