public import TurnwiseCore
public import TurnwiseCredit

/// A group with its evidence, and the credit that every estimator gave it.
public struct CreditedGroup: Sendable {
  /// The episodes.
  public let episodes: [Episode]
  /// The evidence that was measured.
  public let evidence: Evidence
  /// The credit by the name of the estimator.
  public let credit: [String: GroupCredit]

  /// Credits a group.
  ///
  /// - Throws: A `CreditError` of an estimator. Estimators whose names are in `shadows` are left out instead.
  init(
    _ episodes: [Episode], _ evidence: Evidence, by estimators: [CreditedEstimator],
    shadows: Set<String> = []
  ) throws {
    self.episodes = episodes
    self.evidence = evidence
    let group = try CreditGroup(episodes)
    var credit: [String: GroupCredit] = [:]
    for entry in estimators {
      let result = Result {
        let credit = try entry.estimator.credit(group, evidence: evidence)
        for (episode, credit) in zip(episodes, credit.episodes) where !credit.isFinite {
          throw CreditError.creditNotFinite(estimator: entry.spelling, episode: episode.name)
        }
        return credit
      }
      let isShadow = shadows.contains(entry.spelling)
      credit[entry.spelling] = isShadow ? try? result.get() : try result.get()
    }
    self.credit = credit
  }
}

extension EpisodeCredit {
  /// Whether all numbers are finite.
  fileprivate var isFinite: Bool {
    turns.allSatisfy(\.isFinite) && (tokens ?? []).joined().allSatisfy(\.isFinite)
      && (valueTargets ?? []).joined().allSatisfy(\.isFinite)
  }
}
