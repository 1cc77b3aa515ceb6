import Testing
import TurnwiseCore

@Suite struct `The compact format` {
  struct One<A: Decodable & Sendable>: Tool {
    static var name: String { "\(A.self)".lowercased() }
    static var summary: String { "" }
    struct Arguments: Decodable { var it: A }
    func call(_ arguments: Arguments, on state: inout Int, using random: inout Randomness)
      -> ToolReply
    { "" }
  }
  struct Maybe: Tool {
    static let name = "maybe"
    static let summary = ""
    struct Arguments: Decodable { var it: String? }
    func call(_ arguments: Arguments, on state: inout Int, using random: inout Randomness)
      -> ToolReply
    { "" }
  }
  struct Two: Tool {
    static let name = "two"
    static let summary = ""
    struct Arguments: Decodable {
      var a: Int?
      var b: String?
    }
    func call(_ arguments: Arguments, on state: inout Int, using random: inout Randomness)
      -> ToolReply
    { "" }
  }
  struct Some: Tool {
    static let name = "some"
    static let summary = ""
    struct Arguments: Decodable {
      var words: String
      var most: Int?
    }
    func call(_ arguments: Arguments, on state: inout Int, using random: inout Randomness)
      -> ToolReply
    { "" }
  }
  struct Count: Tool {
    static let name = "count"
    static let summary = ""
    struct Arguments: Decodable { var it: Int? }
    func call(_ arguments: Arguments, on state: inout Int, using random: inout Randomness)
      -> ToolReply
    { ToolReply("\(arguments.it ?? -1)") }
  }
  struct None: Tool {
    static let name = "none"
    static let summary = ""
    struct Arguments: Decodable {}
    func call(_ arguments: Arguments, on state: inout Int, using random: inout Randomness)
      -> ToolReply
    { "" }
  }
  struct Map: Tool {
    static let name = "map<string>"
    static let summary = ""
    struct Arguments: Decodable { var it: [String: String] }
    func call(_ arguments: Arguments, on state: inout Int, using random: inout Randomness)
      -> ToolReply
    { "" }
  }
  struct Point: Decodable { var x: Int }

  private let format = CompactFormat()
  private let tools = Toolbox<Int> {
    One<String>()
    One<Text>()
    One<Int>()
    One<Double>()
    One<Bool>()
    One<[String]>()
    One<Point>()
    Map()
    Maybe()
    Count()
    Two()
    Some()
    None()
  }.descriptions

  @Test(arguments: [
    ToolCall("none"), ToolCall("string", ["it": "grep -c fox notes.txt"]),
    ToolCall("string", ["it": ""]), ToolCall("string", ["it": "  two\nlines  "]),
    ToolCall("string", ["it": "12"]), ToolCall("string", ["it": "{\"it\": 1}"]),
    ToolCall("string", ["it": "naïve 🐟\u{1B}[2J"]), ToolCall("text", ["it": ["base64": "/wAK"]]),
    ToolCall("int", ["it": -7]), ToolCall("int", ["it": 9_007_199_254_740_993]),
    ToolCall("double", ["it": 0.1]), ToolCall("double", ["it": -1e-300]),
    ToolCall("bool", ["it": true]),
    ToolCall("array<string>", ["it": ["a b", "c"]]), ToolCall("point", ["it": ["x": 3]]),
    ToolCall("maybe"), ToolCall("maybe", ["it": ""]), ToolCall("maybe", ["it": "so"]),
    ToolCall("two"), ToolCall("two", ["a": 1, "b": "x y"]), ToolCall("unknown"),
    ToolCall("some", ["words": "x  y"]), ToolCall("some", ["words": "{x", "most": 3]),
    ToolCall("some", ["words": "{x"]), ToolCall("some", ["words": " {}"]),
    ToolCall("some", ["words": "{\"words\": 1}"]), ToolCall("some", ["words": ""]),
    ToolCall("some", ["words": "\"x\""]), ToolCall("some"),
    ToolCall("string", ["it": "{ echo a; }"]), ToolCall("text", ["it": ["base64": "e/8="]]),
    ToolCall("maybe", ["it": "{}"]), ToolCall("point", ["it": ["it": 3]]),
    ToolCall("two", ["a": 1]), ToolCall("two", ["b": "x y"]), ToolCall("some", ["most": 3]),
    ToolCall("count", ["it": .null]), ToolCall("maybe", ["it": .null]),
    ToolCall("map<string>", ["it": ["base64": "/wAK"]]), ToolCall("map<string>", ["it": [:]]),
    ToolCall("string", ["other": "x"]), ToolCall("int", ["it": "ten"]), ToolCall("int"),
    ToolCall("int", ["it": 1.5]), ToolCall("string", ["it": 12]),
  ])
  func `reads what it spelled`(call: ToolCall) {
    let words = format.render([call], tools: tools)
    #expect(format.parse(words, tools: tools) == Action(text: words, calls: [call]))
  }

