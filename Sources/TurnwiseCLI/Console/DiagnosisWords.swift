internal import Foundation
internal import Turnwise

/// The text of a ``LearningDiagnosis``: each finding and one remedy.
enum DiagnosisWords {
  /// Returns the text of a diagnosis.
  ///
  /// - Parameters:
  ///   - diagnosis: The diagnosis.
  ///   - subject: What did not learn, such as an estimator's name.
  ///   - trace: The folder of the run.
  /// - Returns: The lines to print; none if the policy learned.
  static func lines(_ diagnosis: LearningDiagnosis, subject: String, trace: String) -> [String] {
    guard !diagnosis.isLearning else { return [] }
    let success = TrainingStages.percent(diagnosis.final ?? .nan)
    let was = TrainingStages.percent(diagnosis.start ?? .nan)
    let head = "\(subject) did not learn: held-out score \(was) before, \(success) after."
    let findings = diagnosis.findings.map(words)
    return [head] + findings.map { "  \($0.seen)\n    try: \($0.remedy)" }
      + ["  to see more: \(Program.name) stats \(trace)"]
  }

  /// Returns the text and the remedy of a finding.
  static func words(_ finding: LearningDiagnosis.Finding) -> (seen: String, remedy: String) {
    switch finding {
    case .deadGroups(let share, let success):
      (
        "In \(percent(share)) of groups all episodes had the same reward, so there was nothing to learn from.",
        success < 0.5
          ? "an easier start (--habit 0, more --demonstrations), or rewards for parts of the task"
          : "harder scenarios, or --filter dynamic"
      )
    case .refusals(let share, let tool, let reply):
      (
        "\(percent(share)) of turns were refused"
          + (tool.isEmpty ? "" : ", most of them calls of '\(tool)'")
          + (reply.isEmpty ? "." : "; the most common reply is '\(reply)'"),
        "an expert that does not repeat refused calls (lower --habit), and replies that say what is allowed"
      )
    case .contextFull(let share):
      (
        "\(percent(share)) of episodes filled the context.",
        "a larger --context, or shorter replies"
      )
    case .turnLimit(let share):
      (
        "\(percent(share)) of episodes reached the turn limit.",
        "a higher turn limit, or an expert that finishes sooner"
      )
    case .neverCopied(let argument):
      (
        "The expert copies '\(argument)' from replies; the policy hardly ever does.",
        "longer imitation (--cloning-steps), more --demonstrations, and replies that spell values exactly as"
          + " the argument needs them"
      )
    case .expertLow(let success, let best):
      (
        "Only \(percent(success)) of demonstrations succeed"
          + (best.map { $0 > success ? "; the expert's best is \(percent($0))." : "." } ?? "."),
        best ?? 1 > success + 0.1 ? "a lower --habit" : "an expert that succeeds more often"
      )
    case .familiesAtZero(let names):
      (
        "No held-out episode of \(names.prefix(4).map { "'\($0)'" }.joined(separator: ", "))"
          + (names.count > 4 ? " and \(names.count - 4) more families" : "") + " succeeded.",
        "training scenarios that are similar to them, and demonstrations that solve them"
      )
    case .fewScenarios(let count):
      (
        count == 1
          ? "Training has a single scenario, which a policy memorizes; that does not help on held-out ones."
          : "Training has only \(count) different scenarios.",
        "ten or more training scenarios that differ in names and files"
      )
    case .demonstrationsTooLong(let count, let all):
      (
        "\(count) of \(all) demonstrations did not fit the context and were left out.",
        "a larger --context"
      )
    case .imitationUnfinished(let loss):
      (
        "Imitation ended while its loss was still falling (\(String(format: "%.3f", loss)) nats per token).",
        "more --cloning-steps"
      )
    }
  }

  private static func percent(_ share: Double) -> String { String(format: "%.0f %%", 100 * share) }
}
