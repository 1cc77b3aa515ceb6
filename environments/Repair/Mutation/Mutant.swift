package import TurnwiseCore

/// A program with one bug, and the tests that detect it.
package struct Mutant: Hashable, Sendable {
  /// The result of the tests of a program with a bug.
  package enum Outcome: Hashable, Sendable {
    /// The tests that fail, as bits; 0 for a mutant that is equivalent to the program.
    case failing(UInt32)
    /// A call does not end.
    case hangs
  }

  /// The program.
  package let program: String
  /// The bug.
  package let bug: RepairTask.Bug
  /// The result of the program's tests.
  package let outcome: Outcome

  /// The split, chosen by the bug's place and operator together: every fifth pair is held out.
  package var split: Split {
    let name = "\(program) \(bug.path) \(bug.line) \(bug.column) \(bug.operator.rawValue)"
    return Digest(of: Array(name.utf8)).words[0] % 5 == 0 ? .heldOut : .train
  }

  /// Whether the bug makes a task: a hidden test fails.
  ///
  /// A bug that only visible tests detect could be fixed by answering their calls with the expected values,
  /// and one that hangs takes much time.
  package var makesTask: Bool { failing { $0 >> $1 != 0 } }

  /// Whether no visible test fails.
  package var isSilent: Bool { !failing { $0 & (1 << $1 - 1) != 0 } }

  /// Calls `test` with the failing tests, as bits, and the number of visible tests.
  private func failing(_ test: (_ bits: UInt32, _ visible: UInt32) -> Bool) -> Bool {
    guard case .failing(let bits) = outcome, let program = Program.named(program) else {
      return false
    }
    return test(bits, UInt32(program.visible.count))
  }
}

extension Mutant {
  /// Returns all bugs that the operators can plant in a program, in the order of their places.
  ///
  /// If two operators give the same line, the bug belongs to the first one.
  package static func bugs(in program: Program) -> [RepairTask.Bug] {
    var bugs: [RepairTask.Bug] = []
    for (file, lines) in zip(program.files, SourceLine.lines(of: program)) {
      for (number, line) in lines.enumerated() {
        var known: Set<String> = [line.text]
        for kind in MutationOperator.allCases {
          for edit in kind.edits(of: line) {
            let after = line.applying(edit)
            guard known.insert(after).inserted else { continue }
            bugs.append(
              RepairTask.Bug(
                operator: kind, path: file.path, line: number + 1,
                column: line.tokens[edit.token].column + 1, before: line.text, after: after))
          }
        }
      }
    }
    return bugs
  }

  /// The mutants of each program with their recorded outcomes, by the name of the program.
  package static let all: [String: [Mutant]] = Dictionary(
    uniqueKeysWithValues: Program.all.map { program in
      let bugs = bugs(in: program)
      let outcomes = MutantOutcomes.recorded[program.name].map(Outcome.read) ?? []
      require(
        bugs.count == outcomes.count,
        "The outcomes of '\(program.name)' are out of date: run `\(MutantOutcomes.command)`.")
      return (
        program.name,
        zip(bugs, outcomes).map { Mutant(program: program.name, bug: $0, outcome: $1) }
      )
    })

  /// Returns the mutants of a program that make tasks of a split; `silent` includes those that no visible
  /// test detects.
  static func tasks(of program: String, in split: Split, silent: Bool) -> [Mutant] {
    (tasks[split]?[program] ?? []).filter { silent || !$0.isSilent }
  }

  private static let tasks: [Split: [String: [Mutant]]] = Dictionary(
    uniqueKeysWithValues: Split.allCases.map { split in
      (
        split,
        all.mapValues { mutants in
          mutants.filter { mutant in
            let isUnseen = Program.unseen.contains(mutant.program)
            return mutant.makesTask && (isUnseen ? .heldOut : mutant.split) == split
          }
        }
      )
    })
}

extension Mutant.Outcome {
  /// Reads outcomes, which are words: a hexadecimal number, or `-` if a call hangs.
  static func read(_ words: String) -> [Mutant.Outcome] {
    words.split { $0 == " " || $0 == "\n" }.map { word in
      UInt32(word, radix: 16).map(Mutant.Outcome.failing) ?? .hangs
    }
  }

  /// The outcome in the form that ``read(_:)`` takes.
  package var word: String {
    switch self {
    case .failing(let bits): String(bits, radix: 16)
    case .hangs: "-"
    }
  }
}
