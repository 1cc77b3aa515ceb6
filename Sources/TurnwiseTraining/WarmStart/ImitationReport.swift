internal import TurnwiseCore

/// The results of imitating demonstrations.
public struct ImitationReport: Codable, Hashable, Sendable {
  /// Why imitation ended.
  public enum Reason: String, Codable, Hashable, Sendable {
    /// All steps of the budget were taken.
    case budget
    /// The loss on demonstrations that were held out had stopped falling.
    case plateau
  }

  /// The number of steps.
  public var steps = 0
  /// Why no more steps were taken.
  public var reason = Reason.budget
  /// The number of demonstrations: of episodes, or of their `Episode.contexts`.
  public var demonstrations = 0
  /// The number of demonstrations, or of their `Episode.contexts`, that did not fit the context.
  public var tooLong = 0
  /// The share of turns that were read but not imitated, because they were refused.
  public var refused = 0.0

  /// The mean negative log-likelihood of the imitated tokens over the last tenth of the steps, in nats;
  /// not a number if nothing was imitated.
  public var loss: Double {
    get { finiteLoss.value }
    set { finiteLoss = FiniteNumber(newValue) }
  }
  /// The loss on demonstrations that were held out, by rising step; empty if there were too few to
  /// hold some out.
  public var heldOutLosses: [Double] {
    get { finiteHeldOutLosses.map(\.value) }
    set { finiteHeldOutLosses = newValue.map { FiniteNumber($0) } }
  }

  // Imitation may diverge, and losses that are not finite must be written as well.
  private var finiteLoss = FiniteNumber(.nan)
  private var finiteHeldOutLosses: [FiniteNumber] = []

  private enum CodingKeys: String, CodingKey {
    case steps, reason, demonstrations, tooLong, refused
    case finiteLoss = "loss"
    case finiteHeldOutLosses = "heldOutLosses"
  }

  /// Creates the report of an imitation without steps.
  public init() {}

  /// Whether the loss on the held-out demonstrations still fell by more than a tenth over the last quarter of
  /// the steps before the steps became smaller.
  public var isStillFalling: Bool {
    guard reason == .budget, heldOutLosses.count >= 8 else { return false }
    let middle = heldOutLosses[heldOutLosses.count * 3 / 4 - 1]
    return heldOutLosses[heldOutLosses.count - 1] < 0.9 * middle
  }
}
