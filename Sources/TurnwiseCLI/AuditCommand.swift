internal import Foundation
internal import Turnwise

/// Holds estimators against the exact advantages of a small problem.
struct AuditCommand: Subcommand {
  let name = "audit"
  let summary = "hold credit estimators against the exact advantages of a small problem"
  let examples = [
    "turnwise audit", "turnwise audit --credit turn,fork:k=2 --groups 500 --seed 7",
  ]
  let flags = [
    Self.credit, Self.groups, Self.groupSize, Self.chance, Self.modelError, .seed, .json,
  ]

  private static let credit = Flag(
    "credit", "estimators to audit, such as rloo,turn-gae:lambda=0.9", value: "LIST",
    default: "the rows of the documentation")
  private static let groups = Flag(
    "groups", "how many groups are sampled", value: "N", default: "3000")
  private static let groupSize = Flag(
    "group-size", "episodes of a group", value: "N", default: "8")
  private static let chance = Flag(
    "chance", "probability of the good action where something is decided", value: "P",
    default: "0.31")
  private static let modelError = Flag(
    "model-error", "standard deviation of the errors of biased critics and process models",
    value: "SD", default: "0.15")

  /// The rows of the documentation.
  private static let documented = [
    "rloo", "grpo", "grpo:std=false", "gigpo:episode=false,gamma=1", "gigpo:gamma=1",
    "hgpo:gamma=1",
    "gigpo:actions=true,episode=false,gamma=1,gate=false", "group-gae:lambda=0",
    "group-gae:lambda=0.9", "tree:k=0", "fork:k=1", "fork:k=4", "fork:k=9", "turn-gae:lambda=1",
    "turn-gae:lambda=0.9", "turn-gae:lambda=0", "token",
    "bi-level", "vetta", "turn", "mt-grpo-biased", "otb", "whitened",
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

  func run(_ invocation: Invocation, _ context: Context) async throws -> ExitStatus {
    let catalog = context.catalog.estimators
    let chosen = try catalog.estimators(
      invocation.text(Self.credit)
        ?? (Self.documented + catalog.own)
        .joined(separator: ","))
    try LawsCommand.refuse(chosen)
    let chance = try invocation.probability(Self.chance, default: 0.31)
    guard 0.001...0.999 ~= chance else {
      throw UsageError.badValue(
        flag: Self.chance.name, text: "\(chance)", expected: "a number from 0.001 to 0.999")
    }
    let audit = GatedAudit(
      problem: GatedProblem(chance: chance),
      groups: try invocation.integer(Self.groups, atLeast: 1, default: 3000),
      groupSize: try invocation.integer(Self.groupSize, atLeast: 2, default: 8),
      seed: UInt64(try invocation.integer(.seed, atLeast: 0, default: 1)),
      modelError: try invocation.probability(Self.modelError, default: 0.15))
    let rows = try Self.rows(of: chosen, catalog)
    let bar = ProgressBar("audit", total: audit.groups, unit: "groups", console: context.console)
    defer { bar.clear() }
    let scores = try audit.scores(rows.map(\.entry)) { bar.advance() }
    let answer = Answer(
      startValue: audit.problem.startValue, groups: audit.groups, groupSize: audit.groupSize,
      seed: audit.seed, chance: audit.problem.chance, modelError: audit.modelError,
      results: zip(rows, scores).map { row, score in
        Answer.Row(estimator: row.name, evidence: row.evidence, score: score)
      })
    bar.clear()
    if invocation.has(.json) {
      try context.console.answer(json: answer)
    } else {
      print(answer, context)
    }
    return .success
  }

  /// The controls, and each estimator once; one with a critic also with a biased one.
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

  private func print(_ answer: Answer, _ context: Context) {
    context.console.answer(
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
    context.console.answer(table.rendered(width: max(context.console.width, 160)))
    context.console.answer(
      """
      Pearson, Spearman: of credit and true advantage over all turns. signs: share of turns that
      matter with the right sign. bias, variance: root mean square and mean over states and actions.
      leakage: root mean square credit of turns that decide nothing. cosine: of the mean gradient with
      the true one; cosine/group, SNR/group: of one group's. fork turns: for each episode.
      """)
  }
}
