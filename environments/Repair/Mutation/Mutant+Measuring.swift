internal import TurnwiseCore

extension Mutant {
  /// Runs the tests of a program with each of its bugs.
  ///
  /// - Returns: The mutants with their outcomes, which may differ from the recorded ones.
  /// - Throws: A `Failure` of the sandbox.
  package static func measured(of program: Program) async throws -> [Mutant] {
    let bugs = bugs(in: program)
    let outcomes = try await CallRunner.shared.outcomes(of: bugs.map(program.job(with:)))
    return zip(bugs, outcomes).map { bug, outcomes in
      var bits: UInt32 = 0
      for (index, passes) in TestJudge.passing(of: program, outcomes).enumerated() where !passes {
        bits |= 1 << UInt32(index)
      }
      let isComplete = outcomes.count == program.calls.count
      return Mutant(program: program.name, bug: bug, outcome: isComplete ? .failing(bits) : .hangs)
    }
  }

  /// Returns the source of ``MutantOutcomes`` for the mutants of each program.
  package static func recording(_ mutants: [[Mutant]]) -> String {
    let entries = mutants.map { mutants in
      var lines = [""]
      for word in mutants.map(\.outcome.word) {
        if lines[lines.count - 1].count + word.count > 90 { lines.append("") }
        lines[lines.count - 1] += lines[lines.count - 1].isEmpty ? word : " " + word
      }
      return "    \"\(mutants.first?.program ?? "")\": \"\"\"\n"
        + lines.map { "      \($0)\n" }.joined() + "      \"\"\",\n"
    }
    return """
      /// The recorded outcome of each bug that the operators can plant, in the order of ``Mutant/bugs(in:)``:
      /// the tests that fail, as bits of a hexadecimal number, or `-` if a call hangs.
      ///
      /// Record them again with `\(MutantOutcomes.command)`.
      /// Without the variable, the same tests check them.
      extension MutantOutcomes {
        static let recorded: [String: String] = [
      \(entries.joined())  ]
      }

      """
  }
}

/// The outcomes of all bugs that the operators can plant.
enum MutantOutcomes {
  /// The command that records them.
  static let command = "TURNWISE_RECORD_MUTANTS=1 swift test --filter RepairMutantTests"
}
