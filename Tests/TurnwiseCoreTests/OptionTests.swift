import Foundation
import Testing
import TurnwiseCore

@Suite struct `An option` {
  enum Form: String, WordChoice { case soft, hard }

  enum Even: OptionDomain {
    static let requirement = "an even number"
    static func allows(_ value: Int) -> Bool { value.isMultiple(of: 2) }
  }

  struct Optimizer: Codable, Hashable, OptionGroup {
    static let title = "Optimizer"
    static let flagPrefix = "adam"
    @Option<Positive>("Step size.") var learningRate = 1e-3
  }

  struct Example: Codable, Hashable, Configurable {
    @Option<UnitInterval>("Discount per turn.") var gamma = 0.5
    @Option<Integers<1, 8>>("Forks of a point.") var forks = 4
    @Option<NonNegative>("Weight of the entropy.") var entropyBonus = 0.0
    @Option<Even>("Heads.") var heads = 2
    @Option("Form of the minimum.") var form = Form.soft
    @Option("Whether to divide.") var divides = true
    @Option("Name of the run.") var name = ""
    var optimizer = Optimizer()
  }

  private func setting(_ texts: String...) throws -> Example {
    try Parameters.setting(texts.map { try Parameters.assignment($0) }, of: Example())
  }

  @Test func `has its default until it is set`() throws {
    #expect(Example().gamma == 0.5)
    #expect(Example(gamma: 1).gamma == 1)
    #expect(Example { ($0.gamma, $0.forks) = (0.25, 8) } == Example(gamma: 0.25, forks: 8))
    #expect(Example(gamma: 1) != Example())
    #expect(Set([Example(), Example(gamma: 0.5), Example(form: .hard)]).count == 2)
  }

  @Test func `is written under the name of its property`() throws {
    let json = try Parameters.settings(of: Example())
    #expect(json["gamma"] == .number(0.5))
    #expect(json["form"] == "soft")
    #expect(json["divides"] == true)
    let again = try JSON.decode(Example.self, from: JSON.encode(Example(forks: 7, form: .hard)))
    #expect(again == Example(forks: 7, form: .hard))
  }

  @Test func `is set by name`() throws {
    let set = try setting("gamma=1", "forks=8", "form=hard", "divides=false", "name=x")
    #expect(set == Example(gamma: 1, forks: 8, form: .hard, divides: false, name: "x"))
  }

  @Test(arguments: [
    ("gamma=1.5", "gamma=1.5: expected a number from 0 to 1"),
    ("gamma=-0.5", "gamma=-0.5: expected a number from 0 to 1"),
    ("gamma=half", "gamma=half: expected a number"),
    ("forks=9", "forks=9: expected a whole number from 1 to 8"),
    ("entropyBonus=-1", "entropyBonus=-1: expected a number of at least 0"),
    ("heads=3", "heads=3: expected an even number"),
    ("form=firm", "form=firm: expected one of soft, hard"),
    ("divides=1", "divides=1: expected true or false"),
    ("optimizer.learningRate=0", "optimizer.learningRate=0: expected a number above 0"),
    (
      "optimizer={\"learningRate\":0}",
      "optimizer.learningRate=0: expected a number above 0"
    ),
  ])
  func `says what is expected of a value that it refuses`(text: String, message: String) {
    let problem = #expect(throws: Parameters.Problem.self) { try setting(text) }
    #expect(problem?.description == message)
  }

  @Test func `of a group is set by its path`() throws {
    var expected = Example()
    expected.optimizer.learningRate = 2
    #expect(try setting("optimizer.learningRate=2") == expected)
    #expect(
      try Parameters.settingStrictly(["optimizer": ["learningRate": 2]], of: Example()) == expected)
  }

  @Test(
    arguments: [
      (["gama": 1], "gama"), (["optimizer": ["rate": 1]], "optimizer.rate"),
      (["gamma": ["x": 1]], nil), (["optimizer": 1], nil),
    ] as [([String: JSONValue], String?)])
  func `that does not exist is refused in a file`(recorded: [String: JSONValue], unknown: String?) {
    let problem = #expect(throws: Parameters.Problem.self) {
      try Parameters.settingStrictly(recorded, of: Example())
    }
    guard case .unknown(let name, let known)? = problem else {
      #expect(unknown == nil)
      return
    }
    #expect(name == unknown)
    #expect(known.contains(unknown == "gama" ? "gamma" : "optimizer.learningRate"))
  }

  @Test func `refuses a value outside its domain wherever it is decoded`() {
    for json in [#"{"learningRate":0}"#, #"{"learningRate":-1}"#, #"{"learningRate":"1"}"#] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(Optimizer.self, from: Data(json.utf8))
      }
    }
  }

  @Test func `is described with its default, its range and its group`() throws {
    let options = try OptionDescription.all(of: Example())
    #expect(
      options.map(\.name) == [
        "gamma", "forks", "entropyBonus", "heads", "form", "divides", "name", "learningRate",
      ])
    #expect(options[2].flag == "entropy-bonus" && options[2].key == "entropyBonus")
    #expect(options[7].flag == "adam-learning-rate")
    #expect(options[7].key == "optimizer.learningRate")
    #expect(options[0].help == "Discount per turn.")
    #expect(options[0].requirement == "a number from 0 to 1")
    #expect(options[0].defaultValue == .number(0.5))
    #expect(options[4].requirement == "one of soft, hard")
    #expect(options.map(\.group) == Array(repeating: nil, count: 7) + ["Optimizer"])
  }

  @Test(arguments: [0.0, .infinity, .nan])
  func `above 0 is neither 0 nor infinite`(value: Double) {
    #expect(!Positive.allows(value))
    #expect(NonNegative.allows(value) == (value == 0))
  }

  @Test func `that the program sets outside its domain ends it, naming the declaration`()
    async throws
  {
    let child = try await #require(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var example = Example()
      example.gamma = 1.5
    }
    let said = String(decoding: child.standardErrorContent, as: UTF8.self)
    #expect(said.contains("OptionTests.swift:"), "\(said.prefix(400))")
    #expect(said.contains("This option must be a number from 0 to 1, but is 1.5."))
  }
}
