/// Finds the name that a misspelled name was probably meant to be.
public enum NearestName {
  /// Returns the known name at the smallest distance, if that is at most 2; the first one of several.
  public static func suggestion(for name: String, among known: [String]) -> String? {
    known.map { (name: $0, distance: distance(name, $0)) }
      .filter { $0.distance <= 2 && $0.distance < name.count }
      .min { $0.distance < $1.distance }?.name
  }

  /// Returns how many letters must be inserted, removed, replaced or swapped with their neighbour to
  /// make one name the other (Damerau–Levenshtein distance, restricted form).
  ///
  /// - Complexity: O(*nm*) for names of *n* and *m* letters.
  public static func distance(_ first: String, _ second: String) -> Int {
    let (a, b) = (Array(first), Array(second))
    var rows = [Array(0...b.count)]
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var best = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          best = min(best, rows[i - 1][j - 1] + 1)
        }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}
