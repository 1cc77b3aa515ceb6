internal import TurnwiseCore

/// Mend a script that calls a command which does not exist, and report what it prints.
///
/// The word that it prints can be read without mending it, but then the job is not done.
enum Mend: TaskFamily {
  static let name = "mend"

  private static let mistakes = ["ecco", "eco", "echoo"]

  static func task(in tree: inout TaskTree) -> TaskDraft {
    let (name, output) = (tree.word(), tree.word())
    let path = "\(tree.folder(topChance: 0.1))\(name).sh"
    // The first mistake is the most common one, so that guessing it pays now and then.
    let mistake = tree.random.chance(0.4) ? mistakes[0] : mistakes[tree.random.chance(0.5) ? 1 : 2]
    tree.add(path, Self.script(mistake, output))
    tree.fill(4, ending: ".sh") { Self.script("echo", $0.word()) }
    return TaskDraft(
      instruction: "Mend the script \(name).sh, then run it. Submit its output.",
      clues: ["name": name], answer: output,
      results: [.init(path: path, text: Self.script("echo", output))],
      facts: ["./\(path)", output])
  }

  private static func script(_ command: String, _ output: String) -> String {
    ["#!/bin/bash", "\(command) \(output)"].asLines
  }

  static func move(in task: ShellTask, knowing history: CommandHistory) -> Move {
    guard let path = history.line(from: "find . -name ") else {
      return .bash("find . -name \(task["name"]).sh")
    }
    func edit(_ mistake: String) -> String { "sed -i s/\(mistake)/echo/ \(path)" }
    if let output = history.line(from: "bash ") { return .submit(output) }
    let isMended = history.command("sed -i ") != nil
    // After an edit the script is run again, and after a run that failed its mistake is known.
    if let run = history.entries.last, run.command.hasPrefix("bash "), run.hasFailed {
      return .bash(edit(mistakes.first { run.reply.contains(" \($0): ") } ?? mistakes[0]))
    }
    return .bash("bash \(path)", shortcut: isMended ? nil : .bash(edit(mistakes[0])))
  }
}
