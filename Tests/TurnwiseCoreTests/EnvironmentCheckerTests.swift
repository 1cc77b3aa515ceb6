import Testing
import TurnwiseCore

@Suite struct `The environment checker` {
  /// Asks a child process, whose hash seeds are others, for the keys of states.
  @Sendable private static func keysInChild(_ game: Climb, _ states: [JSONValue]) async throws
    -> [String]
  {
    let child = try await #require(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) { [game = game as Climb, states = states as [JSONValue]] in
      for key in try EnvironmentChecker(game).keys(of: states) { print("key=\(key)") }
    }
    let output = String(decoding: child.standardOutputContent, as: UTF8.self)
    return output.split(whereSeparator: \.isNewline).compactMap { line in
      line.hasPrefix("key=") ? String(line.dropFirst(4)) : nil
    }
  }

  /// Only where keys are in question the second process is a real one, for a child takes a second.
  private func report(_ flaw: Flaw?) async -> EnvironmentReport {
    let game = Climb(flaw)
    return await EnvironmentChecker(game) { states in
      flaw == nil || flaw == .orderOfHashes
        ? try await Self.keysInChild(game, states) : try EnvironmentChecker(game).keys(of: states)
    }.check()
  }

  @Test func `finds nothing wrong with a sound environment`() async {
    let verdicts = await report(nil).verdicts
    #expect(verdicts.map(\.law) == EnvironmentLaw.allCases)
    #expect(verdicts.map(\.outcome) == EnvironmentLaw.allCases.map { _ in .kept })
  }

  @Test(arguments: Flaw.allCases) func `names the one law that a flaw breaks`(flaw: Flaw) async {
    let report = await report(flaw)
    #expect(report.violations == [flaw.law], "\(report)")
  }

  @Test(arguments: EnvironmentLaw.allCases) func `is tried on every law`(law: EnvironmentLaw) {
    #expect(Flaw.allCases.contains { $0.law == law })
    #expect(!law.statement.isEmpty)
  }

  @Test func `plays a scenario as long as it may last`() async {
    struct Late: Environment {
      static let id = "late-v1"
      var turnLimit: Int { 1 }
      var tools: Toolbox<[UInt64]> { Toolbox {} }
      func turnLimit(of scenario: Int) -> Int { 6 }
      func scenario(in split: Split, using random: inout Randomness) -> Int {
        .random(in: 0...1_000_000, using: &random) * 2 + (split == .train ? 0 : 1)
      }
      func start(_ scenario: Int, using random: inout Randomness) -> [UInt64] { [] }
      // Only the last turn of a long episode is another each time.
      func step(
        _ state: inout [UInt64], _ action: Action, using random: inout Randomness
      ) async throws -> Outcome {
        state.append(0)
        let luck = state.count < 6 ? 0 : Int.random(in: 0 ... .max)
        return Outcome(replies: [ToolReply(Text("\(luck)"))])
      }
      func judge(_ state: [UInt64]) -> Judgement { Judgement(success: false) }
    }
    #expect(await EnvironmentChecker(Late()).check().violations.contains(.reproducible))
  }

  @Test func `says why an expert cannot be asked`() async {
    struct Forgetful: Environment {
      static let id = "forgetful-v1"
      var tools: Toolbox<Int> { Toolbox {} }
      func scenario(in split: Split, using random: inout Randomness) -> Split { split }
      func start(_ scenario: Split, using random: inout Randomness) -> Int { 0 }
      func judge(_ state: Int) -> Judgement { Judgement(success: false) }
      func expert(
        _ state: Int, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
      ) throws -> Action? {
        throw Failure(.environment, code: "lost", message: "The book is lost.")
      }
    }
    let verdicts = await EnvironmentChecker(Forgetful()).check().verdicts
    let outcome = verdicts.first { $0.law == .expertSucceeds }?.outcome
    #expect(outcome == .broken("environment/lost: The book is lost."))
    let session = try? Session(
      Forgetful(), origin: EpisodeOrigin(seed: 1, split: .train, scenario: 0))
    let played = await Rollout(.expert(.none), workers: 1).play([session].compactMap(\.self))
    #expect(played.first?.ending?.failure?.code == "lost")
  }

  @Test func `leaves open what it cannot try`() async {
    struct Unattended: Environment {
      static let id = "unattended-v1"
      var tools: Toolbox<Int> { Toolbox {} }
      func scenario(in split: Split, using random: inout Randomness) -> Split { split }
      func start(_ scenario: Split, using random: inout Randomness) -> Int { 0 }
      func judge(_ state: Int) -> Judgement { Judgement(success: false) }
    }
    let report = await EnvironmentChecker(Unattended()).check()
    let open = report.verdicts.filter { if case .open = $0.outcome { true } else { false } }
    #expect(open.map(\.law) == [.keysAgree, .expertSucceeds])
    #expect(report.violations == [])
  }

  @Test(
    arguments: [
      (.unseenField, "scenario 0: state.unseen is 7 before and 0 after encoding"),
      (.infinity, "scenario 0: state.best.0 is infinite: JSON cannot represent it; store nil"),
    ] as [(Flaw, String)])
  func `names the field that does not survive encoding`(flaw: Flaw, words: String) async {
    let verdicts = await EnvironmentChecker(Climb(flaw)).check().verdicts
    guard case .broken(let detail)? = verdicts.first(where: { $0.law == .encodable })?.outcome
    else {
      Issue.record("\(verdicts)")
      return
    }
    #expect(detail.hasPrefix(words), "\(detail)")
  }

  /// A game whose expert forgets an argument that has a default.
  struct Forgotten: Environment {
    static let id = "forgotten-v1"
    struct Ring: Tool {
      static let name = "ring"
      static let summary = "Rings."
      struct Arguments: Decodable {
        var bell: String
        var times = 1
      }
      func call(_ arguments: Arguments, on state: inout Int, using random: inout Randomness)
        -> ToolReply
      {
        state += arguments.times
        return ToolReply("Rung.", endsEpisode: true)
      }
    }
    var turnLimit: Int { 3 }
    var tools: Toolbox<Int> { Toolbox { Ring() } }
    func scenario(in split: Split, using random: inout Randomness) -> Split { split }
    func start(_ scenario: Split, using random: inout Randomness) -> Int { 0 }
    func judge(_ state: Int) -> Judgement { Judgement(success: state > 0) }
    func expert(
      _ state: Int, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
    ) -> Action? { .call("ring", ["bell": "north"]) }
  }

  @Test func `says what an expert that does not succeed was refused`() async {
    let verdicts = await EnvironmentChecker(Forgotten()).check().verdicts
    let outcome = verdicts.first { $0.law == .expertSucceeds }?.outcome
    #expect(
      outcome
        == .broken(
          "the expert does not succeed in scenario 0, 'forgotten-v1'; 3 calls were refused, the first"
            + " in turn 1: 'ring north' -> Bad arguments for 'ring': 'times' is missing.;"
            + " cut short after 3 turns (turn-limit)"), "\(String(describing: outcome))")
  }

  @Test func `tells an author what is there and what is left to defaults`() throws {
    let climb = try EnvironmentChecker(Climb()).facts()
    #expect(climb.firstObservation.string.hasPrefix("Rung 0 of "))
    #expect(climb.scenariosWithExpert == 12 && climb.firstExpertAction == "go 3")
    #expect(climb.tools.map(\.name) == ["finish", "go", "mark"])
    #expect(climb.families == ["train": ["climb-v1": 12], "held-out": ["climb-v1": 12]])
    #expect(
      climb.remarks.count == 1 && climb.remarks[0].contains("potential(_ state: State) -> Double?"))

    /// Every optional member has another signature than the protocol's.
    struct NearMiss: Environment {
      static let id = "near-miss-v1"
      var tools: Toolbox<Int> { Toolbox {} }
      func scenario(in split: Split, using random: inout Randomness) throws -> Split {
        guard split == .train else {
          throw Failure(.environment, code: "none", message: "No tasks are held out.")
        }
        return split
      }
      func start(_ scenario: Split, using random: inout Randomness) -> Int { 0 }
      func judge(_ state: Int) -> Judgement { Judgement(success: false) }
      func observe(_ state: Int) -> String { "a string" }
      func potential(of state: Int) -> Double { 0.5 }
      func expert(_ state: Int, turns: [Turn]) -> Action? { .nothing }
    }
    let facts = try EnvironmentChecker(NearMiss()).facts()
    #expect(facts.firstObservation.isEmpty && facts.potential == nil)
    #expect(facts.scenariosWithExpert == 0)
    #expect(facts.missingSplits == ["held-out": "No tasks are held out."])
    for words in [
      "'observe(_ state: State) -> Observation'", "'potential(_", "'expert(_", "no tools",
    ] {
      #expect(facts.remarks.contains { $0.contains(words) }, "\(words): \(facts.remarks)")
    }
  }
}
