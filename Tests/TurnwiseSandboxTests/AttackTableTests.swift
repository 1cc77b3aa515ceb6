import Testing

/// The attack table, printed by `swift test --filter AttackTableTests`.
///
/// Each row has a case, its outcome and its verdict. A case that could not be tried counts as broken.
@Suite struct AttackTableTests {
  @Test func `every attack has the promised outcome`() async {
    let known =
      AttackCase.resources + AttackCase.processes + AttackCase.host + AttackCase.kernel
      + AttackCase.files + AttackCase.shell + AttackCase.machinery
    // The documentation names cases by their numbers.
    #expect(known.count == 44 && AttackCase.carrying.count == 20)
    #expect(AttackCase.memory.count == 11 && AttackCase.shown.count == 5)
    #expect(AttackCase.outputs.count == 8)
    let cases =
      known + AttackCase.carrying + AttackCase.memory + AttackCase.shown + AttackCase.outputs
    var rows: [(name: String, text: String, verdict: String)] = []
    for (index, attack) in cases.enumerated() {
      let number = "\(index + 1)"
      let name = String(repeating: " ", count: 3 - number.count) + number + "  " + attack.name
      do {
        let outcome = try await attack.attempt()
        rows.append((name, outcome.text, outcome.isAsPromised ? "ok" : "BROKEN"))
        #expect(outcome.isAsPromised, "\(attack.name): \(outcome.text)")
      } catch {
        rows.append((name, "\(error)", "BROKEN"))
        Issue.record(error, "\(attack.name)")
      }
    }
    let width = rows.map(\.name.count).max() ?? 0
    for row in rows {
      let padding = String(repeating: " ", count: width - row.name.count)
      print("\(row.verdict.padding(to: 7)) \(row.name)\(padding)  \(row.text)")
    }
    print("\(rows.count) cases, \(rows.count { $0.verdict == "ok" }) as promised, 0 skipped")
  }
}

extension String {
  fileprivate func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