  @Test func `hands over bytes as they were sampled`() throws {
    let words = Text(Array("text ".utf8) + [0xFF, 0x00, 0x0A, 0x20])
    let action = format.parse(words, tools: tools)
    #expect(action.text == words)
    #expect(
      try action.calls.first?.arguments["it"]?.decode(Text.self).bytes == [0xFF, 0, 0x0A, 0x20])
  }

  @Test(
    arguments: [
      ("  \n none", [ToolCall("none")]), ("none and more", [ToolCall("none")]),
      ("string\ncat <<E\nx\nE\n", [ToolCall("string", ["it": "cat <<E\nx\nE\n"])]),
      ("string", [ToolCall("string", ["it": ""])]), ("int ten", [ToolCall("int", ["it": "ten"])]),
      ("double 5", [ToolCall("double", ["it": 5.0])]),
      ("bool yes", [ToolCall("bool", ["it": "yes"])]),
      ("string { echo a; }", [ToolCall("string", ["it": "{ echo a; }"])]),
      ("string {\"it\": \"\"}", [ToolCall("string", ["it": ""])]),
      ("some x {", [ToolCall("some", ["words": "x {"])]),
      ("point [", [ToolCall("point", ["it": "["])]), ("fly away", [ToolCall("fly")]),
      ("maybe {}", [ToolCall("maybe")]), ("string {}", [ToolCall("string")]),
      ("none {}", [ToolCall("none")]), ("count {}", [ToolCall("count")]),
      ("count {\"it\": 3}\n", [ToolCall("count", ["it": 3])]),
      ("count 3", [ToolCall("count", ["it": 3])]),
      ("count null", [ToolCall("count", ["it": .null])]),
      ("count \"3\"", [ToolCall("count", ["it": "3"])]),
      ("string {\"it\":\"ls\",\"timeout\":10}", [ToolCall("string", ["it": "ls", "timeout": 10])]),
      ("string {\"cmd\":\"ls\"}", [ToolCall("string", ["cmd": "ls"])]),
      ("string { \"echo\" a; }", [ToolCall("string", ["it": "{ \"echo\" a; }"])]),
      ("string {} && ls", [ToolCall("string", ["it": "{} && ls"])]),
      ("string [1,2]", [ToolCall("string", ["it": "[1,2]"])]),
      ("string \"quoted\"", [ToolCall("string", ["it": "\"quoted\""])]),
      ("string null", [ToolCall("string", ["it": "null"])]),
      ("string 12", [ToolCall("string", ["it": "12"])]),
      ("point {\"it\":{\"x\":3}}", [ToolCall("point", ["it": ["x": 3]])]),
      ("point {\"x\":3}", [ToolCall("point", ["it": ["x": 3]])]), ("point {}", [ToolCall("point")]),
      ("array<string> [\"a\"]", [ToolCall("array<string>", ["it": ["a"]])]),
      ("array<string> {\"it\":[\"a\"]}", [ToolCall("array<string>", ["it": ["a"]])]),
      ("some { echo a; }", [ToolCall("some", ["words": "{ echo a; }"])]),
      ("some {}", [ToolCall("some")]),
      ("none {\"why\":1}", [ToolCall("none", ["why": 1])]),
    ] as [(Text, [ToolCall])])
  func `makes the best of odd words`(words: Text, calls: [ToolCall]) {
    #expect(format.parse(words, tools: tools) == Action(text: words, calls: calls))
  }

  @Test(
    arguments: [
      ("", "The action is empty. Name a tool."), (" \n ", "The action is empty. Name a tool."),
      ("two a=1", "The arguments of 'two' are not a JSON object."),
      ("two {\"a\":1", "The arguments of 'two' are not a JSON object."),
      ("some {\"words\": \"x", "The arguments of 'some' are not a JSON object."),
      ("two [1]", "The arguments of 'two' are not a JSON object."),
      ("string {\"it\": \"ls", "The arguments of 'string' are not a JSON object."),
      ("string { \"it\" : ls }", "The arguments of 'string' are not a JSON object."),
      ("string {'it': 'ls'}", "The arguments of 'string' are not a JSON object."),
    ] as [(Text, String)])
  func `tells the agent what could not be read`(words: Text, problem: String) {
    #expect(
      format.parse(words, tools: tools) == Action(text: words, calls: [], problem: problem))
  }

  @Test func `spells an action's only call as its words`() {
    #expect(Action.call("take", ["key": "red"]).text == "take red")
    #expect(Action.call("read").text == "read")
    #expect(format.render([]) == "")
  }

  @Test(
    arguments: [
      ("count {}", "-1"), ("count null", "-1"), ("count", "-1"), ("count {\"it\":4}", "4"),
      ("count 4", "4"),
      (
        "count {\"it\":4,\"why\":\"x\"}",
        "Bad arguments for 'count': there is no argument 'why'; known: it."
      ),
      ("count four", "Bad arguments for 'count': 'it': expected a whole number, found a string."),
      (
        "count {\"times\":4}", "Bad arguments for 'count': there is no argument 'times'; known: it."
      ),
    ] as [(Text, Text)])
  func `is answered as the JSON says, with one argument as with several`(words: Text, reply: Text)
    async throws
  {
    let box = Toolbox<Int> { Count() }
    var (state, random) = (0, Randomness(seed: 1))
    let action = format.parse(words, tools: box.descriptions)
    let outcome = try await box.run(action, on: &state, using: &random)
    #expect(outcome.replies.map(\.text) == [reply])
  }
}
