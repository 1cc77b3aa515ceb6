internal import Foundation
internal import Turnwise

/// Whether credit matters for a policy, in words.
enum ProfileWords {
  /// Returns the headroom and what it is made of, in two lines.
  static func lines(_ profile: AuditProfile) -> [String] {
    var parts: [String] = []
    if let effective = profile.effectiveTurns, let largest = profile.largestShare {
      parts.append(
        String(
          format: "the gradient comes from %.1f of %.1f turns, %.0f %% of it from one", effective,
          profile.turns, 100 * largest))
    }
    parts.append(String(format: "%.0f %% of the turns are decisive", 100 * profile.decisiveShare))
    if let scale = profile.noiseScale {
      parts.append(String(format: "gradient noise scale of rloo %.0f episodes", scale))
    }
    let headroom =
      profile.measuredShare < AuditProfile.leastMeasuredShare
      ? String(
        format:
          "headroom: unknown, since only %.0f %% of the turns have a truth; --points N measures"
          + " more", 100 * profile.measuredShare)
      : headroom(profile.headroom)
    return [headroom, parts.joined(separator: "; ")]
  }

  /// Returns the headroom with what it means.
  static func headroom(_ headroom: Headroom?) -> String {
    guard let headroom else {
      return "headroom: cannot be measured with so few groups, or without gradients"
    }
    let meaning =
      switch headroom.verdict {
      case .little: "better credit will hardly help here"
      case .much: "better credit will help here"
      case nil: "too uncertain to say whether better credit can help; more groups tell"
      }
    return "headroom \(ratio(headroom)): \(meaning)"
  }

  /// Returns a ratio with its interval.
  static func ratio(_ headroom: Headroom) -> String {
    let interval =
      headroom.low.flatMap { low in
        headroom.high.map { String(format: " [%.1f, %.1f]", low, $0) }
      } ?? ""
    return String(format: "%.1f", headroom.ratio) + interval
  }
}
