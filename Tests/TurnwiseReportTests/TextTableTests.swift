import Testing
import TurnwiseReport

@Suite struct `A text table` {
  let table = TextTable(
    [
      .text("estimator"), .number("start, %", decimals: 1), .number("final, %", decimals: 1),
      .number("interval, %", decimals: 1), .number("turns", decimals: 0),
    ],
    rows: [
      [.text("rloo"), .number(41.25), .number(100), .interval(nil), .integer(12000)],
      [
        .text("turn:gamma=0.95"), .number(-0.04), .number(nil),
        .interval(Interval(low: 80.123, high: 91)), .integer(9876),
      ],
    ])

  @Test func `aligns its columns`() {
    #expect(
      table.rendered() == """
        estimator        start, %  final, %   interval, %  turns
        rloo                 41.2     100.0             -  12000
        turn:gamma=0.95       0.0         -  [80.1, 91.0]   9876

        """)
  }

  @Test func `becomes records if it is too narrow`() {
    let expected = """
      estimator: rloo
      start, %: 41.2
      final, %: 100.0
      interval, %: -
      turns: 12000

      estimator: turn:gamma=0.95
      start, %: 0.0
      final, %: -
      interval, %: [80.1, 91.0]
      turns: 9876

      """
    #expect(table.rendered(width: 59) == expected)
    var wide = TextTable((0..<12).map { .number("column \($0)") })
    wide.append((0..<12).map { .number(Double($0)) })
    #expect(wide.rendered(width: 80).hasPrefix("column 0: 0.00\ncolumn 1: 1.00\n"))
  }

  @Test func `keeps what matters at 60 columns`() {
    var table = TextTable(
      [.text("estimator"), .number("final"), .number("area")]
        + (1...8).map { .number("column \($0)").droppable(9 - $0) })
    table.append(
      [.text("process=delta+turn-gae"), .number(1), .number(2)]
        + (1...8).map { .number(Double($0)) })
    #expect(
      table.rendered(width: 60) == """
        estimator               final  area  column 1  column 2
        process=delta+turn-gae   1.00  2.00      1.00      2.00

        """)
    #expect(table.rendered(width: 200).contains("column 8"))
  }

  @Test func `shortens its longest text`() {
    let name = String(repeating: "abcdefghij", count: 10)
    let table = TextTable(
      [.text("episode"), .number("return")], rows: [[.text(name), .number(0.5)]])
    let lines = table.rendered(width: 60).split(separator: "\n")
    #expect(lines.allSatisfy { $0.count == 60 })
    #expect(lines[1].hasPrefix("abcdefghijabcdefghijabcdef…"))
    #expect(lines[1].hasSuffix("ghij    0.50"))
  }

  @Test func `escapes its content`() {
    let table = TextTable(
      [.text("family\n")], rows: [[.text("\u{1B}]0;owned\u{07}\nforged line")], [.text("日本")]])
    #expect(
      table.rendered() == #"""
        family\n
        \u{1B}]0;owned\u{07}\nforged line
        日本

        """#)
  }

  @Test(arguments: [
    (-0.001, 2, "0.00"), (-0.5, 2, "-0.50"), (.nan, 1, "nan"), (-.infinity, 1, "-inf"),
    (1e20, 0, "100000000000000000000"),
  ])
  func `writes numbers`(value: Double, decimals: Int, expected: String) {
    #expect(TextTable.spell(value, decimals) == expected)
  }
}
