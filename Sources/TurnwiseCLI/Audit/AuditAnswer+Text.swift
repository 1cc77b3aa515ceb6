internal import Foundation
internal import Turnwise

extension AuditAnswer {
  /// Returns the scorecard in words.
  func text(width: Int) -> String {
    var table = TextTable([
      .text("credit"), .number("Pearson", decimals: 3), .number("95 % interval", decimals: 3),
      .text("rank"), .number("weighted", decimals: 3),
      .number("Spearman", decimals: 3), .number("95 % interval", decimals: 3),
      .number("slope"), .number("signs"), .number("leakage", decimals: 3),
      .number("bias", decimals: 3), .number("SD", decimals: 3), .number("covered"),
      .number("cosine", decimals: 3), .number("cosine/group", decimals: 3),
      .number("SNR/1000 turns"), .number("fork turns", decimals: 1),
    ])
    for row in results {
      let score = row.score
      let rank = row.rank.map { (row.isTied ? "=" : "") + String($0) } ?? ""
      let figures = [
        score.slope, score.signs, score.leakage, score.bias, score.variance.squareRoot(),
        score.coverage, score.cosine, score.groupCosine, score.signalPerThousandTurns,
        score.forkTurns,
      ]
      table.append(
        [
          .text(row.name), .number(score.pearson), .interval(row.pearsonInterval), .text(rank),
          .number(score.weightedPearson), .number(score.spearman),
          .interval(row.spearmanInterval),
        ] + figures.map { .number($0) })
    }
    return """
      \(environment): \(Words.count(episodes, "episode")) in \(Words.count(groups, "group")), \
      \(scored), \(format("%.1f", turnsPerEpisode)) turns each
      \(leftOut)\(truthWords)
      \(ProfileWords.lines(profile).joined(separator: "\n"))

      \(table.rendered(width: width))
      bar: rloo, which knows whether an episode succeeded but nothing about its turns.
      rank: by Pearson; estimators that share one (=) cannot be told apart from the best of them: the
      interval of their paired difference holds 0. Intervals are bootstrapped over scenarios. weighted:
      Pearson with turns weighted by how much they move the policy. slope: the
      factor of credit that fits the truth best. signs: share of turns of significant truth with the right
      sign. leakage: root mean square credit of the others. bias: of a situation and action, without the
      part that all actions of the situation share, which does not change the expected gradient; - if
      no situation was seen twice with two actions. SD: within a situation and action. covered: share of
      turns with credit. cosine: of the mean gradient with the true one; cosine/group: of one group's;
      SNR: of a group's gradient, for 1000 environment turns with those of forks. fork turns: for each episode.

      trace   \(trace)
      read it: \(Program.name) show \(trace) --purpose run
      """
  }

  private var scored: String {
    meanReturn.map { "return \(format("%.3f", $0))" }
      ?? "\(format("%.1f", 100 * success)) % succeed"
  }

  private var leftOut: String {
    Words.leftOut(failed: failedEpisodes, unjudged: unjudgedEpisodes, groups: droppedGroups)
      .map { $0 + "\n" } ?? ""
  }

  private var truthWords: String {
    let turns =
      "\(Words.count(truth.turns, "turn")), of which \(truth.significantTurns) with a significant advantage;"
      + " root mean square \(format("%.3f", truth.size))"
    switch truth.source {
    case .exact, .best:
      return
        "truth: computed over \(Words.count(truth.histories, "history", "histories")), "
        + format("%.2f", 100 * (truth.unresolved ?? 0))
        + " % of probability not followed, which could change an advantage by "
        + format("%.3f", truth.bound) + " (mean bound)\n\(turns)"
    case .forks, .subtask, .both:
      func number(_ value: Double?) -> String { value.map { format("%.2f", $0) } ?? "-" }
      return
        "truth: measured by \(options.forks) forks from each side of a turn, \(truth.forkTurns)"
        + " environment turns"
        + (truth.source == .subtask ? ", each to the end of the turn's sub-task;" : ";")
        + " mean standard error " + format("%.3f", truth.standardError)
        + "\nits reliability is \(number(truth.reliabilitySpearman)) (Spearman, split halves), so the"
        + " truth itself would reach \(number(truth.reliabilitySpearman.map { max(0, $0).squareRoot() }));"
        + " gold turns lie \(number(truth.calibration)) standard errors away (1 expected)\n"
        + (truth.agreement.map { agreement in
          "computed truth of \(agreement.turns) of them lies \(number(agreement.calibration)) standard errors"
            + " away (1 expected), measured less computed is " + format("%+.4f", agreement.bias)
            + " on average (mean bound " + format("%.4f", agreement.bound)
            + "); Pearson \(number(agreement.pearson))\n"
        } ?? "") + turns
    }
  }

  private func format(_ pattern: String, _ value: Double) -> String {
    String(format: pattern, value)
  }

  /// Returns the source of a truth, in a line.
  static func words(of truth: AuditTruth, _ options: AuditOptions) -> String {
    switch truth.source {
    case .exact, .best: return "exact, " + Words.count(truth.histories, "history", "histories")
    case .forks, .subtask, .both:
      let why =
        switch truth.reason {
        case nil: ""
        case .noProbabilities:
          "; the policy does not say how likely its actions are, so nothing is computed"
        case .noActionList: "; the environment lists no actions, so nothing is computed"
        case .refused(let error): "; not exact: \(error)"
        case .tooVague(let bound):
          "; not exact: what is less likely than \(options.cutoff) could change an advantage by "
            + String(format: "%.2f", bound)
        }
      return "\(Words.count(truth.count, "turn")) by forks, \(truth.spentTurns) environment turns"
        + why
    }
  }
}
