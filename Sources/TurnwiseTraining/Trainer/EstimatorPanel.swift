public import TurnwiseCore
public import TurnwiseCredit

/// An estimator with its canonical name.
public struct CreditedEstimator: Sendable {
  /// The name with options, such as `turn:gamma=0.95`.
  public var spelling: String
  /// The estimator.
  public var estimator: any CreditEstimator

  /// Creates an estimator with the name that a catalog gives it.
  ///
  /// - Throws: An `EncodingError` if the estimator cannot be written as JSON.
  public init(_ estimator: any CreditEstimator, in catalog: EstimatorCatalog) throws {
    spelling = try catalog.spelling(of: estimator)
    self.estimator = estimator
  }
}

extension [CreditedEstimator] {
  /// The kinds of evidence that the estimators need.
  var needs: Set<Evidence.Need> { reduce(into: []) { $0.formUnion($1.estimator.needs) } }
}

/// The estimators that credit the groups of a run.
public struct EstimatorPanel: Sendable {
  /// The estimator that drives the updates.
  public var driver: CreditedEstimator
  /// The driver and the estimators that cost nothing more: one of each family that can be used in
  /// the environment, and the user's own estimators.
  public var all: [CreditedEstimator]
  /// Warnings about the driver, for the start of the run.
  public var warnings: [String]

  /// Chooses estimators for an environment.
  ///
  /// - Parameters:
  ///   - environment: The environment.
  ///   - credit: The driving estimator, as it is spelled on the command line.
  ///   - groupSize: The number of episodes in a group.
  ///   - catalog: The estimators that can be named.
  ///   - evidence: The kinds of evidence that can be measured.
  /// - Throws: An `EstimatorNameError`, or ``TrainingError/refusedCredit(_:)``.
  public init<E: Environment>(
    _ environment: E, credit: String, groupSize: Int, catalog: EstimatorCatalog,
    evidence: EvidenceCatalog = .standard
  ) throws {
    let session = try Session(
      environment, origin: EpisodeOrigin(seed: 0, split: .train, scenario: 0))
    let setting = CreditSetting(
      groupSize: groupSize, turnLimit: try environment.turnLimit(of: session.scenario),
      hasPotential: environment.potential(session.state) != nil,
      hasSubtasks: environment.startsOutsideSubtasks
        || environment.subtask(of: session.state) != nil,
      hasReference: environment.referenceAction(in: session.state) != nil)
    let chosen = try catalog.estimator(credit)
    let notices = chosen.notices(in: setting)
    driver = try CreditedEstimator(chosen, in: catalog)
    warnings = notices.map(\.message)
    all = [driver]
    let unmet = chosen.needs.sorted().filter { !evidence.meets($0) && !setting.lacks($0) }
    let refusals =
      notices.refusals
      + unmet.map { "'\(type(of: chosen).id)' cannot be used here: \($0.remedy)" }
    guard refusals.isEmpty else { throw TrainingError.refusedCredit(refusals) }
    /// Whether the evidence is available whichever estimator drives. A model that has learnt from
    /// shaped rewards knows nothing about the rewards of the environment.
    func isFree(_ need: Evidence.Need) -> Bool {
      if need.isRecorded != nil { return true }
      let isShaped = chosen.shaper != nil && chosen.needs.contains(need)
      return evidence[need]?.isAlwaysMeasured == true && !isShaped
    }
    for name in catalog.shown(hasSubtasks: setting.hasSubtasks) {
      let estimator = try catalog.estimator(name)
      guard name != driver.spelling, estimator.needs.allSatisfy(isFree),
        estimator.notices(in: setting).refusals.isEmpty
      else { continue }
      all.append(try CreditedEstimator(estimator, in: catalog))
    }
    all.sort { $0.spelling < $1.spelling }
  }

  /// Returns warnings about how the options of a configuration fit the driver.
  public func warnings(about configuration: RunConfiguration) -> [String] {
    var warnings = LossAdvice.notices(
      configuration, creditVariesWithinTurns: driver.estimator.granularity == .token)
    guard driver.estimator.needs.contains(.critic) else { return warnings }
    if configuration.critic.head == .categorical, configuration.critic.normalization {
      warnings.append("a categorical critic has no unit, so --critic-normalization changes nothing")
    }
    if configuration.critic.demonstrations > 0 {
      let reason =
        !configuration.warmStart.isEmpty
        ? "a run that starts with the policy of another run has no demonstrations"
        : driver.estimator.shaper != nil
          ? "demonstrations do not show the rewards of a shaper"
          : driver.estimator.discount == nil
            ? "demonstrations do not show discounts of tokens" : nil
      if let reason {
        warnings.append("\(reason), so the critic is not fitted to any (--critic-demonstrations)")
      }
    }
    return warnings
  }
}
