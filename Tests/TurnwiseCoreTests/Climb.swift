import Synchronization
import TurnwiseCore

/// A sound little game (climb to the goal, then say so), or the same game with one flaw.
struct Climb: Environment {
  static let id = "climb-v1"
  var flaw: Flaw?
  var instructions: String { "Climb to the goal and finish." }

  init(_ flaw: Flaw? = nil) { self.flaw = flaw }

  struct Scenario: Codable, Hashable, Sendable { var goal: Int }

  var tools: Toolbox<State> {
    Toolbox {
      Go()
      Mark()
      Finish()
    }
  }

  func scenario(in split: Split, using random: inout Randomness) -> Scenario {
    // Even goals are for training, odd ones are held out.
    let isOdd = split == .heldOut && flaw != .leakingSplits
    return Scenario(goal: 2 * .random(in: 2...15, using: &random) + (isOdd ? 1 : 0))
  }

  func start(_ scenario: Scenario, using random: inout Randomness) -> State {
    var state = State(flaw: flaw, goal: scenario.goal)
    if flaw == .luckOfTheSystem { state.marks = ["\(UInt64.random(in: 0...(.max)))"] }
    if flaw == .sharedState { state.tally = Tally() }
    if flaw == .unseenField { state.unseen = 7 }
    if flaw == .infinity { state.best = [.infinity] }
    return state
  }

  func observe(_ state: State) -> Observation {
    var observation: Observation = "Rung \(Text("\(state.rung)")) of \(Text("\(state.goal)"))."
    if flaw == .restlessView { observation.text = "Look \(Text("\(Tally.all.next())"))." }
    if flaw == .shuffledChoices {
      observation.choices = (0..<40).map { .call("mark", ["word": .string("\($0)")]) }.shuffled()
    }
    return observation
  }

  func step(_ state: inout State, _ action: Action, using random: inout Randomness) async throws
    -> Outcome
  {
    if action == .nothing { state.waited += 1 }
    let isUnknown = action.calls.contains { call in
      !tools.descriptions.map(\.name).contains(call.name)
    }
    let isLong = try JSON.encode(action.calls).count > Toolbox<State>.argumentLimit
    switch flaw {
    case .failsOnNonsense where action.problem != nil: throw Unready()
    case .failsOnLength where isLong: throw Unready()
    case .silentOnUnknown where isUnknown: return Outcome()
    default: return try await tools.run(action, on: &state, using: &random)
    }
  }

  func judge(_ state: State) throws -> Judgement {
    switch flaw {
    case .unjudged where !state.isDone: return Judgement(success: nil, reward: nil)
    case .unjudgeable where !state.isDone: throw Unready()
    case .unjudgedAtTheLimit where state.rung == 0 && state.waited > 1:
      return Judgement(success: nil, reward: nil)
    case .generous: return Judgement(success: true)
    case .strayShare:
      return Judgement(
        success: state.isDone && state.rung == state.goal, reward: 0,
        shares: [RewardShare(0, of: "elsewhere")])
    default: return Judgement(success: state.isDone && state.rung == state.goal)
    }
  }

  func expert(
    _ state: State, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
  ) -> Action? {
    guard state.rung < state.goal else {
      return flaw == .clumsyExpert ? .call("mark", ["word": "here"]) : .call("finish")
    }
    return .call("go", ["steps": .integer(min(3, state.goal - state.rung))])
  }
}

/// What is wrong with a game.
enum Flaw: String, Codable, Sendable, CaseIterable {
  case luckOfTheSystem, clock, sharedState, forgottenField, unseenField, infinity, rounding
  case orderOfHashes, restlessView
  case shuffledChoices, failsOnNonsense, failsOnLength, silentOnUnknown, unjudged, unjudgeable
  case unjudgedAtTheLimit, leakingSplits, clumsyExpert, generous, strayShare

  /// The one law that the flaw breaks.
  var law: EnvironmentLaw {
    switch self {
    case .luckOfTheSystem, .clock: .reproducible
    case .sharedState: .forkIsolated
    case .forgottenField, .unseenField, .infinity, .rounding: .encodable
    case .orderOfHashes: .keysAgree
    case .restlessView, .shuffledChoices: .observationPure
    case .failsOnNonsense, .failsOnLength, .silentOnUnknown: .callsAnswered
    case .unjudged, .unjudgeable, .unjudgedAtTheLimit: .truncationJudged
    case .strayShare: .sharesNamed
    case .leakingSplits: .splitsDisjoint
    case .clumsyExpert: .expertSucceeds
    case .generous: .idleFails
    }
  }
}

