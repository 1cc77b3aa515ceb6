internal import TurnwiseCore

/// Find the script that contains a word, make it executable, and run it.
///
/// Another script is *named* like the word; making that one executable is wrong.
enum Script: TaskFamily {
  static let name = "script"

  static func task(in tree: inout TaskTree) -> TaskDraft {
    let (word, output) = (tree.word(), tree.word())
    let chance = tree.random.unit()
    let path = chance < 0.1 ? "\(word).sh" : "\(tree.folder())\(tree.word()).sh"
    let script = tree.add(path, Self.script(word, output))
    if chance >= 0.25 { tree.add("\(word).sh", Self.script(tree.word(), tree.word())) }
    tree.fill(4, ending: ".sh") { Self.script($0.word(), $0.word()) }
    return TaskDraft(
      instruction:
        "Make the script that mentions \(word) executable and run it. Submit its output.",
      clues: ["word": word], answer: output,
      results: [.init(path: path, mode: "755", text: script.text)],
      facts: ["./\(path)", output])
  }

  private static func script(_ word: String, _ output: String) -> String {
    ["#!/bin/bash", "# \(word)", "echo \(output)"].asLines
  }

  static func move(in task: ShellTask, knowing history: CommandHistory) -> Move {
    if let output = history.line(from: "./") { return .submit(output) }
    if let path = history.path(in: "chmod +x ") { return .bash(path) }
    if let path = history.line(from: "grep -rl ") { return .bash("chmod +x \(path)") }
    let guess = "chmod +x ./\(task["word"]).sh"
    return .bash(
      "grep -rl \(task["word"]) .", shortcut: .bash(guess))
  }
}
