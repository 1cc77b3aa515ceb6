public import TurnwiseCore

/// Every option that can change what training does.
///
/// The stored properties are the flags of `turnwise train` and `turnwise compare`, in this order, and
/// what `run.json` records. What cannot change results (workers, folders) is not among them.
public struct RunConfiguration: Codable, Hashable, Sendable {
  /// The seed of everything random but the demonstrations.
  public var seed = HexSeed(1)
  /// The estimator that drives the updates, with its options.
  public var credit = "turn"

  /// The most updates.
  public var updates = 20
  /// The environment turns after which no further update starts; 0 for no limit.
  public var turns = 0
  /// Scenarios of an update.
  public var groups = 8
  /// Episodes on each scenario.
  public var groupSize = 8

  /// The step size of the policy.
  public var learningRate = 1e-3
  /// What keeps Adam from taking full steps along parameters whose gradient is all noise.
  public var adamEpsilon = 1e-4
  /// Passes over the episodes of an update.
  public var epochs = 1
  /// Steps in a pass.
  public var minibatches = 2
  /// Over how many tokens the probability ratio is taken.
  public var ratio = RatioLevel.token
  /// What happens to a token whose ratio leaves the range.
  public var clip = ClipForm.ppo
  /// How far below 1 the probability ratio may fall before its gradient stops (PPO's ε).
  public var clipLow = 0.2
  /// How far above 1 it may rise (DAPO's clip-higher).
  public var clipHigh = 0.28
  /// The ratio at which the loss of a bad token stops growing; 0 for none.
  public var dualClip = 3.0
  /// How the losses of tokens become that of a minibatch.
  public var aggregation = LossAggregation.tokenMean
  /// The length that the aggregation `constant` divides by.
  public var aggregationLength = 64
  /// Over how many tokens the ratio of trainer to sampler is taken that weighs them.
  public var importance = ImportanceWeights.Level.none
  /// What happens to a weight out of bounds.
  public var importanceForm = ImportanceWeights.Form.truncate
  /// The largest weight.
  public var importanceCap = 2.0
  /// Which groups an update learns from.
  public var filter = GroupFilter.none
  /// The share of the variance of returns that the filter `variance` keeps.
  public var varianceMass = 0.9
  /// The most collections of an update with the filter `dynamic`.
  public var filterBatches = 3
  /// The longest gradient; longer ones are shortened.
  public var gradientNorm = 1.0
  /// The weight of the entropy of the policy in its objective.
  public var entropyBonus = 0.0
  /// The weight of the divergence from the warm start: the estimate k3 as a loss, whose gradient is that
  /// of KL(warm start ‖ policy), as in GRPO (``DivergenceEstimator``).
  public var klWeight = 0.02
  /// The most tokens of an action.
  public var actionTokens = 64

  /// The folder of a run whose policy training starts from; empty to imitate the expert.
  public var warmStart = ""
  /// The folder of a run whose successful training episodes are imitated; empty to imitate the expert.
  public var demonstrationsFrom = ""
  /// Expert episodes that the warm start imitates.
  public var demonstrations = 3000
  /// The seed of the expert episodes, which runs of all seeds share.
  public var demonstrationSeed = 0
  /// How often the demonstrating expert skips looking.
  public var habit = HabitChoice.auto
  /// How often it does a wrong thing.
  public var slip = 0.02
  /// The most steps of imitation.
  public var cloningSteps = 6500
  /// The steps without a gain on demonstrations that are held out after which imitation comes to its
  /// end; 0 for all steps.
  public var cloningPatience = 2000
  /// Episodes of a step of imitation.
  public var cloningBatch = 8
  /// How often an imitated episode has its names exchanged for those of others.
  public var renaming = 0.8
  /// The highest step size of imitation.
  public var cloningRate = 3e-3
  /// The temperature that is made part of the warm start: below 1 it samples what it is less sure of
  /// more rarely.
  public var cloningTemperature = 0.7

  /// The step size of the critic.
  public var criticRate = 1e-3
  /// Episodes of the warm start that the critic is fitted to before the first update.
  public var criticEpisodes = 64
  /// Passes of the critic over the episodes of an update.
  public var criticEpochs = 1
  /// States that are labelled for a process reward model in an update, if one is needed.
  public var processLabels = 16
  /// Forks of each labelled state.
  public var processForks = 4
  /// Passes of the process reward model over its labels in an update.
  public var processEpochs = 4

