import Foundation
import Testing
import TurnwiseEnvironments
import TurnwiseTestSupport

/// `swift test --filter RepairMutantTests` prints how many mutants of each operator make tasks.
@Suite struct RepairMutantTests {
  @Test func `have the recorded outcomes`() async throws {
    let measured = try await Self.measured()
    if ProcessInfo.processInfo.environment["TURNWISE_RECORD_MUTANTS"] != nil {
      let file = "environments/Repair/Mutation/MutantOutcomes.swift"
      try Mutant.recording(measured).write(
        to: repository(file), atomically: true, encoding: .utf8)
      return
    }
    for mutants in measured { #expect(Mutant.all[mutants.first?.program ?? ""] == mutants) }
    print(MutationYield(measured.flatMap { $0 }).table)
  }

  /// The mutants of each program, which run in one process.
  private static func measured() async throws -> [[Mutant]] {
    var measured: [[Mutant]] = []
    for program in Program.all { measured.append(try await Mutant.measured(of: program)) }
    return measured
  }
}
