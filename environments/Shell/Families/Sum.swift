internal import TurnwiseCore

/// Add up a named column of a table whose columns are in any order.
enum Sum: TaskFamily {
  static let name = "sum"

  private static let columns = ["price", "stock", "count"]

  static func task(in tree: inout TaskTree) -> TaskDraft {
    let name = tree.word()
    let path = "\(tree.folder(topChance: 0.2))\(name).csv"
    let column = columns.randomElement(using: &tree.random) ?? "price"
    var table = Self.table(&tree)
    // If two columns had the same sum, a wrong command could succeed.
    while Set((0..<3).map { Self.sum($0, table) }).count < 3 { table = Self.table(&tree) }
    tree.add(path, table.asLines)
    tree.fill(4, ending: ".csv") { Self.table(&$0).asLines }
    let header = table[0].split(separator: ",").map(String.init)
    let place = header.firstIndex(of: column) ?? 0
    let sum = Self.sum(place, table)
    return TaskDraft(
      instruction: "Sum the column \(column) of \(name).csv.",
      clues: ["file": name, "column": column], answer: "\(sum)",
      facts: ["./\(path)", "\(place + 1):\(column)", "\(sum)"])
  }

  private static func table(_ tree: inout TaskTree) -> [String] {
    let rows = (0..<Int.random(in: 3...5, using: &tree.random)).map { _ in
      (0..<3).map { _ in "\(Int.random(in: 1...40, using: &tree.random))" }
    }
    return ([columns.shuffled(using: &tree.random)] + rows).map { $0.joined(separator: ",") }
  }

  private static func sum(_ column: Int, _ table: [String]) -> Int {
    table.dropFirst().reduce(0) { $0 + (Int($1.split(separator: ",")[column]) ?? 0) }
  }

  static func move(in task: ShellTask, knowing history: CommandHistory) -> Move {
    let (name, column) = (task["file"], task["column"])
    if let sum = history.line(from: "awk ") { return .submit(sum) }
    guard let path = history.line(from: "find . -name \(name).csv") else {
      return .bash("find . -name \(name).csv")
    }
    func command(_ place: some StringProtocol) -> String {
      "awk -F, '{s+=$\(place)} END {print s}' \(path)"
    }
    // The names of the columns are the only letters in the file.
    let look = "grep -o '[a-z]*' \(path) | grep -n \(column)"
    guard let found = history.line(from: look) else {
      return .bash(look, shortcut: .bash(command("1")))
    }
    return .bash(command(found.prefix { $0 != ":" }))
  }
}