  /// The tokens of the tokenizer.
  public var vocabulary = 448
  /// Channels of the model.
  public var width = 64
  /// Blocks of the model.
  public var layers = 2
  /// Attention heads.
  public var heads = 4
  /// Channels within a feed-forward block.
  public var feedForward = 176
  /// The most tokens of an episode.
  public var context = 640

  /// Updates between two evaluations.
  public var evaluationEvery = 5
  /// Held-out scenarios of an evaluation.
  public var evaluationEpisodes = 64

  /// The defaults.
  public init() {}

  /// The properties that say how a policy comes about where none is taken from another run.
  public static let warmStartProperties: Set<String> = [
    "demonstrationsFrom", "demonstrations", "demonstrationSeed", "habit", "slip", "cloningSteps",
    "cloningPatience", "cloningBatch", "renaming", "cloningRate", "cloningTemperature",
    "vocabulary",
    "width", "layers", "heads", "feedForward", "context",
  ]
  /// The properties that say how the environment's expert plays.
  public static let expertProperties: Set<String> = ["demonstrationSeed", "habit", "slip"]

  /// What each property means, for help pages: a line each, by the property's name.
  public static let help: [String: String] = [
    "credit": "the estimator that drives the updates, with its options",
    "updates": "the most updates",
    "turns": "no update starts after this many environment turns; 0 for no limit",
    "groups": "scenarios of an update",
    "groupSize": "episodes on each scenario",
    "learningRate": "step size of the policy",
    "adamEpsilon": "smallest gradient that the policy's Adam takes at full step",
    "epochs": "passes over the episodes of an update",
    "minibatches": "steps in a pass",
    "ratio": "over what the probability ratio is taken: \(RatioLevel.words)",
    "clip": "what happens out of its range: \(ClipForm.words)",
    "clipLow": "how far below 1 the probability ratio may fall",
    "clipHigh": "how far above 1 the probability ratio may rise",
    "dualClip": "ratio at which the loss of a bad token stops growing; 0 for none",
    "aggregation": "how tokens add up: \(LossAggregation.words)",
    "aggregationLength": "length that the aggregation 'constant' divides by",
    "importance": "weights for what another policy sampled: \(ImportanceWeights.Level.words)",
    "importanceForm": "what happens to a weight out of bounds: \(ImportanceWeights.Form.words)",
    "importanceCap": "the largest weight",
    "filter": "which groups are learnt from: \(GroupFilter.words)",
    "varianceMass": "share of the variance of returns that the filter 'variance' keeps",
    "filterBatches": "the most collections of an update with the filter 'dynamic'",
    "gradientNorm": "the longest gradient; longer ones are shortened",
    "entropyBonus": "weight of the policy's entropy",
    "klWeight": "weight of the divergence from the warm start",
    "actionTokens": "the most tokens of an action",
    "warmStart": "folder of a run whose policy is the start, instead of imitating the expert",
    "demonstrationsFrom": "folder of a run whose successful episodes are imitated, not the expert",
    "demonstrations": "expert episodes that the warm start imitates",
    "demonstrationSeed": "seed of the expert episodes, which all runs share",
    "habit": "how often the demonstrating expert skips looking; 'auto' tries and chooses",
    "slip": "how often it does a wrong thing",
    "cloningSteps": "the most steps of imitation",
    "cloningPatience": "steps without a gain after which imitation ends; 0 for all steps",
    "cloningBatch": "episodes of a step of imitation",
    "renaming": "how often an imitated episode gets the names of others",
    "cloningRate": "highest step size of imitation",
    "cloningTemperature": "temperature that is made part of the warm start",
    "criticRate": "step size of the critic",
    "criticEpisodes": "episodes that the critic is fitted to before the first update",
    "criticEpochs": "passes of the critic over the episodes of an update",
    "processLabels": "states labelled for a process reward model in an update",
    "processForks": "forks of each labelled state",
    "processEpochs": "passes of the process reward model over its labels in an update",
    "vocabulary": "tokens of the tokenizer",
    "width": "channels of the model",
    "layers": "blocks of the model",
    "heads": "attention heads",
    "feedForward": "channels within a feed-forward block",
    "context": "the most tokens of an episode",
    "evaluationEvery": "updates between two evaluations",
    "evaluationEpisodes": "held-out scenarios of an evaluation",
  ]

