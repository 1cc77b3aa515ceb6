internal import TurnwiseCore

/// Write the sorted lines of a file, each once, to a new file at the top, and count them.
enum Sort: TaskFamily {
  static let name = "sort"

  static func task(in tree: inout TaskTree) -> TaskDraft {
    let (name, output) = (tree.word(), tree.word())
    let folder = tree.folder(topChance: 0.2)
    let words = tree.words(Int.random(in: 3...9, using: &tree.random))
    let repeated = words.filter { _ in tree.random.chance(0.5) } + words.prefix(1)
    tree.add("\(folder)\(name).txt", (words + repeated).shuffled(using: &tree.random).asLines)
    tree.fill(4, ending: ".txt") { $0.words(2).asLines }
    return TaskDraft(
      instruction: "Sort the unique lines of \(name).txt > \(output).txt. Submit how many.",
      clues: ["file": name, "output": output], answer: "\(words.count)",
      results: [.init(path: "\(output).txt", text: words.sorted().asLines)],
      facts: ["./\(folder)\(name).txt", "\(words.count)"])
  }

  static func move(in task: ShellTask, knowing history: CommandHistory) -> Move {
    let (name, output) = (task["file"], task["output"])
    if let count = history.line(from: "wc -l <") { return .submit(count) }
    // An unquoted redirection cannot fail silently: if the sort succeeded, its output is written.
    if let written = history.path(in: "sort -u ") {
      return .bash("wc -l < \(written)", shortcut: .submit("5"))
    }
    if let path = history.line(from: "find . -name \(name).txt") {
      return .bash("sort -u \(path) > \(output).txt")
    }
    return .bash("find . -name \(name).txt")
  }
}
