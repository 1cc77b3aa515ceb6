import Testing
import TurnwiseCore

@Suite struct `A toolbox` {
  struct Purse: Equatable {
    var coins = 10
    var log: [String] = []
  }

  struct Pay: Tool {
    static let name = "pay"
    static let summary = "Pays coins."
    struct Arguments: Decodable {
      var coins: Int
      var to: [String: String]?
    }
    func call(_ arguments: Arguments, on state: inout Purse, using random: inout Randomness) throws
      -> ToolReply
    {
      let luck = random.next()
      state.log.append("\(luck)")
      state.coins -= arguments.coins
      guard state.coins >= 0 else { throw ToolRefusal("You have too little.") }
      guard arguments.coins != 7 else { throw Unready() }
      return ToolReply(
        "\(Text("\(state.coins)")) left.", reward: Double(arguments.coins),
        endsEpisode: state.coins == 0)
    }
  }

  struct Look: Tool {
    static let name = "look"
    static let summary = "Looks."
    struct Arguments: Decodable {}
    func call(_ arguments: Arguments, on state: inout Purse, using random: inout Randomness)
      -> ToolReply
    { "A purse." }
  }

  /// Takes its arguments as they come.
  struct Note: Tool {
    static let name = "note"
    static let summary = "Notes anything."
    struct Arguments: Decodable {}
    func call(_ arguments: Arguments, on state: inout Purse, using random: inout Randomness)
      -> ToolReply
    { "Nothing noted." }
    func run(_ arguments: JSONValue, on state: inout Purse, using random: inout Randomness)
      -> ToolReply
    {
      state.log.append("\(arguments)")
      return "Noted."
    }
  }

  private let tools = Toolbox<Purse> {
    Pay()
    Look()
  }

  private func run(_ calls: [ToolCall]) async throws -> (Outcome, Purse, Randomness) {
    var (purse, random) = (Purse(), Randomness(seed: 1))
    let outcome = try await tools.run(
      Action(text: "", calls: calls), on: &purse, using: &random)
    return (outcome, purse, random)
  }

  @Test func `runs several calls in order and adds up their rewards`() async throws {
    let (outcome, purse, _) = try await run([
      ToolCall("pay", ["coins": 2]), ToolCall("look"), ToolCall("pay", ["coins": 3]),
    ])
    #expect(outcome.replies.map(\.text) == ["8 left.", "A purse.", "5 left."])
    #expect(outcome.reward == 5)
    #expect(!outcome.isTerminal)
    #expect(purse.coins == 5)
  }

  @Test func `has no reward where no tool gave one`() async throws {
    #expect(try await run([ToolCall("look")]).0.reward == nil)
    #expect(try await run([]).0 == Outcome())
  }

  @Test func `stops at the call that ends the episode`() async throws {
    let (outcome, _, _) = try await run([
      ToolCall("pay", ["coins": 10]), ToolCall("pay", ["coins": 1]),
    ])
    #expect(outcome.isTerminal)
    #expect(outcome.replies.count == 1)
  }

  @Test func `puts state and luck back after a refusal, and goes on`() async throws {
    let (outcome, purse, random) = try await run([
      ToolCall("pay", ["coins": 11]), ToolCall("pay", ["coins": 1]),
    ])
    #expect(outcome.replies.map(\.isRefusal) == [true, false])
    #expect(outcome.replies.first?.text == "You have too little.")
    let (_, plain, plainRandom) = try await run([ToolCall("pay", ["coins": 1])])
    #expect(purse == plain)
    #expect(random == plainRandom)
  }

  @Test(
    arguments: [
      ([:], "Bad arguments for 'pay': 'coins' is missing."),
      (["coins": "two"], "Bad arguments for 'pay': 'coins': "),
      (["coins": 2.5], "Bad arguments for 'pay': 'coins': expected a whole number, found 2.5."),
      (
        ["coins": 1, "why": "x"],
        "Bad arguments for 'pay': there is no argument 'why'; known: coins, to."
      ),
      (["coins": 1, "to": ["name": 5]], "Bad arguments for 'pay': 'to.name': "),
      (.null, "Bad arguments for 'pay': "), ([1], "Bad arguments for 'pay': "),
      ("coins", "Bad arguments for 'pay': "),
      (["coins": .null], "Bad arguments for 'pay': 'coins': "),
    ] as [(JSONValue, String)])
  func `tells the agent what is wrong with arguments`(arguments: JSONValue, words: String)
    async throws
  {
    let (outcome, purse, _) = try await run([ToolCall("pay", arguments)])
    let reply = try #require(outcome.replies.first)
    #expect(reply.isRefusal)
    #expect(reply.text.string.hasPrefix(words), "\(reply.text)")
    #expect(!reply.text.string.contains("Swift"))
    #expect(purse == Purse())
  }

