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
  /// The continuations of `evidence`, as they were recorded.
  private let continuations: [ForkPoint: [Episode]]

  /// Credits a group.
  ///
  /// - Throws: A `CreditError` of an estimator. Estimators whose names are in `shadows` are left out instead.
  package init(
    _ episodes: [Episode], _ evidence: Evidence, continuations: [ForkPoint: [Episode]] = [:],
    by estimators: [CreditedEstimator], shadows: Set<String> = []
  ) throws {
    self.episodes = episodes
    self.evidence = evidence
    self.continuations = continuations
    let group = try CreditGroup(episodes)
    var credit: [String: GroupCredit] = [:]
    for entry in estimators {
      let result = Result {
        let credit = try entry.estimator.credit(group, evidence: evidence)
        for (episode, credit) in zip(episodes, credit.episodes) where !credit.isFinite {
          throw CreditError.creditNotFinite(estimator: entry.spelling, episode: episode.name)
        }
        for (point, branches) in credit.branches
        where !branches.joined().allSatisfy(\.isFinite) {
          throw CreditError.creditNotFinite(
            estimator: entry.spelling, episode: episodes[point.episode].name)
        }
        return credit
      }
      let isShadow = shadows.contains(entry.spelling)
      credit[entry.spelling] = isShadow ? try? result.get() : try result.get()
    }
    self.credit = credit
  }
}

extension CreditedGroup {
  /// The endings of the continuations from a point, as far as they were recorded.
  func endings(of point: ForkPoint, count: Int) -> [Ending?] {
    let known: [Ending?] = (continuations[point] ?? []).map(\.ending)
    return known + [Ending?](repeating: nil, count: max(0, count - known.count))
  }

  /// An episode that the policy learns from.
  package struct Lesson {
    /// The episode.
    package var episode: Episode
    /// The first turn that is learnt; a continuation shares the turns before it with its parent, which
    /// learns them itself.
    package var firstTurn = 0
    /// The credit of all turns.
    package var credit: EpisodeCredit
  }

  /// The episodes, and the continuations that an estimator has credited.
  ///
  /// Points in the same situation share their continuations. Each is learnt once, with its credit at the
  /// first of these points.
  package func lessons(of estimator: String) -> [Lesson] {
    guard let credit = credit[estimator] else { return [] }
    let own = zip(episodes, credit.episodes).map { Lesson(episode: $0, credit: $1) }
    var seen: Set<String> = []
    let branches = credit.branches.sorted { $0.key < $1.key }.flatMap { point, branches in
      zip(continuations[point] ?? [], branches).compactMap { episode, turns -> Lesson? in
        // A continuation whose environment had ended has no turn of its own.
        guard episode.turns.count == point.turn + turns.count,
          seen.insert(episode.name).inserted
        else { return nil }
        let past = Array(repeating: 0.0, count: point.turn)
        return Lesson(
          episode: episode, firstTurn: point.turn, credit: EpisodeCredit(turns: past + turns))
      }
    }
    return own + branches
  }
}

extension EpisodeCredit {
  /// Whether all numbers are finite.
  fileprivate var isFinite: Bool {
    turns.allSatisfy(\.isFinite) && (tokens ?? []).joined().allSatisfy(\.isFinite)
      && (valueTargets ?? []).joined().allSatisfy(\.isFinite)
  }
}
