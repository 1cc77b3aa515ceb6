import Foundation
import Testing
import TurnwiseEnvironments

/// The yield of the mutation operators is printed by `swift test --filter RepairMutantTests`.
@Suite struct RepairMutantTests {
  @Test func `have the outcomes that are recorded`() async throws {
    let measured = try await Self.measured()
    if ProcessInfo.processInfo.environment["TURNWISE_RECORD_MUTANTS"] != nil {
      let file = "environments/Repair/Mutation/MutantOutcomes.swift"
      let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
      try Mutant.recording(measured).write(
        to: root.appending(path: file), atomically: true, encoding: .utf8)
      return
    }
    for mutants in measured { #expect(Mutant.all[mutants.first?.program ?? ""] == mutants) }
    print(MutationYield(measured.flatMap { $0 }).table)
  }

  /// The programs one after the other, each with all of its mutants in one process.
  private static func measured() async throws -> [[Mutant]] {
    var measured: [[Mutant]] = []
    for program in Program.all { measured.append(try await Mutant.measured(of: program)) }
    return measured
  }
}
