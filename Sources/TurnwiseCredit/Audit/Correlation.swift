internal import TurnwiseCore

/// Correlation coefficients.
public enum Correlation {
  /// Returns Pearson's coefficient with a weight for each pair; `nil` if one side is constant.
  public static func pearson(_ x: [Double], _ y: [Double], weights: [Double]) -> Double? {
    require(
      x.count == y.count && x.count == weights.count,
      "Both sides and the weights must have as many numbers, but have \(x.count), \(y.count) and"
        + " \(weights.count).")
    let total = weights.reduce(0, +)
    guard total > 0 else { return nil }
    func mean(_ values: [Double]) -> Double {
      zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / total
    }
    let (a, b) = (x.map { [mean = mean(x)] in $0 - mean }, y.map { [mean = mean(y)] in $0 - mean })
    let (xx, yy) = (mean(a.map { $0 * $0 }), mean(b.map { $0 * $0 }))
    return xx > 0 && yy > 0 ? mean(zip(a, b).map { $0 * $1 }) / (xx * yy).squareRoot() : nil
  }

  /// Returns Pearson's coefficient; `nil` if one side is constant.
  public static func pearson(_ x: [Double], _ y: [Double]) -> Double? {
    require(
      x.count == y.count,
      "Both sides must have as many numbers, but have \(x.count) and \(y.count).")
    let (a, b) = (x.mean, y.mean)
    var (xy, xx, yy) = (0.0, 0.0, 0.0)
    for (x, y) in zip(x, y) {
      xy += (x - a) * (y - b)
      xx += (x - a) * (x - a)
      yy += (y - b) * (y - b)
    }
    return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : nil
  }

  /// Returns Spearman's coefficient: Pearson's of the ranks, where equal numbers share their mean rank.
  public static func spearman(_ x: [Double], _ y: [Double]) -> Double? {
    pearson(ranks(x), ranks(y))
  }

  private static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = values.map { _ in 0.0 }
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      for place in start..<end { ranks[order[place]] = Double(start + end - 1) / 2 }
      start = end
    }
    return ranks
  }
}
