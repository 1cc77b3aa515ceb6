internal import TurnwiseCore

/// Look a fact up in one file and copy it to another.
///
/// The line of the file is not the fact itself: an agent that copies the line copies too much.
enum Fact: TaskFamily {
  static let name = "fact"

  static func task(in tree: inout TaskTree) -> TaskDraft {
    let (person, town) = (tree.word(), tree.word())
    let path = "\(tree.folder())\(tree.word()).txt"
    tree.add(path, Self.card(person, town, &tree))
    tree.fill(4, ending: ".txt") { Self.card($0.word(), $0.word(), &$0) }
    return TaskDraft(
      instruction: "Write the town of \(person), and no more, to town.txt. Then submit done.",
      clues: ["person": person],
      results: [.init(path: "town.txt", text: town)],
      facts: ["./\(path)", "town=\(town)"])
  }

  private static func card(_ person: String, _ town: String, _ tree: inout TaskTree) -> String {
    ["person=\(person)", "town=\(town)", "note=\(tree.word())"].asLines
  }

  static func move(in task: ShellTask, knowing history: CommandHistory) -> Move {
    if history.command("echo ") != nil
      || history.entries.contains(where: { $0.command.contains(">") })
    {
      return .submit("done")
    }
    guard let path = history.line(from: "grep -rl ") else {
      return .bash("grep -rl \(task["person"]) .")
    }
    if let line = history.line(from: "grep town ") {
      return .bash("echo \(line.dropFirst("town=".count)) > town.txt")
    }
    return .bash("grep town \(path)", shortcut: .bash("grep town \(path) > town.txt"))
  }
}
