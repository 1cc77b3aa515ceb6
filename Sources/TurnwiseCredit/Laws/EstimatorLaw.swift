/// What every estimator must keep unless it says why not, one fact each.
///
/// Most of them were broken in some released trainer without anybody noticing.
public enum EstimatorLaw: String, Codable, Hashable, Sendable, CaseIterable {
  case wellFormed = "well-formed"
  case pure
  case permutation
  case everyTurn = "every-turn"
  case observations
  case zeroReward = "zero-reward"
  case longEpisodes = "long-episodes"
  case truncation
  case loneSurvivor = "lone-survivor"
  case deadGroup = "dead-group"
  case nearlyDeadGroup = "nearly-dead-group"
  case constantReward = "constant-reward"
  case doublePrecision = "double-precision"
  case irrelevantTurn = "irrelevant-turn"
  case stopping
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
    case .irrelevantTurn: "a turn that decides nothing gets nothing, on average"
    case .stopping: "taking another turn is neither paid nor charged, on average"
    case .expectedGradient: "the expected gradient is as claimed, over all groups of a tiny problem"
    }
  }
}

extension EstimatorLaw {
  /// What a discount per turn breaks for estimators that compare returns-to-go.
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

  /// What a discount per token breaks: two ways of equal worth differ in their numbers of tokens.
  static func discountsTokens(_ gamma: Double) -> [EstimatorLaw: String] {
    guard gamma < 1 else { return [:] }
    return discounts(gamma).merging([.irrelevantTurn: "gamma=\(gamma) charges for tokens"]) { $1 }
  }

  /// What an estimator breaks that compares turns with a critic rather than with other episodes.
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
}
