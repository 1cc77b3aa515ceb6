/// The numbers of mutants of each operator, as a table.
package struct MutationYield {
  /// The numbers of mutants of an operator.
  package struct Row: Hashable, Sendable {
    /// The name of the operator.
    package var name: String
    /// All mutants.
    package var made = 0
    /// Those that any test detects.
    package var valid = 0
    /// The valid ones that only visible tests detect.
    package var visibleOnly = 0
    /// The valid ones that only hidden tests detect.
    package var hiddenOnly = 0
    /// Those that no test detects.
    package var equivalent = 0
    /// Those in which a call does not end.
    package var hanging = 0
  }

  /// A row for each operator, and one for all.
  package let rows: [Row]

  /// Counts mutants.
  package init(_ mutants: [Mutant]) {
    var rows = MutationOperator.allCases.map { Row(name: $0.rawValue) } + [Row(name: "all")]
    for mutant in mutants {
      let own = MutationOperator.allCases.firstIndex(of: mutant.bug.operator) ?? 0
      for index in [own, rows.count - 1] { rows[index].count(mutant) }
    }
    self.rows = rows
  }

  /// The rows as text with aligned columns.
  package var table: String {
    let titles = [
      "operator", "made", "valid", "visible only", "hidden only", "equivalent", "hanging",
    ]
    let lines = rows.map { row in
      [row.name]
        + [row.made, row.valid, row.visibleOnly, row.hiddenOnly, row.equivalent, row.hanging].map {
          "\($0)"
        }
    }
    return ([titles] + lines).map { line in
      zip(line, titles).enumerated().map { column, cell in
        let width = column == 0 ? 18 : cell.1.count
        let space = String(repeating: " ", count: max(0, width - cell.0.count))
        return column == 0 ? cell.0 + space : space + cell.0
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}

extension MutationYield.Row {
  fileprivate mutating func count(_ mutant: Mutant) {
    made += 1
    switch mutant.outcome {
    case .hangs: hanging += 1
    case .failing(0): equivalent += 1
    case .failing(let bits):
      valid += 1
      let visible = Program.named(mutant.program)?.visible.count ?? 0
      if bits >> UInt32(visible) == 0 { visibleOnly += 1 }
      if bits & (1 << UInt32(visible) - 1) == 0 { hiddenOnly += 1 }
    }
  }
}
