internal import Foundation
internal import TurnwiseCore

/// A table for terminals and plain files: aligned columns without lines between them.
///
/// Numbers are aligned to the right, with the same number of decimals in a column; units belong in
/// the titles. Titles and text are escaped (``TerminalText``). If the width is too small, some
/// columns are left out (``Column/droppable(_:)``), and the longest texts are shortened. Below 60
/// columns, or if that is not enough, each row becomes a record of `title: value` lines.
public struct TextTable: Sendable {
  /// A column.
  public struct Column: Hashable, Sendable {
    /// The title, with the unit: `success, %`.
    public var title: String
    /// The number of decimals of numbers; `nil` for a column of text.
    public var decimals: Int?
    /// The place of the column among those that are left out if the width is too small, from 1 on; `nil` if it
    /// always stays.
    public var dropOrder: Int?

    /// Returns the column as one that is left out if the width is too small, after those of lower order.
    public func droppable(_ order: Int) -> Column {
      var column = self
      column.dropOrder = order
      return column
    }

    /// Returns a column of text, aligned to the left.
    public static func text(_ title: String) -> Column { Column(title: title, decimals: nil) }

    /// Returns a column of numbers, aligned to the right.
    public static func number(_ title: String, decimals: Int = 2) -> Column {
      require(decimals >= 0, "A number cannot have \(decimals) decimals.")
      return Column(title: title, decimals: decimals)
    }
  }

  /// The content of a row in one column.
  public enum Cell: Hashable, Sendable {
    /// A text.
    case text(String)
    /// A number; a dash for `nil`.
    case number(Double?)
    /// A range as `[low, high]`; a dash for `nil`.
    case interval(Interval?)

    /// Returns a whole number.
    public static func integer(_ value: Int) -> Cell { .number(Double(value)) }
  }

  /// The width below which rows become records.
  public static let narrowest = 60

  /// The columns.
  public let columns: [Column]
  /// The rows.
  public private(set) var rows: [[Cell]] = []

  /// Creates a table.
  public init(_ columns: [Column], rows: [[Cell]] = []) {
    require(!columns.isEmpty, "A table needs at least one column.")
    self.columns = columns
    for row in rows { append(row) }
  }

  /// Appends a row with one cell for each column.
  public mutating func append(_ row: [Cell]) {
    require(
      row.count == columns.count,
      "A row needs one cell for each of \(columns.count) columns, but has \(row.count).")
    rows.append(row)
  }

  /// Returns the table in lines of at most `width` columns, each ended by a new line.
  public func rendered(width: Int = 80) -> String {
    guard width >= Self.narrowest else { return records }
    var table = self
    while true {
      let next = table.columns.indices.filter { table.columns[$0].dropOrder != nil }
        .min { (table.columns[$0].dropOrder ?? 0) < (table.columns[$1].dropOrder ?? 0) }
      // Texts stay readable as long as there is a column to leave out.
      if let lines = table.lines(width: width, shortest: next == nil ? 8 : 20) { return lines }
      guard let next else { return records }
      table = table.without(column: next)
    }
  }

  private func without(column: Int) -> TextTable {
    func rest<Element>(_ list: [Element]) -> [Element] {
      list.enumerated().filter { $0.offset != column }.map(\.element)
    }
    return TextTable(rest(columns), rows: rows.map(rest))
  }

  private var titles: [String] { columns.map { TerminalText.escaped($0.title) } }

  private var cells: [[String]] {
    rows.map { row in zip(row, columns).map { Self.words($0, $1.decimals ?? 0) } }
  }

  /// Returns the lines of the table; `nil` if it does not fit.
  private func lines(width: Int, shortest: Int) -> String? {
    let (titles, cells) = (titles, cells)
    return fit(titles, cells, into: width, shortest: shortest).map { widths in
      ([titles] + cells).map { line($0, widths) + "\n" }.joined()
    }
  }

  /// Returns the widths of the columns, with texts of at least `shortest`; `nil` if the table does not fit.
  private func fit(
    _ titles: [String], _ cells: [[String]], into width: Int, shortest: Int
  ) -> [Int]? {
    var widths = columns.indices.map { column in
      ([titles] + cells).map { TerminalText.width(of: $0[column]) }.max() ?? 0
    }
    let gaps = 2 * (columns.count - 1)
    while widths.reduce(gaps, +) > width {
      let texts = widths.indices.filter { column in
        columns[column].decimals == nil
          && widths[column] > max(shortest, TerminalText.width(of: titles[column]))
      }
      guard let longest = texts.max(by: { widths[$0] < widths[$1] }) else { return nil }
      widths[longest] -= 1
    }
    return widths
  }

  private func line(_ words: [String], _ widths: [Int]) -> String {
    let padded = columns.indices.map { column in
      TerminalText.padded(
        TerminalText.shortened(words[column], to: widths[column]), to: widths[column],
        alignsRight: columns[column].decimals != nil)
    }
    let line = padded.joined(separator: "  ")
    return String(
      line.prefix(upTo: line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.startIndex))
  }

  private var records: String {
    let titles = titles
    return cells.map { row in zip(titles, row).map { "\($0): \($1)\n" }.joined() }.joined(
      separator: "\n")
  }

  private static func words(_ cell: Cell, _ decimals: Int) -> String {
    switch cell {
    case .text(let words): TerminalText.escaped(words)
    case .number(nil), .interval(nil): "-"
    case .number(let value?): spell(value, decimals)
    case .interval(let interval?):
      "[\(spell(interval.low, decimals)), \(spell(interval.high, decimals))]"
    }
  }

  /// Returns a number with a number of decimals; never `-0.00`.
  public static func spell(_ value: Double, _ decimals: Int) -> String {
    let words = String(format: "%.*f", decimals, value)
    return words.hasPrefix("-") && !words.contains { "123456789in".contains($0) }
      ? String(words.dropFirst()) : words
  }
}
