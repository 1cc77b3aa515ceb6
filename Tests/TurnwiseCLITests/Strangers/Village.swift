import Turnwise

/// A text game: somebody in the village has lost a thing, and neighbours know who borrowed it.
struct Village: Environment {
  static let id = "village-v1"
  static let people = [
    "Mira", "Otto", "Lena", "Hugo", "Ines", "Karl", "Nora", "Paul", "Rosa", "Emil", "Vera", "Theo",
    "Anna", "Boris", "Clara", "David",
  ]
  static let things = [
    "lantern", "kettle", "ladder", "violin", "basket", "hammer", "umbrella", "blanket",
  ]
  static let places = [
    "mill", "forge", "bakery", "chapel", "harbour", "orchard", "stable", "well", "market", "tower",
  ]

  struct Scenario: Codable {
    var owner: String
    var thing: String
    /// Who has had it, in order; the last one knows where it is.
    var chain: [String]
    var place: String
  }
  struct State: Codable {
    var scenario: Scenario
    var at = "square"
    var holds = false
    var isReturned = false
  }

  var instructions: String { "Find the thing and give it back to its owner." }
  var turnLimit: Int { 12 }
  var tools: Toolbox<State> {
    Toolbox {
      Ask()
      Go()
      PickUp()
      Give()
    }
  }

  func family(of scenario: Scenario) -> String { "borrowed \(scenario.chain.count)" }

  func scenario(in split: Split, using random: inout Randomness) -> Scenario {
    while true {
      let people = Self.people.shuffled(using: &random)
      let thing = Self.things.randomElement(using: &random) ?? ""
      let place = Self.places.randomElement(using: &random) ?? ""
      let length = Int.random(in: 1...3, using: &random)
      let number =
        (Self.people.firstIndex(of: people[0]) ?? 0) + (Self.things.firstIndex(of: thing) ?? 0)
      if (number % 5 == 0) == (split == .heldOut) {
        return Scenario(
          owner: people[0], thing: thing, chain: Array(people[1...length]), place: place)
      }
    }
  }

  func start(_ scenario: Scenario, using random: inout Randomness) -> State {
    State(scenario: scenario)
  }

  func observe(_ state: State) -> Observation {
    let task = state.scenario
    return Observation(
      "\(task.owner) has lent the \(task.thing) to \(task.chain[0]) and wants it back. You are at the \(state.at)."
    )
  }

  func judge(_ state: State) -> Judgement { Judgement(success: state.isReturned) }

  func expert(
    _ state: State, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
  ) -> Action? {
    let task = state.scenario
    if state.holds { return .call("give", ["person": .string(task.owner)]) }
    if state.at == task.place { return .call("pick_up", ["thing": .string(task.thing)]) }
    let replies = turns.flatMap(\.replies).map(\.text.string)
    if replies.contains(where: { $0.hasSuffix("at the \(task.place).") && $0.contains("left it") })
    {
      return .call("go", ["place": .string(task.place)])
    }
    if random.chance(noise.habit) {
      // In a hurry: look somewhere.
      if state.at != "square" { return .call("pick_up", ["thing": .string(task.thing)]) }
      return .call("go", ["place": .string(Self.places.randomElement(using: &random) ?? "")])
    }
    let asked = replies.count { $0.contains("gave it to") }
    return .call("ask", ["person": .string(task.chain[min(asked, task.chain.count - 1)])])
  }

  struct Ask: Tool {
    static let name = "ask", summary = "Asks somebody where the thing is."
    struct Arguments: Decodable { var person: String }
    func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness) throws
      -> ToolReply
    {
      guard Village.people.contains(arguments.person) else {
        throw ToolRefusal("Nobody is called \(arguments.person).")
      }
      let task = state.scenario
      guard let index = task.chain.firstIndex(of: arguments.person) else {
        return "\(arguments.person) knows nothing."
      }
      return index + 1 < task.chain.count
        ? "\(arguments.person) gave it to \(task.chain[index + 1])."
        : "\(arguments.person) left it at the \(task.place)."
    }
  }

  struct Go: Tool {
    static let name = "go", summary = "Walks to a place."
    struct Arguments: Decodable { var place: String }
    func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness) throws
      -> ToolReply
    {
      guard Village.places.contains(arguments.place) else {
        throw ToolRefusal("There is no \(arguments.place).")
      }
      state.at = arguments.place
      return "You walk."
    }
  }

  struct PickUp: Tool {
    static let name = "pick_up", summary = "Picks up a thing that lies here."
    struct Arguments: Decodable { var thing: String }
    func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness)
      -> ToolReply
    {
      guard state.at == state.scenario.place, arguments.thing == state.scenario.thing else {
        return "You look for the \(arguments.thing) in vain."
      }
      state.holds = true
      return "You have it."
    }
  }

  struct Give: Tool {
    static let name = "give", summary = "Gives what you hold to somebody."
    struct Arguments: Decodable { var person: String }
    func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness) throws
      -> ToolReply
    {
      guard state.holds else { throw ToolRefusal("You hold nothing.") }
      state.isReturned = arguments.person == state.scenario.owner
      return ToolReply("Thanks.", endsEpisode: true)
    }
  }
}
