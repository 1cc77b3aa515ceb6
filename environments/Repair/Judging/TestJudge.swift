package import TurnwiseCore

/// Decides which tests of a program pass with the agent's versions of its files.
package enum TestJudge {
  /// Runs all tests.
  ///
  /// - Parameters:
  ///   - program: The program, which has the tests.
  ///   - sources: The texts of its files, by path.
  /// - Returns: For each test, whether it passes; the visible tests come first.
  /// - Throws: A `Failure` of the sandbox.
  package static func passing(of program: Program, with sources: [String: Text]) async throws
    -> [Bool]
  {
    // Such a large text is not a repair, and might not fit into the workspace beside the calls.
    guard sources.values.allSatisfy({ $0.bytes.count <= sourceLimit }) else {
      return program.tests.map { _ in false }
    }
    let job = CallRunner.Job(files: sources, calls: program.calls)
    let outcomes = try await known.value(of: job) {
      try await CallRunner.shared.outcomes(of: [job])[0]
    }
    return passing(of: program, outcomes)
  }

  /// Compares outcomes with the expected ones; a test without an outcome fails.
  package static func passing(of program: Program, _ outcomes: [String]) -> [Bool] {
    program.tests.indices.map {
      outcomes.indices.contains($0) && outcomes[$0] == program.tests[$0].outcome
    }
  }

  /// The size of a file that is still run, in bytes; files of the programs have a hundredth of it.
  private static let sourceLimit = 1 << 16
  private static let known = ContentCache<CallRunner.Job, [String]>(limit: 1 << 12)
}
