internal import Foundation
internal import Turnwise

/// The scorecard of an audit.
struct AuditAnswer: Encodable {
  /// An estimator or control.
  struct Row: Encodable {
    var name: String
    var kind: AuditRow.Kind
    var score: CreditScore
    /// Bootstrap intervals over scenarios.
    var pearsonInterval: Interval?
    var spearmanInterval: Interval?
    /// The coefficients divided by the root of the truth's reliability (Spearman 1904).
    var pearsonCorrected: Double?
    var spearmanCorrected: Double?
    /// The place by Pearson's coefficient, from 1; `nil` for controls.
    var rank: Int?
    /// Whether other estimators share the rank.
    var isTied = false
  }

  /// The truth that estimators are compared with.
  struct Truth: Encodable {
    var source: AuditOptions.Source
    var turns: Int
    var significantTurns: Int
    /// The root mean square of the true advantages.
    var size: Double
    /// The mean standard error of measured advantages, or the mean bound of computed ones.
    var standardError: Double
    var bound: Double
    var histories: Int
    var unresolved: Double?
    var forkTurns: Int
    var reliabilityPearson: Double?
    var reliabilitySpearman: Double?
    var calibration: Double?
    var agreement: TruthAgreement?
  }

  struct Timing: Encodable { var seconds: Double }

  var environment: String
  var options: AuditOptions
  var episodes: Int
  var groups: Int
  var failedEpisodes: Int
  var unjudgedEpisodes: Int
  var droppedGroups: Int
  var success: Double
  /// The mean return, if that is what tells how well an episode went.
  var meanReturn: Double?
  var turnsPerEpisode: Double
  var truth: Truth
  /// Whether credit matters for the policy.
  var profile: AuditProfile
  var results: [Row]
  var trace: String
  var timing: Timing

  private static let bootstrap = Bootstrap(resamples: 1000)

  init(
    environment: String, _ options: AuditOptions, _ played: AuditedEpisodes, _ result: AuditResult,
    trace: String, seconds: Double
  ) {
    let episodes = played.groups.flatMap(\.self)
    self.environment = environment
    self.options = options
    self.episodes = episodes.count
    groups = played.groups.count
    failedEpisodes = played.failedEpisodes
    unjudgedEpisodes = played.unjudgedEpisodes
    droppedGroups = played.droppedGroups
    let evaluation = Evaluation(episodes)
    (success, turnsPerEpisode) = (evaluation.success, evaluation.turns)
    meanReturn = evaluation.measure == .return ? evaluation.reward : nil
    truth = Truth(result, options)
    profile = result.profile
    results = Self.rows(result, scenarios: played.scenarios)
    self.trace = trace
    timing = Timing(seconds: seconds)
  }

  /// Returns the rows with intervals, and with ranks that estimators share if the interval of their
  /// paired difference contains 0.
  ///
  /// Whole scenarios are resampled, because their groups share situations and measured truth.
  private static func rows(_ result: AuditResult, scenarios: [[Int]]) -> [Row] {
    let count = scenarios.count
    let drawn = bootstrap.statistics(ofClusters: count) { drawn in
      result.rows.map { row -> (spearman: Double?, pearson: Double?) in
        let samples = drawn.flatMap { scenarios[$0] }.flatMap { row.groups[$0] }
        let (x, y) = (samples.map(\.credit), samples.map(\.truth))
        return (Correlation.spearman(x, y), Correlation.pearson(x, y))
      }
    }
    func interval(_ values: [Double?]) -> Interval? {
      let defined = values.compactMap(\.self)
      return 2 * defined.count > values.count && count >= SeedSummary.smallestReplication
        ? Interval(percentilesOf: defined) : nil
    }
    func corrected(_ coefficient: Double?, _ reliability: Double?) -> Double? {
      guard let coefficient, let reliability, reliability > 0 else { return nil }
      return coefficient / reliability.squareRoot()
    }
    let reliability = result.truth.reliability
    var rows = result.rows.enumerated().map { index, row in
      Row(
        name: row.name, kind: row.kind, score: row.score,
        pearsonInterval: interval(drawn.map { $0[index].pearson }),
        spearmanInterval: interval(drawn.map { $0[index].spearman }),
        pearsonCorrected: corrected(row.score.pearson, reliability?.pearson),
        spearmanCorrected: corrected(row.score.spearman, reliability?.spearman))
    }
    var open = rows.indices.filter { rows[$0].kind == .estimator && rows[$0].score.pearson != nil }
      .sorted { (rows[$0].score.pearson ?? 0, $1) > (rows[$1].score.pearson ?? 0, $0) }
    var rank = 1
    while let leader = open.first {
      let tied = open.filter { other in
        let differences = drawn.map { draw -> Double? in
          guard let first = draw[leader].pearson, let second = draw[other].pearson else {
            return nil
          }
          return first - second
        }
        return other == leader || interval(differences)?.contains(0) ?? true
      }
      for index in tied { (rows[index].rank, rows[index].isTied) = (rank, tied.count > 1) }
      rank += tied.count
      open.removeAll(where: tied.contains)
    }
    return rows
  }
}

extension AuditAnswer.Truth {
  init(_ result: AuditResult, _ options: AuditOptions) {
    let known = result.truth.known
    let count = Double(max(1, known.count))
    source = result.truth.source
    turns = known.count
    significantTurns = result.rows[0].groups.joined().count(where: \.isSignificant)
    size = (known.reduce(0) { $0 + $1.advantage * $1.advantage } / count).squareRoot()
    standardError = known.reduce(0) { $0 + $1.standardError } / count
    bound = result.truth.meanBound
    histories = result.truth.histories
    unresolved =
      result.truth.unresolved.isEmpty
      ? nil : result.truth.unresolved.reduce(0, +) / Double(result.truth.unresolved.count)
    forkTurns = result.truth.spentTurns
    reliabilityPearson = result.truth.reliability?.pearson
    reliabilitySpearman = result.truth.reliability?.spearman
    calibration = result.truth.calibration(forks: options.forks)
    agreement = result.truth.agreement
  }
}
