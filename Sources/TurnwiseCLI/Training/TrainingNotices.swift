internal import Foundation
internal import Turnwise

/// The notices about updates that training prints once, however often their cause occurs.
struct TrainingNotices {
  /// The share of updates taken back that counts as a problem.
  private static let often = 0.1

  private var braked: Int
  private var unjudged: Int
  private var dropped: Int
  private var updates: Int

  /// Creates notices that omit what was reported before a trainer's state was saved.
  init(_ state: TrainerState) {
    (braked, updates) = (state.brake.brakedUpdates, state.iteration)
    (unjudged, dropped) = (state.spending.unjudgedEpisodes, state.spending.droppedGroups)
  }

  /// Returns a notice about an update, if there is a new one.
  mutating func see(_ update: TrainingUpdate) -> String? {
    updates += 1
    dropped = Int(update.metrics["spent/dropped_groups"] ?? 0)
    var texts: [String] = []
    let silent = Int(update.metrics["train/unjudged"] ?? 0)
    if unjudged == 0, let leftOut = Words.leftOut(unjudged: silent) {
      texts.append("update \(update.iteration): \(leftOut)")
    }
    unjudged += silent
    if let reason = update.brake {
      if braked == 0 {
        texts.append(
          "update \(update.iteration) was taken back: \(Self.words(reason)); training goes on from the"
            + " policy before it")
      }
      braked += 1
    }
    return texts.isEmpty ? nil : texts.joined(separator: "\n")
  }

  /// Returns a notice at the end, if there is one.
  func summary() -> String? {
    var texts: [String] = []
    if braked > 1 {
      let isOften = Double(braked) >= Self.often * Double(updates)
      texts.append(
        "\(braked) of \(updates) updates were taken back"
          + (isOften
            ? "; a smaller --learning-rate, a larger --kl-weight or another --credit may help" : "")
      )
    }
    if unjudged > 0, let leftOut = Words.leftOut(unjudged: unjudged, groups: dropped) {
      texts.append(leftOut)
    }
    return texts.isEmpty ? nil : texts.joined(separator: "\n")
  }

  private static func words(_ reason: UpdateBrake.Reason) -> String {
    func number(_ value: Double) -> String { String(format: "%.3g", value) }
    func usually(_ value: Double?) -> String { value.map { ", usually \(number($0))" } ?? "" }
    return switch reason {
    case .gradient(let norm, let usual):
      "the gradient of a step has the length \(number(norm))\(usually(usual))"
    case .drift(let nats, let usual):
      "it would have moved the policy by \(number(nats)) nats a token\(usually(usual))"
    case .reference(let nats, let usual):
      "it would have moved the policy \(number(nats)) nats a token away from the warm"
        + " start\(usually(usual))"
    case .notFinite: "a number in it was not finite"
    }
  }
}

extension Words {
  /// Returns a count with its noun: 1 seed, 2 seeds.
  static func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(number) " + (number == 1 ? noun : plural ?? noun + "s")
  }

  /// Returns a message about the episodes and groups that no estimator credits, if there are any.
  static func leftOut(failed: Int = 0, unjudged: Int = 0, groups: Int = 0) -> String? {
    var parts: [String] = []
    if failed > 0 { parts.append(count(failed, "episode") + " that failed") }
    if unjudged > 0 {
      parts.append(
        count(unjudged, "episode")
          + " without a score (no reward was paid, or judged with neither success nor reward)")
    }
    if groups > 0 { parts.append(count(groups, "group") + " with fewer than two episodes left") }
    return parts.isEmpty ? nil : "left out: " + parts.joined(separator: ", ")
  }
}
