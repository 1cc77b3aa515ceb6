public import TurnwiseCore
public import TurnwiseCredit

/// An estimator with its canonical name.
public struct CreditedEstimator: Sendable {
  /// The name with options, such as `turn:gamma=0.95`.
  public var spelling: String
  /// The estimator.
  public var estimator: any CreditEstimator

  /// Names an estimator as a catalog spells it.
  ///
  /// - Throws: An `EncodingError` if the estimator cannot be written as JSON.
  public init(_ estimator: any CreditEstimator, in catalog: EstimatorCatalog) throws {
    spelling = try catalog.spelling(of: estimator)
    self.estimator = estimator
  }
}

extension [CreditedEstimator] {
  /// What any of them needs.
  var needs: Set<Evidence.Need> { reduce(into: []) { $0.formUnion($1.estimator.needs) } }
}

/// The estimators that credit the groups of a run.
public struct EstimatorPanel: Sendable {
  /// The one that drives the updates.
  public var driver: CreditedEstimator
  /// The driver, and beside it those that cost nothing more: one of each family where it can be used
  /// in the environment, and a user's own.
  public var all: [CreditedEstimator]
  /// What to say about the driver before the run starts.
  public var warnings: [String]

  /// What is measured for the panel whoever drives: a critic is always trained, so that a trace shows
  /// what it would have said.
  private static let free: Set<Evidence.Need> = [.critic, .potential, .stateKeys, .tokens]

  /// Chooses estimators for an environment.
  ///
  /// - Parameters:
  ///   - environment: The environment.
  ///   - credit: The driving estimator, as it is spelled on the command line.
  ///   - groupSize: How many episodes a group has.
  ///   - catalog: The estimators that can be named.
  /// - Throws: An ``EstimatorNameError``, or ``TrainingError/refusedCredit(_:)``.
  public init<E: Environment>(
    _ environment: E, credit: String, groupSize: Int, catalog: EstimatorCatalog
  ) throws {
    let session = try Session(
      environment, origin: EpisodeOrigin(seed: 0, split: .train, scenario: 0))
    let setting = CreditSetting(
      groupSize: groupSize, turnLimit: try environment.turnLimit(of: session.scenario),
      hasPotential: environment.potential(session.state) != nil)
    let chosen = try catalog.estimator(credit)
    driver = try CreditedEstimator(chosen, in: catalog)
    let notices = chosen.notices(in: setting)
    guard notices.refusals.isEmpty else { throw TrainingError.refusedCredit(notices.refusals) }
    warnings = notices.map(\.message)
    all = [driver]
    // A critic of shaped rewards says nothing about those that the environment pays.
    let free =
      chosen.shaper != nil && chosen.needs.contains(.critic)
      ? Self.free.subtracting([.critic]) : Self.free
    for name in catalog.shown {
      let estimator = try catalog.estimator(name)
      guard name != driver.spelling, estimator.needs.isSubset(of: free),
        estimator.notices(in: setting).refusals.isEmpty
      else { continue }
      all.append(try CreditedEstimator(estimator, in: catalog))
    }
    all.sort { $0.spelling < $1.spelling }
  }

  /// What to say about the loss of a configuration, given whose credit it is to follow.
  public func lossWarnings(_ configuration: RunConfiguration) -> [String] {
    LossAdvice.notices(
      configuration, creditVariesWithinTurns: driver.estimator.granularity == .token)
  }
}

/// A group with what every estimator says of it.
struct CreditedGroup: Sendable {
  var episodes: [Episode]
  var evidence: Evidence
  var credit: [String: GroupCredit]

  /// Credits a group.
  ///
  /// - Throws: A ``CreditError`` of an estimator, unless it is only looked at: those whose names are in
  ///   `shadows` are left out instead.
  init(
    _ episodes: [Episode], _ evidence: Evidence, by estimators: [CreditedEstimator],
    shadows: Set<String> = []
  ) throws {
    self.episodes = episodes
    self.evidence = evidence
    let group = try CreditGroup(episodes)
    credit = [:]
    for entry in estimators {
      let said = Result {
        let credit = try entry.estimator.credit(group, evidence: evidence)
        for (episode, credit) in zip(episodes, credit.episodes) where !credit.isFinite {
          throw CreditError.creditNotFinite(estimator: entry.spelling, episode: episode.name)
        }
        return credit
      }
      credit[entry.spelling] = shadows.contains(entry.spelling) ? try? said.get() : try said.get()
    }
  }
}

extension EpisodeCredit {
  /// Whether all its numbers are finite.
  fileprivate var isFinite: Bool {
    turns.allSatisfy(\.isFinite) && (tokens ?? []).joined().allSatisfy(\.isFinite)
      && (valueTargets ?? []).joined().allSatisfy(\.isFinite)
  }
}
