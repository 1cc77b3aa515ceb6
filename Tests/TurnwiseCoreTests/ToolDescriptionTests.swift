import Testing
import TurnwiseCore

@Suite struct `A tool's description` {
  enum Side: String, Codable, CaseIterable { case left, right }
  enum Level: Int, Codable, CaseIterable { case low, high }

  struct Filter: Decodable {
    var pattern: String
    var isExact: Bool?
  }

  struct Everything: Decodable {
    var text: String
    var raw: Text
    var count: Int
    var share: Double
    var ratio: Float
    var isSure: Bool
    var side: Side
    var words: [String]
    var sides: [Side]
    var filter: Filter
    var filters: [Filter]
    var anything: JSONValue
    var note: String?
    var limit: Int?
    var weight: Double?
    var isLate: Bool?
    var small: Float?
    var otherSide: Side?
    var otherWords: [Int]?
    var otherFilter: Filter?
  }

  struct Probe<A: Decodable>: Tool {
    static var name: String { "probe" }
    static var summary: String { "Looks." }
    static var help: [String: String] { A.self == Everything.self ? ["text": "The words."] : [:] }
    func call(_ arguments: A, on state: inout Int, using random: inout Randomness) -> ToolReply {
      ""
    }
  }

  private func schema<A: Decodable>(of type: A.Type) -> JSONValue? {
    Toolbox { Probe<A>() }.descriptions.first?.parameters
  }

  private static let filter: JSONValue = [
    "type": "object",
    "properties": ["pattern": ["type": "string"], "isExact": ["type": "boolean"]],
    "required": ["pattern"], "additionalProperties": false,
  ]
  private static let sides: JSONValue = ["type": "string", "enum": ["left", "right"]]

  @Test(
    arguments: [
      ("text", ["type": "string", "description": "The words."]), ("raw", ["type": "string"]),
      ("count", ["type": "integer"]), ("share", ["type": "number"]), ("ratio", ["type": "number"]),
      ("isSure", ["type": "boolean"]), ("side", sides),
      ("words", ["type": "array", "items": ["type": "string"]]),
      ("sides", ["type": "array", "items": sides]), ("filter", filter),
      ("filters", ["type": "array", "items": filter]), ("anything", [:]),
      ("note", ["type": "string"]), ("limit", ["type": "integer"]), ("weight", ["type": "number"]),
      ("isLate", ["type": "boolean"]), ("small", ["type": "number"]), ("otherSide", sides),
      ("otherWords", ["type": "array", "items": ["type": "integer"]]), ("otherFilter", filter),
    ] as [(String, JSONValue)])
  func `derives the schema of each argument from its type`(name: String, expected: JSONValue) throws
  {
    #expect(schema(of: Everything.self)?["properties"]?[name] == expected)
  }

  @Test func `requires what is not optional, in the order of declaration`() {
    #expect(
      schema(of: Everything.self)?["required"] == [
        "text", "raw", "count", "share", "ratio", "isSure", "side", "words", "sides", "filter",
        "filters", "anything",
      ])
    #expect(schema(of: Everything.self)?["additionalProperties"] == false)
  }

  struct Nothing: Decodable {}

  @Test func `says that a tool takes no arguments`() {
    let expected: JSONValue = [
      "type": "object", "properties": [:], "required": [], "additionalProperties": false,
    ]
    #expect(schema(of: Nothing.self) == expected)
  }

  struct Renamed: Decodable {
    var path: String
    enum CodingKeys: String, CodingKey { case path = "file_path" }
  }

  @Test func `speaks of arguments by their coding keys`() {
    #expect(schema(of: Renamed.self)?["required"] == ["file_path"])
  }

  @Test func `lists tools in the order of their names`() {
    #expect(Climb().tools.descriptions.map(\.name) == ["finish", "go", "mark"])
  }

  final class Endless: Decodable { var next: [Endless] = []; var other: Endless }
  enum Shape: Decodable { case round(radius: Double) }
  struct Shaped: Decodable { var shape: Shape }
  struct Leveled: Decodable { var level: Level }

  @Test func `is refused for a type that contains itself`() async {
    await #expect(processExitsWith: .failure) {
      _ = Toolbox { Probe<Endless>() }.descriptions
    }
  }

  @Test func `is refused for an enumeration that cannot be listed`() async {
    await #expect(processExitsWith: .failure) {
      _ = Toolbox { Probe<Shaped>() }.descriptions
    }
  }

  struct Misspelt: Tool {
    static let name = "misspelt"
    static let summary = ""
    static let help = ["wrod": "A word."]
    struct Arguments: Decodable { var word: String }
    func call(_ arguments: Arguments, on state: inout Int, using random: inout Randomness)
      -> ToolReply
    { "" }
  }

  @Test func `is refused where help speaks of an argument that is not there`() async {
    await #expect(processExitsWith: .failure) { _ = Toolbox { Misspelt() }.descriptions }
  }

  @Test func `is refused for two tools of one name`() async {
    await #expect(processExitsWith: .failure) {
      _ = Toolbox {
        Misspelt()
        Misspelt()
      }
    }
  }
}
