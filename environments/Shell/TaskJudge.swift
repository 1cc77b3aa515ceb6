internal import TurnwiseCore
internal import TurnwiseSandbox

/// Compares answers and files with what a generated task requires.
struct TaskJudge {
  /// The task.
  let task: ShellTask
  /// The folder that contains the files of the task, with a slash at its end; empty for the workspace.
  var folder = ""

  /// Records which facts are lines of a reply.
  func note(_ reply: Text, in seen: inout [Bool]) {
    let lines = Set(reply.string.split(separator: "\n").map(String.init))
    for (index, fact) in task.facts.enumerated() where lines.contains(fact) { seen[index] = true }
  }

  /// Whether an answer is the right one, or any answer if the task has none.
  ///
  /// Blanks and line ends around the answer are ignored.
  func accepts(_ answer: Text?) -> Bool {
    guard let answer else { return false }
    return task.answer.map { Self.trimmed(answer.bytes) == Self.trimmed(Array($0.utf8)) } ?? true
  }

  /// Whether all files are as required.
  ///
  /// Additional files are ignored.
  func isTreeRight(_ workspace: Workspace) -> Bool {
    !isDamaged(workspace) && doneResults(workspace) == task.results.count
      && task.removed.allSatisfy { entry($0, workspace) == nil }
  }

  /// The share of facts that were read and of results that were achieved; 0 if a file is damaged,
  /// because the task is lost then.
  func progress(_ seen: [Bool], _ workspace: Workspace) -> Double {
    guard !isDamaged(workspace) else { return 0 }
    let done = seen.count { $0 } + doneResults(workspace)
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

  /// Whether a file that should not change has changed.
  private func isDamaged(_ workspace: Workspace) -> Bool {
    let changing = Set(task.results.map(\.path) + task.removed)
    return task.files.contains { file in
      guard !changing.contains(file.path) else { return false }
      guard let entry = entry(file.path, workspace), let blob = entry.blob else { return true }
      return entry.mode != file.permissions || !blob.bytes.elementsEqual(file.text.utf8)
    }
  }

  /// The number of results that are achieved: the text without blanks at both ends, and whether the
  /// owner may execute the file.
  private func doneResults(_ workspace: Workspace) -> Int {
    task.results.count { result in
      guard let entry = entry(result.path, workspace), let blob = entry.blob else { return false }
      return entry.mode & 0o100 == result.permissions & 0o100
        && Self.trimmed(blob.bytes) == Self.trimmed(Array(result.text.utf8))
    }
  }

  private func entry(_ path: String, _ workspace: Workspace) -> Workspace.Entry? {
    workspace.entry(Text(folder + path))
  }

  private static func trimmed(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
    func isBlank(_ byte: UInt8?) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D }
    var rest = bytes[...]
    while isBlank(rest.first) { rest.removeFirst() }
    while isBlank(rest.last) { rest.removeLast() }
    return rest
  }
}

extension ShellTask.File {
  /// The permissions as a number.
  var permissions: UInt16 { UInt16(mode, radix: 8) ?? 0o644 }
}
