/// Lists lines in messages: the first few of them, and the number of others.
enum LineList {
  private static let limit = 5

  /// "line 3", or "lines 3, 5 and 9", or "lines 1, 2, 3, 4, 5 and 20 more".
  static func words(_ lines: [Int]) -> String {
    guard lines.count > 1 else { return "line \(lines.first ?? 0)" }
    let named = lines.prefix(lines.count > limit + 1 ? limit : lines.count - 1)
    let rest = lines.count - named.count
    let last = rest == 1 ? "\(lines[lines.count - 1])" : "\(rest) more"
    return "lines " + named.map(String.init).joined(separator: ", ") + " and " + last
  }
}
