internal import TurnwiseCore

extension Mutant {
  /// Runs the tests of a program on each of its mutants.
  ///
  /// - Returns: The mutants with what was found, whatever is recorded.
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

  /// The source of ``MutantOutcomes`` for some mutants of each program.
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
      /// What came of each bug that the operators can plant, in the order of ``Mutant/bugs(in:)``: the numbers
      /// of the tests that fail, as bits of a hexadecimal number, or `-` where a call hangs.
      ///
      /// Written by `\(MutantOutcomes.command)`; the same tests find out if it is out of date.
      extension MutantOutcomes {
        static let recorded: [String: String] = [
      \(entries.joined())  ]
      }

      """
  }
}

/// What came of each bug that the operators can plant.
enum MutantOutcomes {
  /// What records it anew.
  static let command = "TURNWISE_RECORD_MUTANTS=1 swift test --filter RepairMutantTests"
}
