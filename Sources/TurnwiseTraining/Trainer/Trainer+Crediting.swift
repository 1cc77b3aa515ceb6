internal import TurnwiseCore
internal import TurnwiseCredit
internal import TurnwiseModel

extension Trainer {
  /// Credits the groups of an update by every estimator, after playing the forks that the driver
  /// requests.
  ///
  /// - Returns: The credited groups, and the forks.
  func credit(
    _ played: PlayedEpisodes, _ next: inout TrainerState
  ) async throws -> (credited: [CreditedGroup], forks: [Episode]) {
    var (evidence, scored) = try await next.evidence.measure(
      played.groups, for: estimators.needs,
      by: EvidenceReader(policy: next.policy, workers: workers))
    next.spending.scoredTokens += scored
    var forks: [Episode] = []
    var groups = played.groups
    var continuations: [[ForkPoint: [Episode]]] = groups.map { _ in [:] }
    if driver.estimator.needs.contains(.forks) {
      let report = try await forkRunner("credit", played, next).extend(
        &evidence, of: played.groups, asking: [driver.estimator])
      next.spending.charge(report)
      forks = report.forks.map(\.episode)
      // A group whose continuations were not scored has nothing to compare with, so it is not
      // credited.
      let kept = groups.indices.filter { report.unscored[$0] == nil }
      next.spending.droppedGroups += groups.count - kept.count
      (groups, evidence) = (kept.map { groups[$0] }, kept.map { evidence[$0] })
      continuations = kept.map { report.continuations[$0] }
    }
    let credited = try groups.indices.map {
      try CreditedGroup(
        groups[$0], evidence[$0], continuations: continuations[$0], by: estimators,
        shadows: shadows)
    }
    return (credited, forks)
  }

  /// The estimators that credit the groups besides the driver.
  private var shadows: Set<String> {
    Set(estimators.map(\.spelling)).subtracting([driver.spelling])
  }

  /// A player of continuations of the groups.
  func forkRunner(
    _ purpose: String, _ played: PlayedEpisodes, _ state: TrainerState
  ) -> ForkRunner<E> {
    let snapshots = played.snapshots
    return ForkRunner(state.policy, workers: workers, purpose: purpose) { group, episode, turn in
      snapshots[group][episode][turn]
    }
  }
}
