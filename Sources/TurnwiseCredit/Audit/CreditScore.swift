/// How good credit is, held against the true advantages.
public struct CreditScore: Codable, Hashable, Sendable {
  /// Pearson's coefficient between credit and truth over all turns.
  public var pearson: Double?
  /// Spearman's coefficient.
  public var spearman: Double?
  /// The share of turns that matter whose credit has the right sign.
  public var signs: Double?
  /// The root mean square, over states and actions, of mean credit less truth.
  public var bias: Double
  /// The mean variance of credit within a state and action.
  public var variance: Double
  /// The root mean square of the credit of turns that decide nothing.
  public var leakage: Double
  /// The cosine between the mean gradient and the true one.
  public var cosine: Double?
  /// The mean over groups of the cosine between a group's gradient and the true one.
  public var groupCosine: Double?
  /// Signal over noise of the gradient of one group: S = mean of ⟨g_m, g_n⟩ over m ≠ n, and
  /// S / (mean |g|² − S).
  public var signalToNoise: Double?
  /// Environment turns of forks for each episode.
  public var forkTurns: Double
}

/// Gathers credit beside truth, group by group.
struct CreditScorer {
  private var credit: [Double] = []
  private var truth: [Double] = []
  private var cells: [(count: Double, sum: Double, squares: Double, truth: Double)]
  private let trueGradient: [Double]
  private var gradientSum: [Double]
  private var gradientSquares = 0.0
  private var cosines: [Double] = []
  private var groups = 0.0
  private var episodes = 0.0
  private var forkTurns = 0.0

  init(cells: Int, trueGradient: [Double]) {
    self.cells = Array(repeating: (0, 0, 0, 0), count: cells)
    self.trueGradient = trueGradient
    gradientSum = trueGradient.map { _ in 0 }
  }

  /// Adds a turn.
  mutating func add(credit: Double, truth: Double, cell: Int) {
    self.credit.append(credit)
    self.truth.append(truth)
    cells[cell].count += 1
    cells[cell].sum += credit
    cells[cell].squares += credit * credit
    cells[cell].truth = truth
  }

  /// Ends a group.
  mutating func endGroup(gradient: [Double], episodes: Int, forkTurns: Int) {
    for (index, slope) in gradient.enumerated() { gradientSum[index] += slope }
    gradientSquares += Self.dot(gradient, gradient)
    if let cosine = Self.cosine(gradient, trueGradient) { cosines.append(cosine) }
    groups += 1
    self.episodes += Double(episodes)
    self.forkTurns += Double(forkTurns)
  }

  /// What all groups come to.
  var score: CreditScore {
    let seen = cells.filter { $0.count > 0 }
    let bias = seen.map { ($0.sum / $0.count - $0.truth) * ($0.sum / $0.count - $0.truth) }
    let variance = seen.map { $0.squares / $0.count - ($0.sum / $0.count) * ($0.sum / $0.count) }
    let matters = truth.indices.filter { abs(truth[$0]) > 1e-9 }
    let idle = truth.indices.filter { abs(truth[$0]) <= 1e-9 }
    let signal =
      groups > 1
      ? (Self.dot(gradientSum, gradientSum) - gradientSquares) / (groups * (groups - 1)) : 0
    let noise = gradientSquares / max(1, groups) - signal
    return CreditScore(
      pearson: Correlation.pearson(credit, truth), spearman: Correlation.spearman(credit, truth),
      signs: Self.mean(matters.map { credit[$0] * truth[$0] > 0 ? 1 : 0 }),
      bias: (Self.mean(bias) ?? 0).squareRoot(), variance: max(0, Self.mean(variance) ?? 0),
      leakage: (Self.mean(idle.map { credit[$0] * credit[$0] }) ?? 0).squareRoot(),
      cosine: Self.cosine(gradientSum, trueGradient), groupCosine: Self.mean(cosines),
      signalToNoise: noise > 0 ? signal / noise : nil,
      forkTurns: forkTurns / max(1, episodes))
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private static func cosine(_ a: [Double], _ b: [Double]) -> Double? {
    let length = (dot(a, a) * dot(b, b)).squareRoot()
    return length > 0 ? dot(a, b) / length : nil
  }
}
