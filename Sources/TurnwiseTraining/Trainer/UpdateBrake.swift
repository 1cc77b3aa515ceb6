/// Takes back updates that would move the policy far more than usual.
///
/// Three measures are compared with limits: the norm of a step's gradient before clipping, and the
/// divergences per token from the policy that played and from the reference, if there is one. Both
/// divergences are measured on some of the episodes of the update. A limit is a multiple of the
/// median of the last updates, and never below what a sound update may reach. An update that comes
/// nearer to the reference is kept, however far it is from the reference.
///
/// When an update is taken back, policy and optimiser are as before it. The brake uses no random
/// numbers and is part of the trainer's state, so a continued run brakes as if it had not stopped.
public struct UpdateBrake: Codable, Hashable, Sendable {
  /// Why an update was taken back.
  public enum Reason: Hashable, Sendable {
    /// The gradient of a step had this norm.
    case gradient(norm: Double, usual: Double?)
    /// The policy moved this far from the one that played, in nats per token.
    case drift(nats: Double, usual: Double?)
    /// The policy moved this far from the reference, in nats per token.
    case reference(nats: Double, usual: Double?)
    /// A number was not finite.
    case notFinite
  }

  /// A limit: a multiple of the usual value, with a lower bound.
  package struct Limit: Sendable {
    package var multiple: Double
    package var least: Double

    func value(_ usual: Double?) -> Double {
      // Before there is a usual value, only updates that can never be right are stopped.
      max(least, multiple * (usual ?? least))
    }
  }

  package static let gradient = Limit(multiple: 50, least: 20)
  package static let drift = Limit(multiple: 5, least: 0.03)
  package static let reference = Limit(multiple: 5, least: 0.5)
  /// The number of episodes that are scored again to measure an update.
  static let probe = 16

  private var gradients = RecentValues()
  private var drifts = RecentValues()
  private var references = RecentValues()
  /// The number of updates that were taken back.
  public private(set) var brakedUpdates = 0

  package init() {}

  /// The measures of an update.
  package struct Measures {
    /// The largest norm of a step's gradient.
    package var gradient: Double
    /// The divergence from the policy that played.
    package var drift: Double
    /// The divergence from the reference before and after the update.
    package var reference: (before: Double, after: Double)?

    package init(gradient: Double, drift: Double, reference: (before: Double, after: Double)?) {
      (self.gradient, self.drift, self.reference) = (gradient, drift, reference)
    }
  }

  /// The largest norm of a gradient at which a step is made.
  package var gradientLimit: Double { Self.gradient.value(gradients.median) }

  /// Judges an update, and remembers its measures.
  ///
  /// - Returns: The reason why the update must be taken back, or `nil`.
  package mutating func judge(_ measures: Measures) -> Reason? {
    let reason = reason(measures)
    // An outlier counts as the largest allowed value, so the brake cannot stop all later updates,
    // and one outlier does not raise the limit for the next.
    if reason != .notFinite { gradients.append(min(measures.gradient, gradientLimit)) }
    switch reason {
    // Steps end at a gradient that is too long, so the policy has hardly moved in that case.
    case .notFinite, .gradient: break
    case .drift, .reference, nil:
      drifts.append(min(measures.drift, Self.drift.value(drifts.median)))
      if let reference = measures.reference {
        references.append(min(reference.after, Self.reference.value(references.median)))
      }
    }
    if reason != nil { brakedUpdates += 1 }
    return reason
  }

  private func reason(_ measures: Measures) -> Reason? {
    let numbers = [measures.gradient, measures.drift, measures.reference?.after ?? 0]
    guard numbers.allSatisfy(\.isFinite) else { return .notFinite }
    if measures.gradient > gradientLimit {
      return .gradient(norm: measures.gradient, usual: gradients.median)
    }
    if measures.drift > Self.drift.value(drifts.median) {
      return .drift(nats: measures.drift, usual: drifts.median)
    }
    if let reference = measures.reference, reference.after > reference.before,
      reference.after > Self.reference.value(references.median)
    {
      return .reference(nats: reference.after, usual: references.median)
    }
    return nil
  }
}
