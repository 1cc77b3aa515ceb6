internal import Foundation
internal import Turnwise

/// Compares estimators with the exact advantages of a small problem.
struct ToyAudit {
  let audit: GatedAudit
  let estimators: [any CreditEstimator]
  let catalog: EstimatorCatalog

  /// The rows of the documentation's table.
  private static let documented = [
    "rloo", "grpo", "grpo:std=false", "gigpo:episode=false,gamma=1", "gigpo:gamma=1",
    "hgpo:gamma=1",
    "gigpo:actions=true,episode=false,gamma=1,gate=false", "group-gae:lambda=0",
    "group-gae:lambda=0.9", "group-gae:lambda=0,standardize=graph", "factor", "tree:k=0",
    "fork:k=1", "fork:k=4", "fork:k=9", "turn-gae:lambda=1",
    "turn-gae:lambda=0.9", "turn-gae:lambda=0", "token",
    "bi-level", "vetta", "turn", "mt-grpo-biased", "otb", "whitened",
    "entropy", "progress", "process=smear:of=model+immediate",
    "process=scores+turn", "process=min+pure", "process=potential:of=model+immediate",
    "process=potential:of=model+immediate:outcome=1", "process=potential:of=model+turn",
    "process=delta+turn", "process=redistribute+turn", "process=min+turn",
    "process=implicit:level=token+prime", "process=implicit+istar", "process=implicit+turn",
  ]

  private struct Answer: Encodable {
    var startValue: Double
    var groups: Int
    var groupSize: Int
    var seed: UInt64
    var chance: Double
    var modelError: Double
    var results: [Row]

    struct Row: Encodable {
      var estimator: String
      var evidence: String
      var score: CreditScore
    }
  }

  /// Prepares the audit of some estimators, or of those of the documentation and the user's own.
  ///
  /// - Throws: An ``EstimatorNameError``, or ``TrainingError/refusedCredit(_:)``.
  init(_ audit: GatedAudit, credit: String?, _ catalog: EstimatorCatalog) throws {
    self.audit = audit
    self.catalog = catalog
    estimators = try catalog.estimators(
      credit ?? (Self.documented + catalog.own).joined(separator: ","))
    try LawsCommand.refuse(estimators)
  }

  func run(json: Bool, _ console: Console) throws {
    let rows = try Self.rows(of: estimators, catalog)
    let bar = ProgressBar("audit", total: audit.groups, unit: "groups", console: console)
    defer { bar.clear() }
    let scores = try audit.scores(rows.map(\.entry)) { bar.advance() }
    let answer = Answer(
      startValue: audit.problem.startValue, groups: audit.groups, groupSize: audit.groupSize,
      seed: audit.seed, chance: audit.problem.chance, modelError: audit.modelError,
      results: zip(rows, scores).map { row, score in
        Answer.Row(estimator: row.name, evidence: row.evidence, score: score)
      })
    bar.clear()
    if json {
      try console.answer(json: answer)
    } else {
      print(answer, console)
    }
  }

  /// Returns the controls and each estimator once; one with a critic also with a biased critic.
  private static func rows(
    of estimators: [any CreditEstimator], _ catalog: EstimatorCatalog
  ) throws -> [(name: String, evidence: String, entry: GatedAudit.Entry)] {
    let named = try estimators.map { (try catalog.spelling(of: $0), $0) }
    return [("no baseline", "", .rawReturn)]
      + named.map { name, estimator in
        (name, evidence(of: estimator), .estimator(estimator, hasCriticError: false))
      }
      + named.filter { $0.1.needs.contains(.critic) }.map { name, estimator in
        (name, "biased critic", .estimator(estimator, hasCriticError: true))
      } + [("true advantage", "", .trueAdvantage)]
  }

  private static func evidence(of estimator: any CreditEstimator) -> String {
    let needs = estimator.needs
    if needs.contains(.critic) { return "exact critic" }
    if !needs.isDisjoint(with: [.processModel, .implicitModel]) { return "biased model" }
    return needs.contains(.forks) ? "forks" : ""
  }

  private func print(_ answer: Answer, _ console: Console) {
    console.answer(
      String(
        format:
          "gated problem: start value %.3f, %d groups of %d, seed %llu, model errors of %.2f\n",
        answer.startValue, answer.groups, answer.groupSize, answer.seed, answer.modelError))
    var table = TextTable([
      .text("estimator"), .text("evidence"), .number("Pearson", decimals: 3),
      .number("Spearman", decimals: 3), .number("signs", decimals: 3),
      .number("bias", decimals: 3), .number("variance", decimals: 3),
      .number("leakage", decimals: 3), .number("cosine", decimals: 3),
      .number("cosine/group", decimals: 3), .number("SNR/group", decimals: 3),
      .number("fork turns", decimals: 1),
    ])
    for row in answer.results {
      let score = row.score
      table.append(
        [.text(row.estimator), .text(row.evidence)]
          + [
            score.pearson, score.spearman, score.signs, score.bias, score.variance, score.leakage,
            score.cosine, score.groupCosine, score.signalToNoise, score.forkTurns,
          ].map { .number($0) })
    }
    console.answer(table.rendered(width: max(console.width, 160)))
    console.answer(
      """
      Pearson, Spearman: of credit and true advantage over all turns. signs: share of turns that
      matter with the right sign. bias: root mean square over states and actions, without the part
      that all actions of a state share, which does not change the expected gradient. variance: mean
      over them. leakage: root mean square credit of turns that decide nothing. cosine: of the mean
      gradient with the true one; cosine/group, SNR/group: of one group's. fork turns: for each episode.
      """)
  }
}
