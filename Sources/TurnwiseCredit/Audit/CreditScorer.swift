internal import TurnwiseCore

/// Collects credit and true advantages, group by group, into a ``CreditScore``.
public struct CreditScorer: Sendable {
  /// The turns of each group.
  ///
  /// To see how much a statistic varies, resample whole groups.
  public private(set) var groups: [[CreditSample]] = []

  /// The signal of the gradients that can be compared with the truth.
  public private(set) var signal = GradientSignal()

  private var gradientSum: [Double] = []
  private var comparedSum: [Double] = []
  private var referenceSum: [Double] = []
  private var gradientSquares = 0.0
  private var cosines: [Double] = []
  private var episodes = 0.0
  private var turns = 0.0
  private var forkTurns = 0.0

  /// Creates a scorer without groups.
  public init() {}

  /// Adds a group.
  ///
  /// - Parameters:
  ///   - samples: The turns of the group.
  ///   - gradient: The policy gradient that the credit gives, Σ x ∇ log π over the turns, divided by
  ///     the number of episodes.
  ///   - compared: The part of it that can be compared with the truth; `nil` if all of it can.
  ///   - reference: The true gradient.
  ///   - episodes: The number of episodes.
  ///   - turns: The number of their turns.
  ///   - forkTurns: The number of turns that were played in forks.
  public mutating func add(
    _ samples: [CreditSample], gradient: [Double], compared: [Double]? = nil, reference: [Double],
    episodes: Int, turns: Int, forkTurns: Int
  ) {
    let compared = compared ?? gradient
    require(
      gradient.count == reference.count,
      "Both gradients must have the parameters of one policy, but have \(gradient.count) and"
        + " \(reference.count) numbers.")
    groups.append(samples)
    Self.add(gradient, to: &gradientSum)
    Self.add(compared, to: &comparedSum)
    signal.add(compared)
    Self.add(reference, to: &referenceSum)
    gradientSquares += Self.dot(gradient, gradient)
    if let cosine = Self.cosine(compared, reference) { cosines.append(cosine) }
    self.episodes += Double(episodes)
    self.turns += Double(turns)
    self.forkTurns += Double(forkTurns)
  }

  /// The score over all groups.
  public var score: CreditScore {
    let samples = groups.flatMap(\.self)
    let (x, y) = (samples.map(\.credit), samples.map(\.truth))
    let (xx, xy) = (Self.dot(x, x), Self.dot(x, y))
    let slope = xx > 0 ? xy / xx : nil
    let left = Self.mean(
      samples.map { ($0.truth - (slope ?? 0) * $0.credit) * ($0.truth - (slope ?? 0) * $0.credit) })
    let (bias, variance) = cells(samples)
    let count = Double(groups.count)
    let ratio = GradientSignal.signalToNoise(
      wholeSquare: Self.dot(gradientSum, gradientSum), squares: gradientSquares, count: count)
    let spent = (turns + forkTurns) / max(1, count)
    return CreditScore(
      pearson: Correlation.pearson(x, y),
      weightedPearson: Correlation.pearson(x, y, weights: samples.map(\.weight)),
      spearman: Correlation.spearman(x, y), slope: slope,
      residual: (left ?? 0).squareRoot(),
      signs: Self.mean(
        samples.filter(\.isSignificant).map { $0.credit * $0.truth > 0 ? 1 : 0 }),
      bias: bias, variance: variance,
      leakage: (Self.mean(
        samples.filter { !$0.isSignificant }.map { $0.credit * $0.credit }) ?? 0).squareRoot(),
      coverage: Self.mean(x.map { $0 == 0 ? 0 : 1 }) ?? 0,
      deadGroups: Self.mean(
        groups.filter { !$0.isEmpty }.map { $0.allSatisfy { $0.credit == 0 } ? 1 : 0 }) ?? 0,
      cosine: Self.cosine(comparedSum, referenceSum), groupCosine: Self.mean(cosines),
      signalToNoise: ratio,
      noiseScale: ratio.flatMap { $0 > 0 ? episodes / count / $0 : nil },
      signalPerThousandTurns: ratio.map { 1000 * $0 / max(1, spent) },
      forkTurns: forkTurns / max(1, episodes))
  }

  /// The samples of one action in one situation.
  private struct Cell {
    var count: Double
    /// The mean credit minus the truth.
    var error: Double
    /// The variance of the credit.
    var variance: Double
    /// The variance of `error`.
    var noise: Double
  }

  /// Returns bias and variance over the cells that were seen at least twice, each weighted by how often it
  /// was seen.
  private func cells(_ samples: [CreditSample]) -> (bias: Double?, variance: Double) {
    var members: [Int: [CreditSample]] = [:]
    for sample in samples { members[sample.cell, default: []].append(sample) }
    var situations: [Int: [Cell]] = [:]
    var (within, seen) = (0.0, 0.0)
    for (_, samples) in members.sorted(by: { $0.key < $1.key }) where samples.count > 1 {
      let count = Double(samples.count)
      let credit = samples.map(\.credit)
      let variance = credit.variance(ddof: 1) ?? 0
      let error = samples[0].standardError
      situations[samples[0].situation, default: []].append(
        Cell(
          count: count, error: credit.mean - samples.map(\.truth).mean, variance: variance,
          noise: variance / count + error * error))
      within += count * variance
      seen += count
    }
    return (Self.bias(situations), seen > 0 ? within / seen : 0)
  }

  /// Returns the root mean square of errors minus their mean over the actions of a situation.
  private static func bias(_ situations: [Int: [Cell]]) -> Double? {
    var (squares, seen) = (0.0, 0.0)
    for (_, cells) in situations.sorted(by: { $0.key < $1.key }) where cells.count > 1 {
      let total = cells.reduce(0) { $0 + $1.count }
      let offset = cells.reduce(0) { $0 + $1.count * $1.error } / total
      // The mean contains each of the errors, and with it a part of their noise.
      let shared = cells.reduce(0) { $0 + $1.count * $1.count * $1.noise } / (total * total)
      for cell in cells {
        let noise = cell.noise * (1 - 2 * cell.count / total) + shared
        squares += cell.count * ((cell.error - offset) * (cell.error - offset) - noise)
      }
      seen += total
    }
    return seen > 0 ? max(0, squares / seen).squareRoot() : nil
  }

  private static func add(_ vector: [Double], to sum: inout [Double]) {
    if sum.isEmpty { sum = vector.map { _ in 0 } }
    for (index, value) in vector.enumerated() { sum[index] += value }
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.mean
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private static func cosine(_ a: [Double], _ b: [Double]) -> Double? {
    let length = (dot(a, a) * dot(b, b)).squareRoot()
    return length > 0 ? dot(a, b) / length : nil
  }
}
