internal import Foundation
internal import TurnwiseCore

/// A table for terminals and plain files: aligned columns without lines between them.
///
/// Numbers are aligned to the right, with the same number of decimals in a column; units belong in the
/// titles. Titles and text are escaped (``TerminalText``). If the width is too small, the longest texts are
/// shortened. Below 60 columns, or if that is not enough, each row becomes a record of `title: value`
/// lines.
public struct TextTable: Sendable {
  /// A column.
  public struct Column: Hashable, Sendable {
    /// The title, with the unit: `success, %`.
    public var title: String
    /// The number of decimals of numbers; `nil` for a column of text.
    public var decimals: Int?

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
    let titles = columns.map { TerminalText.escaped($0.title) }
    let cells = rows.map { row in zip(row, columns).map { Self.words($0, $1.decimals ?? 0) } }
    guard width >= Self.narrowest, let widths = fit(titles, cells, into: width) else {
      return records(titles, cells)
    }
    return ([titles] + cells).map { line($0, widths) + "\n" }.joined()
  }

  /// Returns the widths of the columns; `nil` if the table does not fit.
  private func fit(_ titles: [String], _ cells: [[String]], into width: Int) -> [Int]? {
    var widths = columns.indices.map { column in
      ([titles] + cells).map { TerminalText.width(of: $0[column]) }.max() ?? 0
    }
    let gaps = 2 * (columns.count - 1)
    while widths.reduce(gaps, +) > width {
      let texts = widths.indices.filter { column in
        columns[column].decimals == nil
          && widths[column] > max(8, TerminalText.width(of: titles[column]))
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

  private func records(_ titles: [String], _ cells: [[String]]) -> String {
    cells.map { row in zip(titles, row).map { "\($0): \($1)\n" }.joined() }.joined(separator: "\n")
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
