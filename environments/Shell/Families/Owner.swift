internal import TurnwiseCore

/// Find the file that contains a word, and report what its first line says.
///
/// Another file is *named* like the word, which misleads agents that do not search.
enum Owner: TaskFamily {
  static let name = "owner"

  static func task(in tree: inout TaskTree) -> TaskDraft {
    let (word, owner) = (tree.word(), tree.word())
    let chance = tree.random.unit()
    let path = chance < 0.1 ? "\(word).txt" : "\(tree.folder())\(tree.word()).txt"
    tree.add(path, ["owner \(owner)", "\(word) \(tree.word())"].asLines)
    if chance >= 0.25 { tree.add("\(word).txt", Self.note(&tree)) }
    tree.fill(4, ending: ".txt", Self.note)
    return TaskDraft(
      instruction: "Who owns the file that mentions \(word)?",
      clues: ["word": word], answer: owner, facts: ["./\(path)", "owner \(owner)"])
  }

  private static func note(_ tree: inout TaskTree) -> String {
    ["owner \(tree.word())", "\(tree.word()) \(tree.word())"].asLines
  }

  static func move(in task: ShellTask, knowing history: CommandHistory) -> Move {
    if let line = history.line(from: "head -n 1 ") { return .submit(line.lastWord) }
    if let path = history.line(from: "grep -rl ") { return .bash("head -n 1 \(path)") }
    return .bash(
      "grep -rl \(task["word"]) .", shortcut: .bash("head -n 1 ./\(task["word"]).txt"))
  }
}