  /// The largest value of a count, and why.
  private static let usualLimit = (most: 1_000_000, reason: "all of them are kept in memory")
  private static let limits: [String: (most: Int, reason: String)] = {
    let steps = (most: 1_000_000_000, reason: "more would not end")
    let tokens = (most: 1 << 17, reason: "the angles of all positions are kept")
    let size = (most: 1 << 16, reason: "its square is a size of the model")
    return [
      "updates": steps, "turns": steps, "cloningSteps": steps, "evaluationEvery": steps,
      "aggregationLength": steps, "context": tokens, "actionTokens": tokens, "width": size,
      "feedForward": (1 << 20, "it is a size of the model"), "heads": size,
      "layers": (1024, "deeper ones do not learn here"),
      "vocabulary": (1 << 20, "it is a size of the model"),
    ]
  }()

  /// What contradicts itself or is out of range, if anything: the property and what it should be.
  public var flaw: (property: String, expected: String)? {
    let counts = [
      ("groups", groups, 1), ("groupSize", groupSize, 2), ("epochs", epochs, 1),
      ("minibatches", minibatches, 1), ("actionTokens", actionTokens, 2),
      ("aggregationLength", aggregationLength, 1), ("filterBatches", filterBatches, 1),
      ("demonstrations", demonstrations, 1), ("cloningSteps", cloningSteps, 1),
      ("cloningPatience", cloningPatience, 0),
      ("cloningBatch", cloningBatch, 1), ("criticEpisodes", criticEpisodes, 0),
      ("criticEpochs", criticEpochs, 0), ("processLabels", processLabels, 1),
      ("processForks", processForks, 1), ("processEpochs", processEpochs, 1),
      ("vocabulary", vocabulary, 259), ("width", width, 2),
      ("layers", layers, 1), ("heads", heads, 1), ("feedForward", feedForward, 1),
      ("context", context, 16), ("evaluationEvery", evaluationEvery, 1),
      ("evaluationEpisodes", evaluationEpisodes, 1), ("updates", updates, 0), ("turns", turns, 0),
    ]
    for (name, value, minimum) in counts {
      let (maximum, reason) = Self.limits[name] ?? Self.usualLimit
      guard minimum...maximum ~= value else {
        return (name, "a whole number from \(minimum) to \(maximum) (\(reason))")
      }
    }
    // Each factor is small enough that the products are exact.
    let products = [
      ("groupSize", groupSize, "groups", groups),
      ("processForks", processForks, "processLabels", processLabels),
    ]
    for (name, value, other, factor) in products where value * factor > Self.usualLimit.most {
      return (
        name,
        "at most \(max(1, Self.usualLimit.most / factor)) with \(factor) \(other):"
          + " the episodes of an update are kept in memory"
      )
    }
    let amounts = [
      ("learningRate", learningRate), ("adamEpsilon", adamEpsilon), ("clipLow", clipLow),
      ("clipHigh", clipHigh), ("gradientNorm", gradientNorm), ("entropyBonus", entropyBonus),
      ("klWeight", klWeight), ("cloningRate", cloningRate), ("criticRate", criticRate),
    ]
    if let (name, _) = amounts.first(where: { !($0.1 >= 0) || !$0.1.isFinite }) {
      return (name, "a number of at least 0")
    }
    let shares = [("habit", habit.share ?? 0), ("slip", slip), ("renaming", renaming)]
    if let (name, _) = shares.first(where: { !(0...1 ~= $0.1) }) {
      return (name, "a number from 0 to 1")
    }
    guard dualClip == 0 || (dualClip > 1 && dualClip.isFinite) else {
      return ("dualClip", "0 or a number above 1")
    }
    guard importanceCap > 0, importanceCap.isFinite else {
      return ("importanceCap", "a number above 0")
    }
    guard varianceMass > 0, varianceMass <= 1 else {
      return ("varianceMass", "a number above 0 and up to 1")
    }
    if !(0.01...100 ~= cloningTemperature) {
      return ("cloningTemperature", "a number from 0.01 to 100")
    }
    if !width.isMultiple(of: 2 * heads) { return ("width", "a multiple of twice the heads") }
    return nil
  }
}
