internal import Foundation
internal import Turnwise

/// Checks the laws of estimators.
struct LawsCommand: Subcommand {
  let name = "laws"
  let summary = "check the laws that all credit estimators must keep"
  let examples = ["turnwise laws", "turnwise laws --credit turn,fork:k=2,process=delta+turn-gae"]
  let flags = [Self.credit, .json]

  private static let credit = Flag(
    "credit", "estimators to check, such as rloo,turn:gamma=0.95", value: "LIST",
    default: "all, with every reward shaper")

  private struct Answer: Encodable {
    var laws: [String: String]
    var estimators: [Entry]

    struct Entry: Encodable {
      var estimator: String
      var report: EstimatorReport
    }
  }

  func run(_ invocation: Invocation, _ context: Context) async throws -> ExitStatus {
    let catalog = context.catalog.estimators
    let estimators = try catalog.estimators(
      invocation.text(Self.credit) ?? catalog.complete().joined(separator: ","))
    try Self.refuse(estimators)
    var entries: [Answer.Entry] = []
    for estimator in estimators {
      try Task.checkCancellation()
      entries.append(
        Answer.Entry(
          estimator: try catalog.spelling(of: estimator),
          report: EstimatorChecker(estimator).check()))
    }
    if invocation.has(.json) {
      let laws = EstimatorLaw.allCases.map { ($0.rawValue, $0.statement) }
      try context.console.answer(
        json: Answer(laws: Dictionary(uniqueKeysWithValues: laws), estimators: entries))
    } else {
      print(entries, context)
    }
    return entries.contains { !$0.report.violations.isEmpty } ? .negative : .success
  }

  /// Refuses estimators that no run can use.
  ///
  /// - Throws: ``TrainingError/refusedCredit(_:)``.
  static func refuse(_ estimators: [any CreditEstimator]) throws {
    let setting = CreditSetting(groupSize: 4, turnLimit: 8)
    let refusals = estimators.flatMap { $0.notices(in: setting) }.refusals
    guard refusals.isEmpty else { throw TrainingError.refusedCredit(refusals) }
  }

  // MARK: - Words

  private func print(_ entries: [Answer.Entry], _ context: Context) {
    let console = context.console
    for (number, law) in EstimatorLaw.allCases.enumerated() {
      let place = TerminalText.padded(String(number + 1), to: 2, alignsRight: true)
      console.answer("\(place)  \(law.rawValue): \(law.statement)")
    }
    console.answer(
      "\n+ kept   * broken on purpose, reason below   X broken   . does not apply to the estimator\n"
    )
    var table = TextTable(
      [.text("estimator")] + EstimatorLaw.allCases.indices.map { .text("\($0 + 1)") })
    for entry in entries {
      table.append(
        [.text(entry.estimator)]
          + entry.report.verdicts.map { .text(Self.mark($0.outcome)) })
    }
    console.answer(table.rendered(width: max(console.width, 120)))
    printReasons(entries, context)
    printGradients(entries, context)
  }

  private static func mark(_ outcome: LawOutcome) -> String {
    switch outcome {
    case .kept: "+"
    case .documented: "*"
    case .broken: "X"
    case .open: "."
    }
  }

  private func printReasons(_ entries: [Answer.Entry], _ context: Context) {
    for entry in entries {
      for verdict in entry.report.verdicts {
        switch verdict.outcome {
        case .documented(let reason):
          context.console.answer("*  \(entry.estimator)  \(verdict.law.rawValue): \(reason)")
        case .broken(let detail):
          context.console.answer(
            "X  \(entry.estimator)  \(verdict.law.rawValue): \(TerminalText.escaped(detail))")
        case .kept, .open: break
        }
      }
    }
  }

  /// Prints the derivative by the first option of each situation with a choice.
  private func printGradients(_ entries: [Answer.Entry], _ context: Context) {
    context.console.answer(
      "\nexpected gradient over all groups, by the first option of each decision (claim: its ratio"
        + " to the true one)")
    guard let all = entries.first?.report.gradients else { return }
    for problem in EnumeratedProblem.all {
      for size in Set(all.map(\.groupSize)).sorted() {
        let open = problem.situations.indices.filter { problem.situations[$0].count > 1 }
        var table = TextTable(
          [.text("\(problem.name), groups of \(size)")]
            + open.map { .number("decision \($0 + 1)", decimals: 4) } + [.text("claim")])
        let truth = problem.gradient
        table.append(
          [.text("true gradient")] + open.map { .number(truth[$0][0]) } + [.text("")])
        for entry in entries {
          for gradient in entry.report.gradients
          where gradient.problem == problem.name && gradient.groupSize == size {
            let claim = gradient.factor.map { String(format: "%.4g", $0) } ?? "biased"
            table.append(
              [.text(entry.estimator)] + open.map { .number(gradient.expected[$0][0]) }
                + [.text(claim)])
          }
        }
        context.console.answer("\n" + table.rendered(width: max(context.console.width, 120)))
      }
    }
  }
}
