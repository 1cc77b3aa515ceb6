package import TurnwiseCore

/// Says which tests of a program pass with the texts that an agent left for its files.
package enum TestJudge {
  /// Runs all tests.
  ///
  /// - Parameters:
  ///   - program: The program, whose tests are taken.
  ///   - sources: The texts of its files by path; nothing else of the agent's has a say.
  /// - Returns: Whether they pass, the visible ones first.
  /// - Throws: A `Failure` of the sandbox.
  package static func passing(of program: Program, with sources: [String: Text]) async throws
    -> [Bool]
  {
    // A text that large is no repair, and might not fit beside the calls.
    guard sources.values.allSatisfy({ $0.bytes.count <= largestFile }) else {
      return program.tests.map { _ in false }
    }
    let job = CallRunner.Job(files: sources, calls: program.calls)
    let outcomes = try await known.value(of: job) {
      try await CallRunner.shared.outcomes(of: [job])[0]
    }
    return passing(of: program, outcomes)
  }

  /// Compares outcomes with the expected ones; where there is no outcome, the test fails.
  package static func passing(of program: Program, _ outcomes: [String]) -> [Bool] {
    program.tests.indices.map {
      outcomes.indices.contains($0) && outcomes[$0] == program.tests[$0].outcome
    }
  }

  /// The bytes of a file that are still run; those of the programs have a hundredth.
  private static let largestFile = 1 << 16
  private static let known = ContentCache<CallRunner.Job, [String]>(limit: 1 << 12)
}
