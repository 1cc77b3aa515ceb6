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
