public import TurnwiseCore
public import TurnwiseSandbox

extension Shell {
  /// The files and the shell after the last command, and what the agent has read and submitted.
  public struct State: Codable, Hashable, Sendable {
    /// The task, of which the agent sees only the instruction.
    public let task: ShellTask
    /// The files and the state of the shell.
    public internal(set) var workspace: Workspace
    /// For each fact of the task, whether the agent has read it.
    public private(set) var seen: [Bool]
    /// The answer that the agent submitted.
    public internal(set) var answer: Text?

    /// Creates the files of a task, or takes `files` if the task is from a folder.
    init(_ task: ShellTask, in files: Workspace? = nil) throws {
      self.task = task
      workspace =
        try files
        ?? Workspace(
          task.files.map { (path: Text($0.path), mode: $0.permissions, contents: Text($0.text)) })
      seen = task.facts.map { _ in false }
    }

    /// Records which facts are lines of a reply.
    mutating func note(_ reply: Text) {
      let lines = Set(reply.string.split(separator: "\n").map(String.init))
      for (index, fact) in task.facts.enumerated() where lines.contains(fact) {
        seen[index] = true
      }
    }

    /// Whether the right answer was submitted, or any answer if the task has none.
    ///
    /// Blanks and line ends around the answer are ignored.
    var isAnswered: Bool {
      guard let answer else { return false }
      return task.answer.map { Self.trimmed(answer.bytes) == Self.trimmed(Array($0.utf8)) } ?? true
    }

    /// Whether all files are as required.
    ///
    /// Additional files are ignored.
    var isTreeRight: Bool { !isDamaged && doneResults == task.results.count && doneRemovals }

    /// Whether a file that should not change has changed.
    var isDamaged: Bool {
      let changing = Set(task.results.map(\.path) + task.removed)
      return task.files.contains { file in
        guard !changing.contains(file.path) else { return false }
        guard let entry = workspace.entry(Text(file.path)), let blob = entry.blob else {
          return true
        }
        return entry.mode != file.permissions || !blob.bytes.elementsEqual(file.text.utf8)
      }
    }

    private var doneRemovals: Bool {
      task.removed.allSatisfy { workspace.entry(Text($0)) == nil }
    }

    /// The number of results that are achieved: the text without blanks at both ends, and whether the
    /// owner may execute the file.
    private var doneResults: Int {
      task.results.count { result in
        guard let entry = workspace.entry(Text(result.path)), let blob = entry.blob else {
          return false
        }
        return entry.mode & 0o100 == result.permissions & 0o100
          && Self.trimmed(blob.bytes) == Self.trimmed(Array(result.text.utf8))
      }
    }

    /// The share of facts that were read and of results that were achieved; 0 if a file is damaged,
    /// because the task is lost then.
    var progress: Double {
      guard !isDamaged else { return 0 }
      let done = seen.count { $0 } + doneResults
      return Double(done) / Double(max(1, seen.count + task.results.count))
    }

    /// What the trace records and the agent must never see.
    var gold: JSONValue {
      var gold: [String: JSONValue] = [:]
      if let answer = task.answer { gold["answer"] = .string(answer) }
      if !task.results.isEmpty {
        gold["results"] = .object(
          Dictionary(task.results.map { ($0.path, .string($0.text)) }, uniquingKeysWith: { $1 }))
      }
      return .object(gold)
    }

    private static func trimmed(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
      func isBlank(_ byte: UInt8?) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D }
      var rest = bytes[...]
      while isBlank(rest.first) { rest.removeFirst() }
      while isBlank(rest.last) { rest.removeLast() }
      return rest
    }
  }
}

extension ShellTask.File {
  /// The permissions as a number.
  var permissions: UInt16 { UInt16(mode, radix: 8) ?? 0o644 }
}
