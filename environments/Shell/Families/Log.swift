internal import TurnwiseCore

/// Report the user in the last line of a log that has a given level.
enum Log: TaskFamily {
  static let name = "log"

  private static let levels = ["info", "warn", "fail"]

  static func task(in tree: inout TaskTree) -> TaskDraft {
    let name = tree.word()
    let path = "\(tree.folder(topChance: 0.2))\(name).log"
    let level = levels.randomElement(using: &tree.random) ?? "fail"
    let lines = Self.lines(&tree, asked: level)
    tree.add(path, lines.asLines)
    tree.fill(4, ending: ".log") { Self.lines(&$0, asked: level).asLines }
    let line = lines.last { $0.hasPrefix(level) } ?? ""
    return TaskDraft(
      instruction: "Submit the user of the last \(level) in \(name).log.",
      clues: ["file": name, "level": level], answer: line.lastWord, facts: ["./\(path)", line])
  }

  /// Lines such as `warn user gavu`; the last one seldom has the level that is asked for.
  private static func lines(_ tree: inout TaskTree, asked: String) -> [String] {
    var chosen = (0..<Int.random(in: 4...7, using: &tree.random)).map { _ in
      levels.randomElement(using: &tree.random) ?? asked
    }
    chosen[Int.random(in: 0..<chosen.count - 1, using: &tree.random)] = asked
    let others = levels.filter { $0 != asked }
    chosen[chosen.count - 1] =
      tree.random.chance(0.2) ? asked : others.randomElement(using: &tree.random) ?? asked
    return chosen.map { "\($0) user \(tree.word())" }
  }

  static func move(in task: ShellTask, knowing history: CommandHistory) -> Move {
    let (name, level) = (task["file"], task["level"])
    if let line = history.line(from: "grep ") ?? history.line(from: "tail ") {
      return .submit(line.lastWord)
    }
    if let path = history.line(from: "find . -name \(name).log") {
      return .bash("grep \(level) \(path) | tail -n 1", shortcut: .bash("tail -n 1 \(path)"))
    }
    return .bash("find . -name \(name).log")
  }
}
