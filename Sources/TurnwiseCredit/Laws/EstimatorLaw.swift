public import TurnwiseCore

/// The laws that every estimator must keep, unless it says why it does not.
///
/// Most of them were broken in some released trainer, and nobody noticed.
public enum EstimatorLaw: String, Law {
  /// There is one finite number for each turn and each sampled token.
  case wellFormed = "well-formed"
  /// The same group gives the same credit, bit for bit.
  case pure
  /// The order of the episodes does not change the credit.
  case permutation
  /// The last reward reaches every turn.
  case everyTurn = "every-turn"
  /// Observation tokens do not change the credit.
  case observations
  /// A reward of 0 is treated like any other number.
  case zeroReward = "zero-reward"
  /// The length of an episode does not change the credit of the others.
  case longEpisodes = "long-episodes"
  /// An episode that was cut off from outside bootstraps; one that ended does not.
  case truncation
  /// A turn that no other episode reached has credit.
  case loneSurvivor = "lone-survivor"
  /// Episodes with equal returns get no credit.
  case deadGroup = "dead-group"
  /// Episodes whose returns differ by rounding get almost no credit.
  case nearlyDeadGroup = "nearly-dead-group"
  /// A constant that is added to all returns does not change the credit.
  case constantReward = "constant-reward"
  /// Long episodes lose no digits.
  case doublePrecision = "double-precision"
  /// Sub-tasks are kept apart, or make no difference.
  case subtasks
  /// The size of process rewards matters, also in a group that earned nothing.
  case coefficient
  /// Credit and process rewards have the sums that are claimed.
  case conservation
  /// A state without a score does not count as one with a score of 0.
  case unscored
  /// A turn that decides nothing has no expected gradient.
  case irrelevantTurn = "irrelevant-turn"
  /// Taking a further turn that changes nothing has no expected gradient.
  case stopping
  /// The expected gradient is as the estimator claims.
  case expectedGradient = "expected-gradient"

  /// The law in words.
  public var statement: String {
    switch self {
    case .wellFormed: "there is one finite number for each turn and each sampled token"
    case .pure: "the same group gives the same credit, bit by bit"
    case .permutation: "the order of the episodes does not matter"
    case .everyTurn: "no turn loses its credit across an observation"
    case .observations: "what was only observed neither discounts nor resets"
    case .zeroReward: "a reward of 0 is a number like any other"
    case .longEpisodes: "a longer episode does not weigh more"
    case .truncation: "an episode cut from outside bootstraps, one that came to its end does not"
    case .loneSurvivor: "a turn that no other episode reached keeps its credit"
    case .deadGroup: "episodes that earned the same get no credit"
    case .nearlyDeadGroup: "episodes that differ by rounding get next to no credit"
    case .constantReward: "a constant added to all returns changes nothing"
    case .doublePrecision: "a thousand turns lose no digits"
    case .subtasks: "a reward of one sub-task credits no turn of another; names do not matter"
    case .coefficient: "larger process rewards change the credit, also where all failed"
    case .conservation: "credit and process rewards sum to what is claimed"
    case .unscored: "a state without a score is not one with a score of 0"
    case .irrelevantTurn: "a turn that decides nothing gets nothing, on average"
    case .stopping: "taking another turn is neither paid nor charged, on average"
    case .expectedGradient: "the expected gradient is as claimed, over all groups of a tiny problem"
    }
  }
}

// MARK: - Exceptions that several estimators share

extension EstimatorLaw {
  /// Returns the laws that a discount per turn breaks for estimators that compare returns-to-go.
  static func discounts(_ gamma: Double) -> [EstimatorLaw: String] {
    guard gamma < 1 else { return [:] }
    let reason = "gamma=\(gamma) charges for time"
    var exceptions: [EstimatorLaw: String] = [
      .longEpisodes: reason, .deadGroup: reason, .nearlyDeadGroup: reason,
      .constantReward: reason, .stopping: reason,
    ]
    if gamma == 0 { exceptions[.everyTurn] = "gamma=0 leaves a turn its own reward alone" }
    return exceptions
  }

  /// Returns the laws that a discount per token breaks, as equally good ways differ in their tokens.
  static func discountsTokens(_ gamma: Double) -> [EstimatorLaw: String] {
    guard gamma < 1 else { return [:] }
    return discounts(gamma).merging([.irrelevantTurn: "gamma=\(gamma) charges for tokens"]) { $1 }
  }

  /// Returns the laws that an estimator breaks which compares turns with a critic, not with episodes.
  static func comparesWithCritic(
    lambda: Double, bootstraps: Bool = true, gamma: Double = 1
  ) -> [EstimatorLaw: String] {
    let critic = "turns are compared with the critic, not with other episodes"
    var exceptions: [EstimatorLaw: String] = [
      .deadGroup: critic, .nearlyDeadGroup: critic, .constantReward: critic,
    ]
    if gamma < 1 { exceptions[.stopping] = discounts(gamma)[.stopping] }
    if lambda == 0 { exceptions[.everyTurn] = "with lambda=0 the critic stands for the outcome" }
    if !bootstraps {
      exceptions[.truncation] = "bootstrap=false counts every cut as an end"
    }
    return exceptions
  }

  /// What is said of credit that is divided by a deviation.
  static let dividesSizeOut =
    "dividing by the deviation takes out the size of process rewards where nothing was earned"

  /// Returns the laws that process rewards break which pay for another goal than the return.
  static func paysForOtherGoal(_ reason: String) -> [EstimatorLaw: String] {
    [
      .deadGroup: reason, .nearlyDeadGroup: reason, .constantReward: reason,
      .irrelevantTurn: reason, .stopping: reason, .longEpisodes: reason,
    ]
  }
}
