internal import TurnwiseCore

/// Change the extension of the logs in one folder and in no other, and count them.
enum Rename: TaskFamily {
  static let name = "rename"

  static func task(in tree: inout TaskTree) -> TaskDraft {
    let name = tree.word()
    let others = tree.folders.filter { !$0.dropLast().contains("/") }
    let folder = tree.addFolder(name, nestedChance: 0.85)
    var (results, removed): ([ShellTask.File], [String]) = ([], [])
    for word in tree.words(Int.random(in: 2...5, using: &tree.random)) {
      let file = tree.add("\(folder)\(word).log", "\(tree.word())\n")
      removed.append(file.path)
      results.append(.init(path: "\(folder)\(word).old", text: file.text))
    }
    if tree.random.chance(0.8), let other = others.randomElement(using: &tree.random) {
      tree.add("\(other)\(tree.word()).log", "\(tree.word())\n")
    }
    tree.fill(4, ending: ".txt") { "\($0.word())\n" }
    return TaskDraft(
      instruction: "In folder \(name), rename all .log to .old. Submit how many.",
      clues: ["folder": name], answer: "\(results.count)", results: results, removed: removed,
      facts: ["./\(folder.dropLast())", "\(results.count)"])
  }

  static func move(in task: ShellTask, knowing history: CommandHistory) -> Move {
    func command(_ folder: String) -> String {
      "for f in \(folder)/*.log; do mv $f ${f%.log}.old; done"
    }
    let name = task["folder"]
    if let count = history.line(from: "ls ") { return .submit(count) }
    if let loop = history.command("for f in ") {
      let folder = loop.dropFirst("for f in ".count).prefix { $0 != " " }.dropLast("/*.log;".count)
      return .bash("ls \(folder)/*.old | wc -l")
    }
    if let folder = history.line(from: "find . -name \(name)") { return .bash(command(folder)) }
    let guess = command("*")
    return .bash("find . -name \(name)", shortcut: .bash(guess))
  }
}
