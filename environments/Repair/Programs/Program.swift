internal import Foundation
internal import TurnwiseCore

/// A small Python program and its tests: what bugs are planted in.
///
/// To add one, copy a file of this folder, add the program to ``all``, and print the table of outcomes
/// anew (``MutantOutcomes``). Lines are short and words few, so that a small model can copy them; there are
/// no double quotes and no backslashes, which JSON would have to escape, and no statement spans lines,
/// so that one line can be replaced by itself.
package struct Program: Sendable {
  /// A file of the program.
  package struct File: Sendable {
    /// Where it is, such as `cart.py`.
    package let path: String
    /// Its lines.
    package let lines: [String]

    package init(_ path: String, _ text: String) {
      (self.path, lines) = (
        path, text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      )
    }
  }

  /// A call, and what must come of it.
  package struct Test: Hashable, Sendable {
    /// A Python expression, whose modules are files of the program.
    package let call: String
    /// `== ` and the `repr` of the value, or `raises ` and the name of an exception.
    package let outcome: String

    /// Reads `CALL == VALUE` or `CALL raises NAME`.
    init(_ line: String) {
      let marks = [" == ", " raises "].compactMap { line.range(of: $0, options: .backwards) }
      guard let mark = marks.map(\.lowerBound).max() else {
        mistake("A test is 'CALL == VALUE' or 'CALL raises NAME', not '\(line)'.")
      }
      (call, outcome) = (String(line[..<mark]), String(line[line.index(after: mark)...]))
    }

    /// The test as ``init(_:)`` reads it.
    package var line: String { "\(call) \(outcome)" }
  }

  /// The name, which is the family of its tasks.
  package let name: String
  /// The files.
  package let files: [File]
  /// The tests that the agent may read and run.
  package let visible: [Test]
  /// The tests that decide together with these.
  package let hidden: [Test]

  package init(_ name: String, files: [File], visible: String, hidden: String) {
    (self.name, self.files) = (name, files)
    self.visible = visible.split(separator: "\n").map { Test(String($0)) }
    self.hidden = hidden.split(separator: "\n").map { Test(String($0)) }
  }

  /// All tests, the visible ones first.
  package var tests: [Test] { visible + hidden }
  /// The calls of all tests.
  package var calls: [String] { tests.map(\.call) }
  /// The files as they should be, and the calls of all tests.
  package var job: CallRunner.Job { job(with: nil) }

  /// The files with a bug, and the calls of all tests.
  package func job(with bug: RepairTask.Bug?) -> CallRunner.Job {
    var texts: [String: Text] = [:]
    for file in files {
      var lines = file.lines
      if let bug, bug.path == file.path { lines[bug.line - 1] = bug.after }
      texts[file.path] = Text(lines.asLines)
    }
    return CallRunner.Job(files: texts, calls: calls)
  }
}

extension Program {
  /// All programs, in the order of tables.
  package static let all: [Program] = [
    bank, calc, cart, cipher, dates, grades, graph, interval, life, logs, matrix, roman, runs,
    search,
    stock, wrap,
  ]

  /// The programs that never occur in training.
  package static let unseen = ["matrix", "roman"]

  /// The program of a name.
  package static func named(_ name: String) -> Program? { all.first { $0.name == name } }
}
