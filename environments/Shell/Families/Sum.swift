internal import TurnwiseCore

/// Sum a named column of a table whose columns come in any order.
enum Sum: TaskFamily {
  static let name = "sum"

  private static let columns = ["price", "stock", "count"]

  static func task(in tree: inout TaskTree) -> TaskDraft {
    let name = tree.word()
    let path = "\(tree.folder(topChance: 0.2))\(name).csv"
    let column = columns.randomElement(using: &tree.random) ?? "price"
    var table = Self.table(&tree)
    // Two columns of one sum would let a wrong command win.
    while Set((0..<3).map { Self.sum($0, table) }).count < 3 { table = Self.table(&tree) }
    tree.add(path, table.asLines)
    tree.fill(4, ending: ".csv") { Self.table(&$0).asLines }
    let header = table[0].split(separator: ",").map(String.init)
    let sum = Self.sum(header.firstIndex(of: column) ?? 0, table)
    return TaskDraft(
      instruction: "Sum the column \(column) of \(name).csv.",
      clues: ["file": name, "column": column], answer: "\(sum)",
      facts: ["./\(path)", table[0], "\(sum)"])
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

  static func move(in task: ShellTask, knowing notes: Notebook) -> Move {
    let name = task["file"]
    if let sum = notes.line(from: "awk ") { return .submit(sum) }
    guard let path = notes.line(from: "find . -name \(name).csv") else {
      return .bash("find . -name \(name).csv")
    }
    func command(_ column: Int) -> String {
      "awk -F, '{s+=$\(column)} END {print s}' \(path)"
    }
    guard let header = notes.line(from: "head -n 1 \(path)") else {
      return .bash("head -n 1 \(path)", shortcut: .bash(command(1)))
    }
    let column = header.split(separator: ",").firstIndex { $0 == task["column"] } ?? 0
    return .bash(command(column + 1))
  }
}
