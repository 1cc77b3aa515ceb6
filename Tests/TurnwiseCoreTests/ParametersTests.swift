import Testing
import TurnwiseCore

@Suite struct `Parameters by name` {
  enum Color: String, WordChoice { case red, darkGreen = "dark-green" }

  struct Options: Codable, Hashable {
    var horizon = 4
    var rate = 0.5
    var isHard = false
    var name = "plain"
    var words = ["a", "b"]
    var sizes = [1, 2]
    var seed = UInt64.max
    var nested = ["x": 1]
    var color = Color.red
  }

  private func set(_ texts: [String]) throws -> Options {
    try Parameters.setting(texts.map { try Parameters.assignment($0) }, of: Options())
  }

  private func expected(_ change: (inout Options) -> Void) -> Options {
    var options = Options()
    change(&options)
    return options
  }

  @Test func `set what they name and leave the rest`() throws {
    #expect(try set([]) == Options())
    #expect(try set(["horizon=8"]) == expected { $0.horizon = 8 })
    #expect(try set(["horizon=-8", "rate=2"]) == expected { ($0.horizon, $0.rate) = (-8, 2) })
    #expect(try set(["isHard=true"]) == expected { $0.isHard = true })
    #expect(try set(["name=a=b c"]) == expected { $0.name = "a=b c" })
    #expect(try set(["words=x,y z"]) == expected { $0.words = ["x", "y z"] })
    #expect(try set(["sizes=8,16,32"]) == expected { $0.sizes = [8, 16, 32] })
    #expect(try set(["seed=18446744073709551614"]) == expected { $0.seed = .max - 1 })
    #expect(try set(["nested={\"y\":2}"]) == expected { $0.nested = ["y": 2] })
    #expect(try set(["color=dark-green"]) == expected { $0.color = .darkGreen })
    #expect(try set(["horizon=1", "horizon=2"]) == expected { $0.horizon = 2 })
  }

  @Test(
    arguments: [
      ("horizon", .malformed("horizon")), ("=8", .malformed("=8")), ("", .malformed("")),
      ("horizon=", .mismatch(name: "horizon", text: "", expected: "a number")),
      ("horizon=far", .mismatch(name: "horizon", text: "far", expected: "a number")),
      ("rate=nan", .mismatch(name: "rate", text: "nan", expected: "a number")),
      ("rate=inf", .mismatch(name: "rate", text: "inf", expected: "a number")),
      ("isHard=yes", .mismatch(name: "isHard", text: "yes", expected: "true or false")),
      ("nested=[", .mismatch(name: "nested", text: "[", expected: "JSON")),
      (
        "color=green",
        .mismatch(name: "color", text: "green", expected: "one of red, dark-green")
      ),
      ("sizes=1,two", .mismatch(name: "sizes", text: "two", expected: "a number")),
    ] as [(String, Parameters.Problem)])
  func `refuse what does not fit`(text: String, problem: Parameters.Problem) {
    #expect(throws: problem) { try set([text]) }
  }

  @Test func `name those that there are`() {
    let known = ["color", "horizon", "isHard", "name", "nested", "rate", "seed", "sizes", "words"]
    #expect(throws: Parameters.Problem.unknown(name: "horizn", known: known)) {
      try set(["horizn=8"])
    }
    #expect("\(Parameters.Problem.unknown(name: "x", known: []))".hasSuffix("there is none"))
  }

  @Test func `say why a value refuses them`() throws {
    let problem = #expect(throws: Parameters.Problem.self) { try set(["horizon=2.5"]) }
    guard case .refused(let reason) = problem else {
      Issue.record("\(String(describing: problem))")
      return
    }
    #expect(reason.contains("not whole"))
  }

  @Test func `are restored from what was recorded`() throws {
    let recorded: [String: JSONValue] = ["horizon": 9, "added-later": true]
    #expect(try Parameters.setting(recorded, of: Options()).horizon == 9)
    #expect(try Parameters.settings(of: Options())["seed"] == .unsigned(.max))
    #expect(throws: Parameters.Problem.self) {
      try Parameters.setting(["horizon": "far"], of: Options())
    }
  }
}
