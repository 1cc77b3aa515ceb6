internal import Foundation
internal import TurnwiseCore

/// A small Python program and its tests, in which bugs are planted.
///
/// To add one, copy a file of this folder, add the program to ``all``, and record the outcomes again
/// (``MutantOutcomes``). Lines are short and words are few, so that a small model can copy them. There are
/// no double quotes and no backslashes, which JSON would have to escape, and no statement takes several
/// lines, so that any line can be replaced alone.
package struct Program: Sendable {
  /// A file of the program.
  package struct File: Sendable {
    /// The path, such as `cart.py`.
    package let path: String
    /// The lines.
    package let lines: [String]

    package init(_ path: String, _ text: String) {
      (self.path, lines) = (
        path, text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      )
    }
  }

  /// A call and its expected outcome.
  package struct Test: Hashable, Sendable {
    /// A Python expression that uses files of the program as modules.
    package let call: String
    /// `== ` and the `repr` of the value, or `raises ` and the name of an exception.
    package let outcome: String

    /// Parses `CALL == VALUE` or `CALL raises NAME`.
    init(_ line: String) {
      let marks = [" == ", " raises "].compactMap { line.range(of: $0, options: .backwards) }
      guard let mark = marks.map(\.lowerBound).max() else {
        mistake("A test must be 'CALL == VALUE' or 'CALL raises NAME', not '\(line)'.")
      }
      (call, outcome) = (String(line[..<mark]), String(line[line.index(after: mark)...]))
    }

    /// The test in the form that ``init(_:)`` parses.
    package var line: String { "\(call) \(outcome)" }
  }

  /// The name of the program, which is the family of its tasks.
  package let name: String
  /// The files.
  package let files: [File]
  /// The tests that the agent may read and run.
  package let visible: [Test]
  /// The tests that the agent never sees.
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
  /// A job with the files without bugs, and the calls of all tests.
  package var job: CallRunner.Job { job(with: nil) }

  /// A job with the files with a bug, and the calls of all tests.
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
  /// All programs, in the order in which tables show them.
  package static let all: [Program] = [
    bank, calc, cart, cipher, dates, grades, graph, interval, life, logs, matrix, roman, runs,
    search,
    stock, wrap,
  ]

  /// The programs that never occur in training.
  package static let unseen = ["matrix", "roman"]

  /// Returns the program with a name.
  package static func named(_ name: String) -> Program? { all.first { $0.name == name } }
}
