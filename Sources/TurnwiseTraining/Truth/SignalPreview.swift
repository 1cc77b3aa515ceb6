internal import Foundation
internal import TurnwiseCore
public import TurnwiseCredit

/// How much signal the gradients of estimators have before any training, compared with that of `rloo`.
///
/// It needs no truth: all estimators credit the same groups, and what differs is the noise of their gradients.
/// An estimator that is biased can have a strong signal in a wrong direction; an audit shows that.
public struct SignalPreview: Codable, Hashable, Sendable {
  /// An estimator and its signal.
  public struct Gain: Codable, Hashable, Sendable {
    /// The estimator by its canonical name.
    public var estimator: String
    /// Whether its expected gradient is not the true one.
    public var isBiased: Bool
    /// The signal to noise of its gradient over that of `rloo`; `nil` if one of them cannot be measured.
    public var headroom: Headroom?
  }

  /// The number of groups that were played.
  public var groups: Int
  /// The number of turns that were played.
  public var playedTurns: Int
  /// The mean number of turns of an episode.
  public var turns: Double
  /// How the gradient is spread over turns; `nil` if the policy has no gradients.
  public var spread: GradientSpread?
  /// The gains of the estimators other than `rloo`, in their order.
  public var gains: [Gain]

  /// The gain with the largest ratio.
  public var best: Gain? {
    gains.filter { $0.headroom != nil }
      .max { ($0.headroom?.ratio ?? 0) < ($1.headroom?.ratio ?? 0) }
  }
}

extension CreditAudit {
  /// Compares the gradients that estimators give with that of `rloo`, on the same groups and without any
  /// truth.
  ///
  /// - Parameters:
  ///   - estimators: The estimators. Those that need anything but the episodes are left out, and
  ///     those by sub-task if there are no sub-tasks.
  ///   - played: The result of ``play()``.
  /// - Returns: The comparison.
  /// - Throws: A `CreditError`, or `CancellationError`.
  public func preview(
    of estimators: [CreditedEstimator], on played: AuditedEpisodes
  ) throws -> SignalPreview {
    let groups = try played.groups.map { try CreditGroup($0) }
    func signal(_ estimator: any CreditEstimator) throws -> GradientSignal {
      var signal = GradientSignal()
      for (group, episodes) in zip(groups, played.groups) {
        try Task.checkCancellation()
        let credit = try estimator.credit(group, evidence: Evidence())
        signal.add(gradient(of: episodes, credit.episodes))
      }
      return signal
    }
    let hasSubtasks = played.groups.joined().contains(where: \.hasSubtasks)
    let usable = estimators.filter { entry in
      entry.spelling != RLOO.id && (hasSubtasks || !entry.estimator.usesSubtasks)
        && RecordedCredit.refusals(entry, played.groups, models: nil, canFork: false).isEmpty
    }
    let rloo = try signal(RLOO())
    return SignalPreview(
      groups: groups.count,
      playedTurns: played.groups.joined().reduce(0) { $0 + $1.turns.count },
      turns: played.turnsPerEpisode, spread: GradientSpread(played.weights),
      gains: try usable.map { entry in
        SignalPreview.Gain(
          estimator: entry.spelling, isBiased: entry.estimator.gradient.isBiased,
          headroom: try signal(entry.estimator).headroom(over: rloo))
      })
  }
}
