extension Evidence {
  /// Plays the forks that estimators ask for, until they ask for nothing new.
  ///
  /// - Parameters:
  ///   - estimators: The estimators that ask.
  ///   - group: The group that is credited.
  ///   - situation: Returns the situation of a point; points of equal situations share their forks.
  ///   - outcome: Plays one continuation.
  mutating func playForks<Situation: Hashable>(
    for estimators: [any CreditEstimator], of group: CreditGroup,
    sharing situation: (ForkPoint) -> Situation, outcome: (ForkPoint) -> ForkOutcome
  ) {
    var played: [Situation: [ForkOutcome]] = [:]
    while true {
      let missing = estimators.flatMap { $0.requests(group, evidence: self) }
        .filter { (forks[$0.point]?.count ?? 0) < $0.count }
      guard !missing.isEmpty else { return }
      for request in missing {
        var outcomes = played[situation(request.point)] ?? []
        while outcomes.count < request.count { outcomes.append(outcome(request.point)) }
        played[situation(request.point)] = outcomes
        forks[request.point] = outcomes
      }
    }
  }
}
