internal import TurnwiseCore

/// Change a value in the configuration of a service, and report the old value.
///
/// If the value is changed without keeping the old file, the old value is lost for good.
enum Config: TaskFamily {
  static let name = "config"

  static func task(in tree: inout TaskTree) -> TaskDraft {
    let (service, old, new) = (tree.word(), tree.word(), tree.word())
    let chance = tree.random.unit()
    let path = chance < 0.2 ? "\(service).cfg" : "\(tree.folder())\(tree.word()).cfg"
    tree.add(path, Self.text(service, old))
    if chance > 0.7 { tree.add("\(service).cfg", Self.text(tree.word(), tree.word())) }
    tree.fill(4, ending: ".cfg") { Self.text($0.word(), $0.word()) }
    return TaskDraft(
      instruction: "Set mode=\(new) for service \(service). Submit the old mode.",
      clues: ["service": service, "value": new], answer: old,
      results: [.init(path: path, text: Self.text(service, new))],
      facts: ["./\(path)", "mode=\(old)"])
  }

  private static func text(_ service: String, _ mode: String) -> String {
    ["service=\(service)", "mode=\(mode)"].asLines
  }

  static func move(in task: ShellTask, knowing history: CommandHistory) -> Move {
    let (service, value) = (task["service"], task["value"])
    if let old = history.line(from: "grep mode ") {
      return .submit(String(old.dropFirst("mode=".count)))
    }
    guard let path = history.line(from: "grep -rl ") else { return .bash("grep -rl \(service) .") }
    let edit = "'s/mode=.*/mode=\(value)/' \(path)"
    if history.command("sed -i.old ") != nil { return .bash("grep mode \(path).old") }
    if history.command("sed -i ") != nil { return .submit(value) }
    return .bash("sed -i.old \(edit)", shortcut: .bash("sed -i \(edit)"))
  }
}
