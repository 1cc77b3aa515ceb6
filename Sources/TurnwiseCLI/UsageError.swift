internal import Turnwise

/// What is wrong with a command line. The words are in `Words.swift`.
enum UsageError: Error, Hashable {
  case unknownCommand(String, known: [String])
  case unknownFlag(String, known: [String])
  case missingValue(flag: String, expected: String)
  case needlessValue(flag: String)
  case badValue(flag: String, text: String, expected: String)
  case missingOperand(String)
  case extraOperand(String)
  case unknownEnvironment(String, known: [String])
  case unknownPolicy(String)
  case badParameter(Parameters.Problem)
  case conflict(String)
}

/// The name that is nearest to a mistyped one, if any is near.
func nearestName(to name: String, among names: [String]) -> String? {
  let nearest = names.map { (editDistance(name, $0), $0) }.min { $0.0 < $1.0 }
  guard let nearest, nearest.0 <= 2 || nearest.1.hasPrefix(name + "-") else { return nil }
  return nearest.1
}

/// The Damerau–Levenshtein distance (optimal string alignment).
private func editDistance(_ left: String, _ right: String) -> Int {
  let (a, b) = (Array(left), Array(right))
  var rows = [Array(0...b.count)]
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var best = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, rows[i - 1][j - 1] + 1) }
      row.append(best)
    }
    rows.append(row)
  }
  return rows[a.count][b.count]
}