  @Test func `names the tools where a call names none of them`() async throws {
    let name = String(repeating: "x", count: 5000)
    let (outcome, _, _) = try await run([ToolCall(name)])
    let reply = try #require(outcome.replies.first)
    #expect(reply.isRefusal)
    #expect(reply.text.string.hasSuffix("Tools: look, pay."))
    #expect(reply.text.bytes.count < 200)
  }

  @Test func `refuses arguments that are too long`() async throws {
    let long = String(repeating: "x", count: Toolbox<Purse>.argumentLimit)
    let (outcome, _, _) = try await run([ToolCall("look", ["text": .string(long)])])
    #expect(outcome.replies.first?.isRefusal == true)
    #expect(outcome.replies.first?.text.string.contains("limit is 262144") == true)
  }

  @Test(arguments: [0, 1]) func `measures arguments as JSON spells them`(tooMany: Int) async throws
  {
    // {"text":"…"} is eleven bytes more than its letters.
    let letters = Toolbox<Purse>.argumentLimit - 11 + tooMany
    let (outcome, _, _) = try await run([
      ToolCall("look", ["text": .string(String(repeating: "x", count: letters))])
    ])
    #expect(outcome.replies.first?.text.string.contains("the limit is") == (tooMany > 0))
  }

  @Test func `lets a tool read its arguments itself`() async throws {
    var (purse, random) = (Purse(), Randomness(seed: 1))
    let outcome = try await Toolbox { Note() }.run(
      .call("note", ["what": [1, "x"]]), on: &purse, using: &random)
    #expect(outcome.replies == ["Noted."])
    #expect(purse.log.count == 1)
  }

  @Test func `answers an action that could not be read with its problem`() async throws {
    var (purse, random) = (Purse(), Randomness(seed: 1))
    let action = Action(text: "?", calls: [ToolCall("look")], problem: "Not understood.")
    let outcome = try await tools.run(action, on: &purse, using: &random)
    #expect(outcome.replies == [ToolReply("Not understood.", isRefusal: true)])
  }

  @Test func `passes on errors that are no refusals`() async {
    await #expect(throws: Unready.self) { try await run([ToolCall("pay", ["coins": 7])]) }
  }

  @Test(arguments: [true, false]) func `chooses tools with if, for and lists`(isRich: Bool) {
    let more: [any Tool<Purse>] = [Note()]
    let tools = Toolbox<Purse> {
      if isRich { Pay() } else { Look() }
      for _ in 0..<0 { Look() }
      more
    }
    #expect(
      tools.descriptions.map(\.name) == (isRich ? ["note", "pay"] : ["look", "note"]).sorted())
  }

  @Test func `answers with strings and takes values of the program`() {
    let (words, code, share) = (String(repeating: "ab", count: 2), "x1", 0.5)
    #expect(ToolReply(words, reward: 1) == ToolReply("abab", reward: 1))
    #expect(Observation(words) == "abab")
    // A literal keeps the bytes of a text that is not UTF-8.
    let odd = Text([0xFF])
    #expect(ToolReply("\(odd)!").text.bytes == [0xFF, 0x21])
    let call = Action.call("enter", ["code": code, "times": 2, "share": share])
    #expect(call.calls == [ToolCall("enter", ["code": "x1", "times": 2, "share": 0.5])])
    #expect(Action.call("enter", ["code": .init(code)]).text == "enter x1")
    let value: JSONValue = [
      "a": .init(code), "b": .init(share), "c": .init(words.isEmpty), "d": .init([code]),
      "e": .init(odd),
    ]
    #expect(
      value == ["a": "x1", "b": 0.5, "c": false, "d": ["x1"], "e": ["base64": "/w=="]])
  }
}
