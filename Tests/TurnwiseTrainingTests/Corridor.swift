import TurnwiseCore

/// Doors one after the other, each with a note that names its key; what was read at one door is of no use
/// at the next, and each door is paid by itself.
struct Corridor: Environment {
  static let id = "corridor-v1"
  static let keys = ["a", "b", "c", "d"]

  struct Scenario: Codable { var right: [String], split: Split }
  struct State: Codable { var right: [String], door = 0, opened = 0 }

  var doors = 3
  /// Whether all doors are paid at the end, without their names.
  var paysAtEnd = false

  var turnLimit: Int { 4 * doors }
  var tools: Toolbox<State> {
    Toolbox {
      Read()
      Turn(isPaid: !paysAtEnd)
    }
  }

  func scenario(in split: Split, using random: inout Randomness) -> Scenario {
    Scenario(
      right: (0..<doors).map { _ in Self.keys.randomElement(using: &random) ?? "a" }, split: split)
  }

  func start(_ scenario: Scenario, using random: inout Randomness) -> State {
    State(right: scenario.right)
  }

  func observe(_ state: State) -> Observation {
    Observation("Door \(state.door + 1).", startsContext: true)
  }

  func subtask(of state: State) -> String? { "door \(state.door + 1)" }

  /// Opens the last door.
  func referenceAction(in state: State) -> Action? {
    .call("turn", ["key": .string(state.right[doors - 1])])
  }

  func judge(_ state: State) -> Judgement {
    Judgement(
      success: state.opened == doors,
      reward: paysAtEnd ? Double(state.opened) / Double(doors) : nil, measure: .return)
  }

  func expert(
    _ state: State, after turns: [TurnwiseCore.Turn], noise: ExpertNoise,
    using random: inout Randomness
  ) -> Action? {
    let name = subtask(of: state)
    let hasRead = turns.contains { $0.subtask == name }
    if !hasRead, !random.chance(noise.habit) { return .call("read") }
    let guess = Self.keys.randomElement(using: &random) ?? "a"
    return .call("turn", ["key": .string(hasRead ? state.right[state.door] : guess)])
  }

  struct Read: Tool {
    static let name = "read", summary = "Reads the note."
    struct Arguments: Decodable {}
    func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness)
      -> ToolReply
    { "It says \(Text(state.right[state.door]))." }
  }

  struct Turn: Tool {
    static let name = "turn", summary = "Turns a key in the door."
    struct Arguments: Decodable { var key: String }
    let isPaid: Bool
    func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness)
      -> ToolReply
    {
      let isRight = arguments.key == state.right[state.door]
      let worth = 1 / Double(state.right.count)
      state.door += 1
      if isRight { state.opened += 1 }
      guard isPaid else {
        return ToolReply("Click.", endsEpisode: state.door == state.right.count)
      }
      return ToolReply(
        "Click.", reward: isRight ? worth : 0, of: "door \(state.door)",
        endsEpisode: state.door == state.right.count)
    }
  }
}
