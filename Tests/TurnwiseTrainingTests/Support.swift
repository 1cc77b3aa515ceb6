import Foundation
import TurnwiseCore
import TurnwiseEnvironments
import TurnwiseTestSupport
import TurnwiseTraining

/// Returns the content of all files in a folder and its subfolders, by their path in it.
func contents(of folder: URL) throws -> [String: Data] {
  let files = FileManager.default
  var found: [String: Data] = [:]
  for path in try files.subpathsOfDirectory(atPath: folder.path) {
    var isFolder: ObjCBool = false
    let file = folder.appending(path: path)
    if files.fileExists(atPath: file.path, isDirectory: &isFolder), !isFolder.boolValue {
      found[path] = try Data(contentsOf: file)
    }
  }
  return found
}

/// A game and options that train in seconds.
enum Tiny {
  static let game: KeyDoor = {
    var game = KeyDoor()
    game.horizon = 1
    return game
  }()

  static func configuration(_ change: (inout RunConfiguration) -> Void = { _ in })
    -> RunConfiguration
  {
    var configuration = RunConfiguration()
    configuration.imitation.demonstrations = 60
    configuration.cloning.steps = 20
    configuration.cloning.batch = 4
    configuration.model.width = 32
    configuration.model.feedForward = 48
    configuration.model.layers = 1
    configuration.model.vocabulary = 300
    configuration.model.context = 400
    configuration.model.actionTokens = 12
    configuration.budget.groups = 3
    configuration.budget.groupSize = 4
    configuration.budget.updates = 2
    configuration.critic.episodes = 4
    configuration.evaluation.episodes = 4
    change(&configuration)
    return configuration
  }

  static func warmStart(_ configuration: RunConfiguration) async throws -> WarmStart {
    let episodes = try await WarmStart.demonstrations(in: game, configuration, workers: 2)
    return try WarmStart(cloning: episodes, configuration, workers: 2)
  }
}

/// Six switches, of which a note names the right one; a policy that reads the note learns in
/// seconds.
struct Switchboard: Environment {
  static let id = "switchboard-v1"
  static let switches = ["a", "b", "c", "d", "e", "f"]

  struct Scenario: Codable { var right: String, split: Split }
  struct State: Codable { var right: String, isOn = false }

  var turnLimit: Int { 4 }
  var tools: Toolbox<State> {
    Toolbox {
      Read()
      Press()
    }
  }

  func scenario(in split: Split, using random: inout Randomness) -> Scenario {
    Scenario(right: Self.switches.randomElement(using: &random) ?? "a", split: split)
  }

  func start(_ scenario: Scenario, using random: inout Randomness) -> State {
    State(right: scenario.right)
  }

  func judge(_ state: State) -> Judgement { Judgement(success: state.isOn) }

  func potential(_ state: State) -> Double? { 0 }

  func expert(
    _ state: State, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
  ) -> Action? {
    if turns.isEmpty, !random.chance(noise.habit) { return .call("read") }
    let guess = Self.switches.randomElement(using: &random) ?? "a"
    return .call("press", ["name": .string(turns.isEmpty ? guess : state.right)])
  }

  struct Read: Tool {
    static let name = "read", summary = "Reads the note."
    struct Arguments: Decodable {}
    func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness)
      -> ToolReply
    { "It says \(Text(state.right))." }
  }

  struct Press: Tool {
    static let name = "press", summary = "Presses a switch."
    struct Arguments: Decodable { var name: String }
    func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness)
      -> ToolReply
    {
      state.isOn = arguments.name == state.right
      return ToolReply("Click.", endsEpisode: true)
    }
  }
}
