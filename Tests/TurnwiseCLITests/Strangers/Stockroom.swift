import Turnwise

/// An order is to be collected from numbered bins, packed and shipped.
///
/// Written as a user would who has read the README and not the trainer: the expert's haste tries bins at
/// random, again and again, and most of those calls are refused.
struct Stockroom: Environment {
  static let id = "stockroom-v1"
  static let goods = [
    "bolts", "nuts", "screws", "nails", "hinges", "hooks", "springs", "washers", "brackets",
    "valves", "gaskets", "pulleys", "clamps", "rivets", "bearings", "switches",
  ]

  struct Line: Codable { var item: String, count: Int }
  struct Scenario: Codable {
    var order: [Line]
    var bins: [Int: String]
    var fragile: Bool
  }
  struct State: Codable {
    var scenario: Scenario
    var taken: [String: Int] = [:]
    var packed: [String] = []
    var box: Box?
    var shipped = false
  }
  enum Box: String, Codable, CaseIterable { case carton, crate }

  var instructions: String {
    "Collect the order, pack it and ship it. Fragile goods go into a crate."
  }
  var turnLimit: Int { 20 }
  var tools: Toolbox<State> {
    Toolbox {
      Find()
      Take()
      Pack()
      Ship()
    }
  }

  func scenario(in split: Split, using random: inout Randomness) -> Scenario {
    while true {
      let shelf = Array(Self.goods.shuffled(using: &random).prefix(10))
      let numbers = Array((1...60).shuffled(using: &random).prefix(10))
      let order = shelf.prefix(4).map { Line(item: $0, count: .random(in: 1...4, using: &random)) }
      // A quarter of the orders is held out, by the bins they come from.
      if (numbers.prefix(4).reduce(0, +) % 4 == 0) == (split == .heldOut) {
        return Scenario(
          order: order, bins: Dictionary(uniqueKeysWithValues: zip(numbers, shelf)),
          fragile: .random(using: &random))
      }
    }
  }

  func start(_ scenario: Scenario, using random: inout Randomness) -> State {
    State(scenario: scenario)
  }

  func observe(_ state: State) -> Observation {
    let lines = state.scenario.order.map { "\($0.count) \($0.item)" }.joined(separator: ", ")
    return Observation(Text("Order: \(lines). Fragile: \(state.scenario.fragile ? "yes" : "no")."))
  }

  private func collected(_ state: State) -> Int {
    state.scenario.order.count { state.taken[$0.item] == $0.count }
  }

  func judge(_ state: State) -> Judgement {
    let right = state.scenario.fragile ? Box.crate : .carton
    let items = state.scenario.order.map(\.item)
    let success =
      state.shipped && collected(state) == items.count && state.taken.count == items.count
      && Set(state.packed) == Set(items) && state.box == right
    return Judgement(success: success, reward: success ? 1 : 0)
  }

  func potential(_ state: State) -> Double? {
    (Double(collected(state)) + (state.box == nil ? 0 : 1)) / 5
  }

  func expert(
    _ state: State, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
  ) -> Action? {
    if let line = state.scenario.order.first(where: { state.taken[$0.item] == nil }) {
      let found = turns.lazy.flatMap(\.replies).map(\.text.string)
        .first { $0.hasPrefix("\(line.item): bin ") }
      let bin = found.flatMap { Int($0.dropFirst(line.item.count + 6).dropLast()) }
      if bin == nil, !random.chance(noise.habit) {
        return .call("find", ["item": .string(line.item)])
      }
      let wrong = random.chance(noise.slip)
      let number = wrong ? Int.random(in: 1...60, using: &random) : bin
      var arguments: [String: JSONValue] = [
        "bin": .integer(number ?? .random(in: 1...60, using: &random))
      ]
      if line.count != 1 { arguments["count"] = .integer(line.count) }
      return .call("take", .object(arguments))
    }
    if state.box == nil {
      return .call(
        "pack",
        [
          "items": .array(state.scenario.order.map { .string($0.item) }),
          "box": .string(state.scenario.fragile ? "crate" : "carton"),
        ])
    }
    return .call("ship")
  }

  struct Find: Tool {
    static let name = "find", summary = "Says which bin holds an item."
    struct Arguments: Decodable { var item: String }
    func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness) throws
      -> ToolReply
    {
      guard let bin = state.scenario.bins.first(where: { $0.value == arguments.item })?.key else {
        throw ToolRefusal("No item \(arguments.item).")
      }
      return "\(arguments.item): bin \(bin)."
    }
  }

  struct Take: Tool {
    static let name = "take", summary = "Takes pieces out of a bin."
    struct Arguments: Decodable { var bin: Int, count: Int? }
    func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness) throws
      -> ToolReply
    {
      guard let item = state.scenario.bins[arguments.bin] else {
        throw ToolRefusal("No bin \(arguments.bin).")
      }
      let count = arguments.count ?? 1
      state.taken[item, default: 0] += count
      let isRight = state.scenario.order.contains { $0.item == item && $0.count == count }
      return ToolReply("Took \(count) \(item).", reward: isRight ? 0.1 : nil)
    }
  }

  struct Pack: Tool {
    static let name = "pack", summary = "Packs what was taken into a box."
    struct Arguments: Decodable { var items: [String], box: Box }
    func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness) throws
      -> ToolReply
    {
      for item in arguments.items where state.taken[item] == nil {
        throw ToolRefusal("There are no \(item) here.")
      }
      (state.packed, state.box) = (arguments.items, arguments.box)
      return "Packed."
    }
  }

  struct Ship: Tool {
    static let name = "ship", summary = "Ships the box."
    struct Arguments: Decodable {}
    func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness) throws
      -> ToolReply
    {
      guard state.box != nil else { throw ToolRefusal("Nothing is packed.") }
      state.shipped = true
      return ToolReply("Shipped.", endsEpisode: true)
    }
  }
}
