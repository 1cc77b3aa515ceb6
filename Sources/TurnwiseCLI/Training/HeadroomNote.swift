internal import Foundation
internal import Turnwise

extension Flag {
  fileprivate static let standardHeadroomGroups = 48

  /// The groups that are played before the first update to see what credit can do.
  static let headroom = Flag(
    "headroom", "groups that are played to say beforehand whether credit can help; 0 for none",
    value: "N", default: "\(standardHeadroomGroups)")
}

extension Invocation {
  /// Returns how many groups are played before the first update.
  ///
  /// - Throws: A ``UsageError``.
  func headroomGroups() throws -> Int {
    let groups = try integer(.headroom, atLeast: 0, default: Flag.standardHeadroomGroups)
    guard groups == 0 || groups > 2 else {
      throw UsageError.badValue(
        flag: Flag.headroom.name, text: "\(groups)", expected: "0, or a whole number of at least 3")
    }
    return groups
  }
}

extension TrainingStages {
  /// Notes before the first update how much signal the gradients of estimators have.
  ///
  /// It draws from streams of its own, so it changes nothing that follows.
  ///
  /// - Parameters:
  ///   - models: The state of the trainer at its start.
  ///   - environment: The environment.
  ///   - configuration: The options of the run.
  ///   - estimators: The estimators, in spellings of the catalog.
  ///   - catalog: The estimators that can be named.
  ///   - groups: The number of groups; 0 for none.
  /// - Throws: `CancellationError`; anything else that fails is noted.
  func noteHeadroom<E: Environment>(
    of models: TrainerState, in environment: E, _ configuration: RunConfiguration,
    estimators: [String], _ catalog: EstimatorCatalog, groups: Int
  ) async throws {
    guard groups > 0 else { return }
    var options = AuditOptions()
    options.seed = configuration.seed
    (options.scenarios, options.groups) = (groups, 1)
    options.groupSize = configuration.budget.groupSize
    let audit = CreditAudit(environment, models: models, options, workers: workers)
    do {
      let played = try await audit.play()
      var known: [CreditedEstimator] = []
      for name in estimators {
        let entry = try CreditedEstimator(catalog.estimator(name), in: catalog)
        if !known.contains(where: { $0.spelling == entry.spelling }) { known.append(entry) }
      }
      SignalWords.lines(try audit.preview(of: known, on: played)).forEach(console.note)
    } catch let error as CancellationError {
      throw error
    } catch {
      console.warn("the signal of gradients cannot be measured: \(error)")
    }
  }
}

/// What the gradients of estimators are like before training, in words.
enum SignalWords {
  /// Returns what can be expected, in two or three lines.
  static func lines(_ preview: SignalPreview) -> [String] {
    var lines = [
      "before training, by \(Words.count(preview.groups, "group")) (\(preview.playedTurns) turns, not charged):"
    ]
    if let spread = preview.spread {
      lines.append(
        String(
          format: "  the gradient comes from %.1f of %.1f turns, %.0f %% of it from one",
          spread.effectiveTurns, preview.turns, 100 * spread.largestShare))
    }
    let gains = preview.gains.compactMap { gain in
      gain.headroom.map { "\(gain.estimator) \(ProfileWords.ratio($0))" }
    }
    if gains.isEmpty {
      lines.append("  headroom: cannot be measured with so few groups, or without gradients")
    } else {
      lines.append(
        "  signal to noise of the gradient over that of rloo: \(gains.joined(separator: ", "));"
          + " \(meaning(preview))")
    }
    return lines
  }

  private static func meaning(_ preview: SignalPreview) -> String {
    // A biased gradient can be strong in a wrong direction.
    if preview.gains.contains(where: { !$0.isBiased && $0.headroom?.verdict == .much }) {
      return "better credit will help here"
    }
    let stronger = preview.gains.filter { !$0.isBiased && ($0.headroom?.low ?? 0) > 1 }
    if !stronger.isEmpty {
      return "more than chance: \(stronger.map(\.estimator).joined(separator: ", "))"
    }
    return preview.gains.allSatisfy { $0.headroom?.verdict == .little }
      ? "none of them will help much here" : "too uncertain to say more"
  }
}
