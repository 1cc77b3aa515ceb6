public import TurnwiseCore
public import TurnwiseSandbox

extension Shell {
  /// The files and the shell as the last command left them, and what the agent has read and said.
  public struct State: Codable, Hashable, Sendable {
    /// The task, of which the agent is shown the instruction alone.
    public let task: ShellTask
    /// The files and the state of the shell.
    public internal(set) var workspace: Workspace
    /// Which of the task's facts the agent has read.
    public private(set) var seen: [Bool]
    /// What the agent submitted.
    public internal(set) var answer: Text?

    /// Lays out the files of a task: those of the task itself where it is generated.
    init(_ task: ShellTask, in files: Workspace? = nil) throws {
      self.task = task
      workspace =
        try files
        ?? Workspace(
          task.files.map { (path: Text($0.path), mode: $0.permissions, contents: Text($0.text)) })
      seen = task.facts.map { _ in false }
    }

    /// Notes which facts are lines of a reply.
    mutating func note(_ reply: Text) {
      let lines = Set(reply.string.split(separator: "\n").map(String.init))
      for (index, fact) in task.facts.enumerated() where lines.contains(fact) {
        seen[index] = true
      }
    }

    /// Whether something was submitted, and the right thing if there is one.
    ///
    /// Blanks and line ends around the answer do not count.
    var isAnswered: Bool {
      guard let answer else { return false }
      return task.answer.map { Self.trimmed(answer.bytes) == Self.trimmed(Array($0.utf8)) } ?? true
    }

    /// Whether all files are as they must be in the end.
    ///
    /// Other new files do no harm.
    var isTreeRight: Bool { !isDamaged && doneResults == task.results.count && doneRemovals }

    /// Whether a file that should have stayed as it was did not.
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

    /// How many results are there: the text, its end apart, and whether the owner may execute it.
    private var doneResults: Int {
      task.results.count { result in
        guard let entry = workspace.entry(Text(result.path)), let blob = entry.blob else {
          return false
        }
        return entry.mode & 0o100 == result.permissions & 0o100
          && Self.trimmed(blob.bytes) == Self.trimmed(Array(result.text.utf8))
      }
    }

    /// The share of facts read and results achieved; 0 where a file is damaged, since the task is
    /// lost then.
    var progress: Double {
      guard !isDamaged else { return 0 }
      let done = seen.count { $0 } + doneResults
      return Double(done) / Double(max(1, seen.count + task.results.count))
    }

    /// What the agent must never see.
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
