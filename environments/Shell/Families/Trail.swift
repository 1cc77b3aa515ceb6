internal import TurnwiseCore

/// Follow files that each name the next file, and report the word of the last one.
enum Trail: TaskFamily {
  static let name = "trail"

  static func task(in tree: inout TaskTree) -> TaskDraft {
    let name = tree.word()
    let length = [1, 2, 2, 2, 3, 3, 4].randomElement(using: &tree.random) ?? 2
    var paths = ["\(tree.folder(topChance: 0.2))\(name).txt"]
    for word in tree.words(length - 1) { paths.append("\(tree.folder())\(word).txt") }
    let words = tree.words(length)
    for (index, path) in paths.enumerated() {
      let next = index + 1 < length ? "next ./\(paths[index + 1])" : "end"
      tree.add(path, ["word \(words[index])", next].asLines)
    }
    tree.fill(3, ending: ".txt") { ["word \($0.word())", "end"].asLines }
    return TaskDraft(
      instruction: "Follow the trail from \(name).txt. Submit its last word.",
      clues: ["file": name], answer: words.last,
      facts: ["./\(paths[0])"] + words.map { "word \($0)" })
  }

  static func move(in task: ShellTask, knowing history: CommandHistory) -> Move {
    let name = task["file"]
    guard let page = history.reply(to: "cat ") else {
      if let path = history.line(from: "find . -name \(name).txt") { return .bash("cat \(path)") }
      return .bash("find . -name \(name).txt")
    }
    let lines = page.split(separator: "\n").map(String.init)
    let word = (lines.first ?? "").lastWord
    guard let next = lines.first(where: { $0.hasPrefix("next ") })?.lastWord else {
      return .submit(word)
    }
    // An agent that has followed one reference knows that there may be more.
    let isFirst = history.entries.count { $0.command.hasPrefix("cat ") && !$0.hasFailed } == 1
    return .bash("cat \(next)", shortcut: isFirst ? .submit(word) : nil)
  }
}
