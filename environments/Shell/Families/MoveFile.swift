internal import TurnwiseCore

/// Move a file into a folder, neither of which is where one would expect it.
///
/// `mv` into a folder that does not exist does not fail: it renames the file.
enum MoveFile: TaskFamily {
  static let name = "move"

  static func task(in tree: inout TaskTree) -> TaskDraft {
    let (name, target) = (tree.word(), tree.word())
    let source = "\(tree.folder())\(name).txt"
    let folder = tree.addFolder(target, nestedChance: 0.75)
    let file = tree.add(source, "\(tree.word())\n")
    tree.fill(5, ending: ".txt") { "\($0.word())\n" }
    return TaskDraft(
      instruction: "Move \(name).txt into folder \(target).",
      clues: ["file": name, "folder": target],
      results: [.init(path: "\(folder)\(name).txt", text: file.text)], removed: [source],
      facts: ["./\(source)", "./\(folder.dropLast())"])
  }

  static func move(in task: ShellTask, knowing history: CommandHistory) -> Move {
    let (name, target) = (task["file"], task["folder"])
    if history.command("mv ") != nil { return .submit("done") }
    guard let path = history.line(from: "find . -name \(name).txt") else {
      return .bash("find . -name \(name).txt")
    }
    guard let folder = history.line(from: "find . -name \(target)") else {
      return .bash("find . -name \(target)", shortcut: .bash("mv \(path) ./\(target)"))
    }
    return .bash("mv \(path) \(folder)")
  }
}
