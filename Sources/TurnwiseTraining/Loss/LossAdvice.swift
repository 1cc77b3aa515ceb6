/// What to say about the loss of a run before it starts.
public enum LossAdvice {
  /// Returns what degenerates or contradicts itself in the loss of a configuration.
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

  /// Where parts of the loss see other units than the credit does.
  private static func granularity(
    _ configuration: RunConfiguration, _ creditVariesWithinTurns: Bool
  ) -> [String] {
    var notices: [String] = []
    let (aggregation, ratio) = (configuration.aggregation, configuration.ratio)
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

  /// Where clipping does nothing, or nearly everything.
  private static func ratios(_ configuration: RunConfiguration) -> [String] {
    var notices: [String] = []
    let (ratio, defaults) = (configuration.ratio, RunConfiguration())
    if ratio == .sequenceMean, max(configuration.clipLow, configuration.clipHigh) > 0.01 {
      notices.append(
        "ratio 'sequence-mean' stays so close to 1 that a clip range of"
          + " \(configuration.clipLow) and \(configuration.clipHigh) never acts; GSPO uses 3e-4 and 4e-4")
    }
    if configuration.epochs * configuration.minibatches == 1 {
      if ratio != defaults.ratio || configuration.clip != defaults.clip {
        notices.append(
          "with one step an update every ratio is 1: 'ratio' and 'clip' change nothing")
      }
    } else if ratio == .sequence {
      notices.append(
        "ratio 'sequence' is a product over all tokens of an episode, which leaves any range when"
          + " each is off by a little; 'sequence-mean' does not")
    }
    if configuration.clip == .ppo, configuration.dualClip > 0,
      configuration.dualClip < 1 + configuration.clipHigh
    {
      notices.append(
        "a dual clip of \(configuration.dualClip) lies inside the clip range: bad tokens lose their"
          + " gradient before good ones do")
    }
    return notices
  }

  private static func importance(_ configuration: RunConfiguration) -> [String] {
    guard configuration.importance != .none, configuration.importanceCap <= 1 else { return [] }
    let usual = configuration.importance == .sequence ? "2 to 10" : "1.5 to 5"
    switch configuration.importanceForm {
    case .truncate:
      return [
        "an importance cap of \(configuration.importanceCap) shrinks weights that need no"
          + " correction; \(usual) is usual"
      ]
    case .mask:
      return [
        "an importance cap of \(configuration.importanceCap) masks all that is not equally likely"
          + " under both policies; \(usual) is usual"
      ]
    }
  }

  private static func filters(
    _ configuration: RunConfiguration, _ creditVariesWithinTurns: Bool
  ) -> [String] {
    var notices: [String] = []
    let filter = configuration.filter
    if filter != .none, creditVariesWithinTurns {
      notices.append(
        "filter '\(filter.rawValue)' drops groups of equal returns, from which credit by tokens"
          + " could be learnt")
    }
    if filter == .dynamic, configuration.filterBatches == 1 {
      notices.append("filter 'dynamic' with one collection only makes updates smaller")
    }
    if filter == .variance, configuration.groups == 1 {
      notices.append("filter 'variance' has nothing to choose from in one group")
    }
    return notices
  }

  /// Options that were set beside the choice that would read them.
  private static func unused(_ configuration: RunConfiguration) -> [String] {
    let defaults = RunConfiguration()
    func changed(_ property: KeyPath<RunConfiguration, some Equatable>) -> Bool {
      configuration[keyPath: property] != defaults[keyPath: property]
    }
    let options = [
      (changed(\.dualClip), configuration.clip == .ppo, "dualClip", "clip 'ppo'"),
      (
        changed(\.aggregationLength), configuration.aggregation == .constant, "aggregationLength",
        "aggregation 'constant'"
      ),
      (
        changed(\.importanceForm), configuration.importance != .none, "importanceForm",
        "an importance level"
      ),
      (
        changed(\.importanceCap), configuration.importance != .none, "importanceCap",
        "an importance level"
      ),
      (changed(\.varianceMass), configuration.filter == .variance, "varianceMass", "filter 'variance'"),
      (changed(\.filterBatches), configuration.filter == .dynamic, "filterBatches", "filter 'dynamic'"),
    ]
    return options.filter { $0.0 && !$0.1 }.map { "'\($0.2)' changes nothing without \($0.3)" }
  }
}
