/// Notices about the loss of a run that are shown before it starts.
public enum LossAdvice {
  /// Returns notices about options of the loss that have no effect or do not fit together.
  ///
  /// - Parameters:
  ///   - configuration: The options of the run.
  ///   - creditVariesWithinTurns: Whether the driving estimator gives the tokens of one turn different
  ///     credit.
  /// - Returns: The notices: lower case, without a full stop; empty if there is nothing to say.
  public static func notices(
    _ configuration: RunConfiguration, creditVariesWithinTurns: Bool
  ) -> [String] {
    granularity(configuration, creditVariesWithinTurns)
      + ratios(configuration) + importance(configuration)
      + filters(configuration, creditVariesWithinTurns) + unused(configuration)
  }

  /// Finds parts of the loss whose units differ from those of the credit.
  private static func granularity(
    _ configuration: RunConfiguration, _ creditVariesWithinTurns: Bool
  ) -> [String] {
    var notices: [String] = []
    let (aggregation, ratio) = (configuration.loss.aggregation, configuration.loss.ratio)
    if !creditVariesWithinTurns, aggregation.dividesByTurnLength {
      notices.append(
        "aggregation '\(aggregation.rawValue)' divides by the length of a turn: credit by turns is"
          + " then biased towards long bad turns; 'token-mean' or 'constant' is not")
    }
    if creditVariesWithinTurns, ratio != .token {
      notices.append(
        "ratio '\(ratio.rawValue)' is shared by tokens that the credit tells apart: one unlikely"
          + " token clips its neighbours; 'token' does not")
    }
    return notices
  }

  /// Finds clip ranges that never act, or nearly always.
  private static func ratios(_ configuration: RunConfiguration) -> [String] {
    var notices: [String] = []
    let (ratio, defaults) = (configuration.loss.ratio, RunConfiguration())
    if ratio == .sequenceMean, max(configuration.loss.clipLow, configuration.loss.clipHigh) > 0.01 {
      notices.append(
        "ratio 'sequence-mean' hardly leaves 1: a clip range of \(configuration.loss.clipLow) and"
          + " \(configuration.loss.clipHigh) never acts; GSPO uses 3e-4 and 4e-4")
    }
    if configuration.optimizer.epochs * configuration.optimizer.minibatches == 1 {
      if ratio != defaults.loss.ratio || configuration.loss.clip != defaults.loss.clip {
        notices.append(
          "with one step an update every ratio is 1: 'ratio' and 'clip' change nothing")
      }
    } else if ratio == .sequence {
      notices.append(
        "ratio 'sequence' is a product over all tokens of an episode, which leaves any range when"
          + " each is off by a little; 'sequence-mean' does not")
    }
    if ratio != .token, configuration.loss.klWeight > 0 {
      notices.append(
        "ratio '\(ratio.rawValue)' does not stop single tokens, and the gradient of the divergence grows"
          + " with the reference's probability over the policy's: a token whose probability falls far"
          + " dominates a step; GSPO uses a KL weight of 0")
    }
    if configuration.loss.clip == .ppo, configuration.loss.dualClip > 0,
      configuration.loss.dualClip < 1 + configuration.loss.clipHigh
    {
      notices.append(
        "a dual clip of \(configuration.loss.dualClip) lies inside the clip range: bad tokens lose their"
          + " gradient before good ones do")
    }
    return notices
  }

  private static func importance(_ configuration: RunConfiguration) -> [String] {
    guard configuration.loss.importance != .none else { return [] }
    var notices = [
      "importance weights stay within rounding of 1 where the policy that is trained has sampled the"
        + " episodes itself; they cost a scoring pass an update"
    ]
    if configuration.loss.importanceCap <= 1 {
      let effect =
        switch configuration.loss.importanceForm {
        case .truncate: "shrinks weights that need no correction"
        case .mask: "masks all tokens that are not equally likely under both policies"
        }
      let usual = configuration.loss.importance == .sequence ? "2 to 10" : "1.5 to 5"
      notices.append(
        "an importance cap of \(configuration.loss.importanceCap) \(effect); \(usual) is usual")
    }
    return notices
  }

  private static func filters(
    _ configuration: RunConfiguration, _ creditVariesWithinTurns: Bool
  ) -> [String] {
    var notices: [String] = []
    let filter = configuration.selection.filter
    if filter != .none, creditVariesWithinTurns {
      notices.append(
        "filter '\(filter.rawValue)' drops groups of equal returns, from which credit by tokens"
          + " could be learnt")
    }
    if filter == .dynamic, configuration.selection.filterBatches == 1 {
      notices.append("filter 'dynamic' with one collection only makes updates smaller")
    }
    if filter == .variance, configuration.budget.groups == 1 {
      notices.append("filter 'variance' has nothing to choose from in one group")
    }
    return notices
  }

  /// Finds options that were set but have no effect without another choice.
  private static func unused(_ configuration: RunConfiguration) -> [String] {
    let defaults = RunConfiguration()
    func changed(_ property: KeyPath<RunConfiguration, some Equatable>) -> Bool {
      configuration[keyPath: property] != defaults[keyPath: property]
    }
    let weighs = configuration.loss.importance != .none
    let idle: [(name: String, isChanged: Bool, isRead: Bool, reader: String)] = [
      ("dualClip", changed(\.loss.dualClip), configuration.loss.clip == .ppo, "clip 'ppo'"),
      (
        "aggregationLength", changed(\.loss.aggregationLength),
        configuration.loss.aggregation == .constant,
        "aggregation 'constant'"
      ),
      ("importanceForm", changed(\.loss.importanceForm), weighs, "importance weights"),
      ("importanceCap", changed(\.loss.importanceCap), weighs, "importance weights"),
      (
        "varianceMass", changed(\.selection.varianceMass),
        configuration.selection.filter == .variance,
        "filter 'variance'"
      ),
      (
        "filterBatches", changed(\.selection.filterBatches),
        configuration.selection.filter == .dynamic,
        "filter 'dynamic'"
      ),
    ]
    return idle.filter { $0.isChanged && !$0.isRead }.map {
      "'\($0.name)' changes nothing without \($0.reader)"
    }
  }
}
