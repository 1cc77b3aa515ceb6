import Foundation
import Testing
import TurnwiseCore

@Suite struct `The schema of arguments` {
  enum Side: String, Codable, CaseIterable, CodingKeyRepresentable { case left, right }
  enum Level: Int, Codable, CaseIterable { case low = 1, high = 5 }
  enum Share: Double, Codable, CaseIterable { case half = 0.5, whole = 1 }
  struct Name: RawRepresentable, Codable { var rawValue: String }
  struct Inches: Decodable {
    var value: Double
    init(from decoder: any Decoder) throws {
      value = try decoder.singleValueContainer().decode(Double.self)
    }
  }
  final class Tree: Decodable {
    var label: String
    var children: [Tree]
    var twin: Tree?
  }
  struct Defaulted: Decodable {
    var times: Int
    var word: String
    enum CodingKeys: CodingKey { case times, word }
    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      times = try container.decodeIfPresent(Int.self, forKey: .times) ?? 1
      word = container.contains(.word) ? try container.decode(String.self, forKey: .word) : ""
    }
  }
  struct Pair: Decodable {
    var name: String
    var count: Int
    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      name = try list.decode(String.self)
      count = try list.decode(Int.self)
    }
  }
  struct Flat: Decodable {
    var x: Int
    enum CodingKeys: CodingKey { case inner }
    enum InnerKeys: CodingKey { case x }
    init(from decoder: any Decoder) throws {
      let outer = try decoder.container(keyedBy: CodingKeys.self)
      x = try outer.nestedContainer(keyedBy: InnerKeys.self, forKey: .inner)
        .decode(Int.self, forKey: .x)
    }
  }
  struct Both: SchemaDescribed {
    static let schema: JSONValue = ["type": ["integer", "string"], "examples": [1, "x"]]
    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if (try? container.decode(Int.self)) == nil { _ = try container.decode(String.self) }
    }
  }

  struct Holder<T: Decodable>: Decodable { var it: T }
  struct Holding<T: Decodable>: Decodable { var it: T? }
  struct Take<A: Decodable>: Tool {
    static var name: String { "take" }
    static var summary: String { "Takes." }
    func call(_ arguments: A, on state: inout Int, using random: inout Randomness) -> ToolReply {
      "Taken."
    }
  }

  private static func description<A: Decodable>(_ type: A.Type) -> ToolDescription {
    Toolbox { Take<A>() }.descriptions[0]
  }
  private static func schema<T: Decodable>(of type: T.Type) -> JSONValue? {
    description(Holder<T>.self).parameters["properties"]?["it"]
  }
  private static func refusal<A: Decodable>(_ type: A.Type, _ arguments: JSONValue) async throws
    -> String?
  {
    var (state, random) = (0, Randomness(seed: 1))
    let reply = try await Toolbox { Take<A>() }.run(
      .call("take", arguments), on: &state, using: &random
    ).replies[0]
    return reply.isRefusal ? reply.text.string : nil
  }

  @Test func `states whole numbers of every width with their bounds`() {
    #expect(Self.schema(of: Int.self) == ["type": "integer"])
    #expect(Self.schema(of: Int64.self) == ["type": "integer"])
    #expect(
      Self.schema(of: Int8.self) == ["type": "integer", "minimum": -128, "maximum": 127])
    #expect(Self.schema(of: UInt16.self) == ["type": "integer", "minimum": 0, "maximum": 65535])
    #expect(Self.schema(of: UInt64.self) == ["type": "integer", "minimum": 0])
    #expect(Self.schema(of: UInt.self) == ["type": "integer", "minimum": 0])
  }

  @Test func `states numbers, and strings of a form`() {
    #expect(Self.schema(of: Decimal.self) == ["type": "number"])
    #expect(Self.schema(of: Float16.self) == ["type": "number"])
    #expect(Self.schema(of: Inches.self) == ["type": "number"])
    #expect(Self.schema(of: UUID.self) == ["type": "string", "format": "uuid"])
    #expect(Self.schema(of: URL.self) == ["type": "string", "format": "uri"])
    #expect(Self.schema(of: Date.self) == ["type": "string", "format": "date-time"])
    #expect(Self.schema(of: Data.self) == ["type": "string", "contentEncoding": "base64"])
    #expect(Self.schema(of: Name.self) == ["type": "string"])
  }

  @Test func `states the values of enumerations, optional ones too`() {
    #expect(Self.schema(of: Level.self) == ["type": "integer", "enum": [1, 5]])
    #expect(Self.schema(of: Share.self) == ["type": "number", "enum": [0.5, 1]])
    let optional = Self.description(Holding<Level>.self).parameters
    #expect(optional["properties"]?["it"] == ["type": "integer", "enum": [1, 5]])
    #expect(optional["required"] == [])
  }

  @Test func `states dictionaries by their values and keys`() {
    let values: JSONValue = ["type": "object", "additionalProperties": ["type": "integer"]]
    #expect(Self.schema(of: [String: Int].self) == values)
    #expect(Self.schema(of: [Int: Bool].self)?["additionalProperties"] == ["type": "boolean"])
    #expect(Self.schema(of: [Int: Bool].self)?["propertyNames"]?["pattern"] != nil)
    #expect(
      Self.schema(of: [Side: [String]].self)?["propertyNames"] == ["enum": ["left", "right"]])
    let whole = Self.description([String: Double].self).parameters
    #expect(whole["additionalProperties"] == ["type": "number"] && whole["properties"] == [:])
  }

  @Test func `states lists by their items, ranges and pairs by their length`() {
    #expect(
      Self.schema(of: Set<Level>.self)
        == ["type": "array", "items": ["type": "integer", "enum": [1, 5]]])
    let three: JSONValue = [
      "type": "array", "items": ["type": "integer"], "minItems": 2, "maxItems": 2,
    ]
    #expect(Self.schema(of: Range<Int>.self) == three)
    #expect(
      Self.schema(of: Pair.self)?["prefixItems"] == [["type": "string"], ["type": "integer"]])
    #expect(
      Self.schema(of: [Int?].self)?["items"]
        == ["anyOf": [["type": "integer"], ["type": "null"]]])
  }

  @Test func `states a type that contains itself once, by name`() {
    let schema = Self.description(Holder<Tree>.self).parameters
    #expect(schema["properties"]?["it"] == ["$ref": "#/$defs/Tree"])
    let tree = schema["$defs"]?["Tree"]
    #expect(
      tree?["properties"]?["children"] == ["type": "array", "items": ["$ref": "#/$defs/Tree"]])
    #expect(tree?["required"] == ["label", "children"])
    #expect(
      Self.description(Tree.self).parameters["properties"]?["twin"] == ["$ref": "#"])
  }

  @Test func `states what a decoder of the author's own reads`() {
    #expect(Self.description(Defaulted.self).parameters["required"] == [])
    #expect(
      Self.schema(of: Flat.self)?["properties"]?["inner"]?["properties"] == [
        "x": ["type": "integer"]
      ])
    #expect(Self.schema(of: Both.self) == Both.schema)
  }

  @Test(
    arguments: [
      (["it": 5], nil), ([:], "'it' is missing"), (.null, "'it' is missing"),
      (["it": 300], "'it': expected a whole number from -128 to 127, found 300"),
      (["it": 2.5], "'it': expected a whole number from -128 to 127, found 2.5"),
      (["it": 5.0], nil), (["it": "5"], "found a string"), (["it": .null], "found null"),
      (["it": 5, "why": "x"], "there is no argument 'why'; known: it"),
      (["that": 5, "why": "x"], "'it' is missing; there is no argument 'that', 'why'; known: it"),
    ] as [(JSONValue, String?)])
  func `is what is taken, and a refusal names the argument`(arguments: JSONValue, words: String?)
    async throws
  {
    let refusal = try await Self.refusal(Holder<Int8>.self, arguments)
    #expect(
      words == nil ? refusal == nil : refusal?.contains(words ?? "") == true, "\(refusal ?? "")")
  }

  @Test func `takes dates and times of RFC 3339`() async throws {
    for text in [
      "2026-01-31T12:00:00Z", "2026-01-31T12:00:00.25Z", "2026-01-31T12:00:00+02:00",
    ] {
      #expect(try await Self.refusal(Holder<Date>.self, ["it": .string(text)]) == nil, "\(text)")
    }
    for value in [12, "yesterday", "2026-01-31"] as [JSONValue] {
      #expect(
        try await Self.refusal(Holder<Date>.self, ["it": value])?.contains("a date and time")
          == true)
    }
  }

  @Test func `names the place of what is wrong within`() async throws {
    let tree: JSONValue = ["label": "a", "children": [["label": 5, "children": []]]]
    #expect(
      try await Self.refusal(Tree.self, tree)
        == "Bad arguments for 'take': 'children.Index 0.label': expected a string, found 5.")
    #expect(
      try await Self.refusal(Holder<[Side: Int]>.self, ["it": ["up": 1]])
        == "Bad arguments for 'take': 'it': the key 'up' is not one of left, right.")
    #expect(
      try await Self.refusal(Holder<Range<Int>>.self, ["it": [5, 1]])?.hasPrefix(
        "Bad arguments for 'take': ") == true)
  }

  @Test func `takes whole numbers that only an unsigned word holds where the type does`()
    async throws
  {
    let largest: JSONValue = ["it": .unsigned(.max)]
    #expect(try await Self.refusal(Holder<UInt64>.self, largest) == nil)
    #expect(try await Self.refusal(Holder<Int>.self, largest) != nil)
    #expect(try await Self.refusal(Holder<Float16>.self, ["it": 70000]) != nil)
  }

  // MARK: - What the schema allows is what the decoder takes

  private static let pool: [JSONValue] = [
    .null, true, false, 0, 1, -1, 5, 127, 128, 255, 256, 65535, 70000, .integer(.max),
    .integer(.min), 0.5, -2.5, 5.0, "", "x", "left", "up", "5", "low",
    "2026-01-31T12:00:00Z", "https://example.org/a", "aGk=", "%%%",
    "6F9619FF-8B86-D011-B42D-00C04FC964FF", [], [1], [1, 2], [2, 1, 3], ["x", 1], ["left"],
    [.null], [[1]], [:], ["x": 1], ["1": true], ["left": 1], ["01": true], ["it": 1],
    ["label": "a", "children": []],
    ["label": "a", "children": [["label": "b", "children": [[:]]]]],
    ["label": "a", "children": [], "more": 1], ["inner": ["x": 1]], ["inner": ["x": 1, "y": 2]],
    ["times": 1], ["word": "w"], ["times": 1, "word": 5],
  ]

  private static func agree<T: Decodable>(_ type: T.Type) async throws {
    for (tool, isOptional) in [
      (description(Holder<T>.self), false), (description(Holding<T>.self), true),
    ] {
      var random = Randomness(seed: 7)
      var situation = Situation(observation: "some words to draw from", turns: [])
      situation.tools = [tool]
      var all = pool.map { ["it": $0] as JSONValue }
      for _ in 0..<40 {
        all.append(RandomPolicy().decide(situation, using: &random).calls[0].arguments)
      }
      all += [[:], ["it": 1, "other": 2]]
      for arguments in all {
        // Null counts as left out, which JSON Schema cannot say of a member.
        if isOptional, arguments["it"] == .null { continue }
        let allowed = SchemaReader(tool.parameters).allows(arguments)
        let refusal =
          isOptional
          ? try await refusal(Holding<T>.self, arguments)
          : try await refusal(Holder<T>.self, arguments)
        #expect(allowed == (refusal == nil), "\(type): \(arguments): \(refusal ?? "taken")")
      }
      for arguments in all.suffix(42).prefix(40) {
        #expect(SchemaReader(tool.parameters).allows(arguments), "\(type): \(arguments)")
      }
    }
  }

  @Test func `allows what the decoder takes and nothing else`() async throws {
    try await Self.agree(Bool.self)
    try await Self.agree(Int.self)
    try await Self.agree(Int8.self)
    try await Self.agree(Int32.self)
    try await Self.agree(UInt8.self)
    try await Self.agree(UInt16.self)
    try await Self.agree(UInt64.self)
    try await Self.agree(Double.self)
    try await Self.agree(Float.self)
    try await Self.agree(Decimal.self)
    try await Self.agree(String.self)
    try await Self.agree(Text.self)
    try await Self.agree(UUID.self)
    try await Self.agree(URL.self)
    try await Self.agree(Date.self)
    try await Self.agree(Data.self)
    try await Self.agree(JSONValue.self)
    try await Self.agree(Side.self)
    try await Self.agree(Level.self)
    try await Self.agree(Share.self)
    try await Self.agree(Name.self)
    try await Self.agree(Inches.self)
    try await Self.agree([Int].self)
    try await Self.agree([Int?].self)
    try await Self.agree([[Int]].self)
    try await Self.agree(Set<String>.self)
    try await Self.agree([String: Int].self)
    try await Self.agree([Int: Bool].self)
    try await Self.agree([Side: Int].self)
    try await Self.agree([String: [String: Level]].self)
    try await Self.agree(Pair.self)
    try await Self.agree(Flat.self)
    try await Self.agree(Defaulted.self)
    try await Self.agree(Tree.self)
    try await Self.agree(Both.self)
    try await Self.agree(Holder<Holding<Int>>.self)
  }
}
