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
}
