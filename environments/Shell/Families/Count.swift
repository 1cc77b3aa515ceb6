internal import TurnwiseCore

/// Count the lines with a word in one folder, while other folders contain such lines too.
enum Count: TaskFamily {
  static let name = "count"

  static func task(in tree: inout TaskTree) -> TaskDraft {
    let word = tree.word()
    let name = tree.word()
    let others = tree.folders
    let folder = tree.addFolder(name, nestedChance: 0.5)
    var count = 0
    for _ in 0..<2 {
      let matches = Int.random(in: 1...8, using: &tree.random)
      tree.add("\(folder)\(tree.word()).txt", Self.lines(matches, word, &tree))
      count += matches
    }
    if tree.random.chance(0.85), let other = others.randomElement(using: &tree.random) {
      let matches = Int.random(in: 1...5, using: &tree.random)
      tree.add("\(other)\(tree.word()).txt", Self.lines(matches, word, &tree))
    }
    tree.fill(4, ending: ".txt") { [$0.word(), $0.word()].asLines }
    return TaskDraft(
      instruction: "How many lines in folder \(name) mention \(word)?",
      clues: ["folder": name, "word": word], answer: "\(count)",
      facts: ["./\(folder.dropLast())", "\(count)"])
  }

  private static func lines(_ matches: Int, _ word: String, _ tree: inout TaskTree) -> String {
    let fillers = tree.words(2)
    return (fillers + (0..<matches).map { "\(word) \(fillers[$0 % 2])" })
      .shuffled(using: &tree.random).asLines
  }

  static func move(in task: ShellTask, knowing history: CommandHistory) -> Move {
    let (word, name) = (task["word"], task["folder"])
    if let count = history.line(from: "grep -r \(word) ") { return .submit(count) }
    if let folder = history.line(from: "find . -name \(name)") {
      return .bash("grep -r \(word) \(folder) | wc -l")
    }
    return .bash("find . -name \(name)", shortcut: .bash("grep -r \(word) . | wc -l"))
  }
}
