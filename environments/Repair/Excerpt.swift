internal import TurnwiseCore

/// Some lines of a longer text, with a note of how much is missing.
struct Excerpt {
  /// All lines.
  let lines: [Text]
  /// The number of bytes of a line that are shown.
  static let width = 160

  init(_ lines: [Text]) { self.lines = lines }

  /// Returns lines as they are.
  func text(first: Int, count: Int) -> Text { joined(first, count) { _ in "" } }

  /// Returns lines with their numbers.
  func numbered(first: Int, count: Int) -> Text { joined(first, count) { "\($0 + 1)|" } }

  private func joined(_ first: Int, _ count: Int, prefix: (Int) -> String) -> Text {
    let range = first..<min(first + max(1, count), lines.count)
    var shown = range.map { Array(prefix($0).utf8) + Self.shortened(lines[$0].bytes) }
    if range.upperBound < lines.count {
      shown.append(Array("… \(lines.count - range.upperBound) more".utf8))
    }
    return Text(shown.joined(separator: [UInt8(ascii: "\n")]))
  }

  private static func shortened(_ line: [UInt8]) -> [UInt8] {
    guard line.count > width else { return line }
    let shown = Text(line).prefix(maxBytes: width).bytes
    return shown + Array("… \(line.count - shown.count) more bytes".utf8)
  }
}

extension Text {
  /// The lines of the text; the last one may end without a line feed.
  var lines: [Text] {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty ?? false { lines.removeLast() }
    return lines.map { Text($0) }
  }

  /// Whether a text occurs in this one.
  func contains(_ part: Text) -> Bool {
    bytes.indices.contains { bytes[$0...].starts(with: part.bytes) }
  }
}
