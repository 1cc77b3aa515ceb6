import Testing
import TurnwiseCore

/// A mistake that a program which uses the API can make.
enum Mistake: String, Codable, CaseIterable, Sendable {
  case twoToolsOfOneName, helpForNoArgument, unlistedEnumeration, unlistedIntegers
  case associatedValues, endlessType, ownDecoder, listOfArguments, keysThatCannotBeListed
  case schemaWithoutExample, noWorkers, noRows, noCalls, noScenarios, sampledWithoutProbabilities
  case probabilitiesWithoutTokens, prefixWithoutTokens

  /// What must be said of it.
  var words: String {
    switch self {
    case .twoToolsOfOneName: "Two tools are named 'probe'"
    case .helpForNoArgument: "has no arguments [\"wrod\"] for the help texts; it has [\"word\"]"
    case .unlistedEnumeration, .unlistedIntegers, .associatedValues:
      "cannot be listed: give it raw values and make it CaseIterable"
    case .endlessType: "contains itself without an optional or a list between"
    case .ownDecoder: "conform it to SchemaDescribed"
    case .listOfArguments: "make it a structure"
    case .keysThatCannotBeListed: "an enumeration that is CaseIterable and CodingKeyRepresentable"
    case .schemaWithoutExample: "add \"examples\" with one that it decodes"
    case .noWorkers: "A rollout needs at least one worker, not 0"
    case .noRows, .noCalls: "The feeding of the policy 'hungry' must"
    case .noScenarios: "A check plays at least one scenario"
    case .sampledWithoutProbabilities: "Sampled tokens come with log-probabilities"
    case .probabilitiesWithoutTokens, .prefixWithoutTokens:
      "Each sampled token has one log-probability"
    }
  }

  /// Whether the file of the program that made the mistake is named.
  var namesCaller: Bool {
    switch self {
    case .sampledWithoutProbabilities, .probabilitiesWithoutTokens, .prefixWithoutTokens: false
    default: true
    }
  }

  func make() async {
    var tape = TokenTape()
    switch self {
    case .twoToolsOfOneName:
      _ = Toolbox {
        Probe<Word>()
        Probe<Word>()
      }
    case .helpForNoArgument: _ = Toolbox { Misspelt() }.descriptions
    case .unlistedEnumeration: describe(With<Kind>.self)
    case .unlistedIntegers: describe(With<Level?>.self)
    case .associatedValues: describe(With<[Target]>.self)
    case .endlessType: describe(Endless.self)
    case .ownDecoder: describe(With<Picky>.self)
    case .listOfArguments: describe([String].self)
    case .keysThatCannotBeListed: describe(With<[Side: Int]>.self)
    case .schemaWithoutExample: describe(With<Odd>.self)
    case .noWorkers: _ = Rollout(.expert(.none), workers: 0)
    case .noRows: _ = Rollout(.policy(Hungry(feeding: .lockStep(rows: 0))), workers: 1)
    case .noCalls: _ = Rollout(.policy(Hungry(feeding: .independent(calls: 0))), workers: 1)
    case .noScenarios: _ = await EnvironmentChecker(Climb(), scenarios: 0).check()
    case .sampledWithoutProbabilities: tape.append([1], as: .sampled, turn: 0)
    case .probabilitiesWithoutTokens:
      _ = tape.appendSampled([1, 2], logProbabilities: [-1], turn: 0)
    case .prefixWithoutTokens: _ = ActionPrefix(tokens: [], logProbabilities: [-1])
    }
  }

  private func describe<A: Decodable>(_ type: A.Type) {
    _ = Toolbox { Probe<A>() }.descriptions
  }

  // MARK: - Types with mistakes

  struct Word: Decodable { var word: String }
  struct With<T: Decodable>: Decodable { var it: T }
  enum Kind: String, Decodable { case a, b }
  enum Level: Int, Decodable { case low, high }
  enum Target: Decodable { case line(Int), name(String) }
  enum Side: String, Codable { case left, right }
  final class Endless: Decodable { var next: [Endless] = []; var other: Endless }
  struct Picky: Decodable {
    var count: Int
    enum CodingKeys: CodingKey { case count }
    init(from decoder: any Decoder) throws {
      count = try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .count)
      guard count > 3 else {
        throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "too few"))
      }
    }
  }
  struct Odd: SchemaDescribed {
    static let schema: JSONValue = ["type": "integer"]
    init(from decoder: any Decoder) throws {
      guard try decoder.singleValueContainer().decode(Int.self) % 2 == 1 else {
        throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "is even"))
      }
    }
  }

  struct Probe<A: Decodable>: Tool {
    static var name: String { "probe" }
    static var summary: String { "Looks." }
    func call(_ arguments: A, on state: inout Int, using random: inout Randomness) -> ToolReply {
      "Seen."
    }
  }
  struct Misspelt: Tool {
    static let name = "misspelt"
    static let summary = ""
    static let help = ["wrod": "A word."]
    func call(_ arguments: Word, on state: inout Int, using random: inout Randomness) -> ToolReply {
      ""
    }
  }
  struct Hungry: Policy {
    var name: String { "hungry" }
    var feeding: Feeding
    func makeSampler() -> any Sampler { NullPolicy().makeSampler() }
  }
}

@Suite struct `A mistake in a program` {
  @Test(arguments: Mistake.allCases)
  func `ends it with a sentence, a file and a line, in every build`(mistake: Mistake) async throws {
    let child = try await #require(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [mistake = mistake as Mistake] in
      await mistake.make()
    }
    let said = String(decoding: child.standardErrorContent, as: UTF8.self)
    #expect(said.contains(mistake.words), "\(said.prefix(400))")
    let place =
      mistake.namesCaller
      ? #/MistakeTests\.swift:\d+: Fatal error: /# : #/\w+\.swift:\d+: Fatal error: /#
    #expect(said.contains(place), "\(said.prefix(400))")
  }
}