struct Unready: Error {}

/// A number that copies share: what a state must not hold.
final class Tally: Codable, Sendable {
  static let all = Tally()
  private let count = Mutex(0)

  init() {}
  init(from decoder: any Decoder) throws {
    let number = try decoder.singleValueContainer().decode(Int.self)
    count.withLock { $0 = number }
  }
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(count.withLock(\.self))
  }
  func next() -> Int {
    count.withLock { count in
      count += 1
      return count
    }
  }
}

extension Climb {
  struct State: Codable, Sendable {
    var flaw: Flaw?
    var goal: Int
    var rung = 0
    var isDone = false
    var marks: Set<String> = ["ash", "elm", "fir", "oak", "yew", "bay"]
    var tally: Tally?
    var waited = 0
    /// Nothing depends on it, and it is not encoded.
    var unseen = 0
    var best: [Double] = []

    init(flaw: Flaw?, goal: Int) { (self.flaw, self.goal) = (flaw, goal) }

    private enum CodingKeys: String, CodingKey {
      case flaw, goal, rung, isDone, marks, tally, waited, best
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      flaw = try container.decodeIfPresent(Flaw.self, forKey: .flaw)
      goal = try container.decode(Int.self, forKey: .goal)
      rung = try container.decodeIfPresent(Int.self, forKey: .rung) ?? 0
      isDone = try container.decode(Bool.self, forKey: .isDone)
      marks = try container.decode(Set<String>.self, forKey: .marks)
      tally = try container.decodeIfPresent(Tally.self, forKey: .tally)
      waited = try container.decode(Int.self, forKey: .waited)
      best = try container.decodeIfPresent([Double].self, forKey: .best) ?? []
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encodeIfPresent(flaw, forKey: .flaw)
      try container.encode(goal, forKey: .goal)
      switch flaw {
      case .forgottenField: break
      case .rounding: try container.encode(rung / 2, forKey: .rung)
      default: try container.encode(rung, forKey: .rung)
      }
      try container.encode(isDone, forKey: .isDone)
      if flaw == .orderOfHashes {
        let order = marks.sorted { ($0.hashValue, $0) < ($1.hashValue, $1) }
        try container.encode(order, forKey: .marks)
      } else {
        try container.encode(marks, forKey: .marks)
      }
      try container.encodeIfPresent(tally, forKey: .tally)
      try container.encode(waited, forKey: .waited)
      if !best.isEmpty { try container.encode(best, forKey: .best) }
    }
  }

  struct Go: Tool {
    static let name = "go"
    static let summary = "Climbs some rungs."
    struct Arguments: Decodable { var steps: Int }

    func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness) throws
      -> ToolReply
    {
      state.rung += arguments.steps
      let luck = random.next()
      guard (0...state.goal).contains(state.rung) else { throw ToolRefusal("You would fall.") }
      guard state.flaw != .clock else { return "Move \(Text("\(Tally.all.next())"))." }
      if let count = state.tally?.next() { return "Move \(Text("\(count)"))." }
      return "On rung \(Text("\(state.rung)")), luck \(Text("\(luck)"))."
    }
  }

  struct Mark: Tool {
    static let name = "mark"
    static let summary = "Writes a word."
    struct Arguments: Decodable { var word: String }

    func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness)
      -> ToolReply
    {
      state.marks.insert(arguments.word)
      return "Written."
    }
  }

  struct Finish: Tool {
    static let name = "finish"
    static let summary = "Says that the goal is reached."
    struct Arguments: Decodable {}

    func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness)
      -> ToolReply
    {
      state.isDone = true
      return ToolReply("Done.", endsEpisode: true)
    }
  }
}

extension Session<Climb> {
  /// An episode of the sound game with the goal 9.
  static func climb(_ environment: Climb = Climb(), seed: UInt64 = 1, member: Int = 0) throws
    -> Session
  {
    try Session(
      environment, scenario: Climb.Scenario(goal: 9),
      origin: EpisodeOrigin(seed: seed, split: .train, scenario: 0, member: member))
  }
}
