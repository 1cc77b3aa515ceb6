internal import TurnwiseCore

/// The values of states, estimated by the mean return-to-go of the group from equal states.
struct GroupValues {
  /// The value of the state before each turn, in the shape `[episode][turn]`.
  let before: [[Double]]
  /// The value after each episode: 0, unless it was cut off from outside in a state that others visited.
  let after: [Double]
  /// How many turns started in a state that was visited once.
  let loneTurns: Int
  /// The magnitude of the largest return-to-go, by which rounding is judged.
  let scale: Double

  /// Estimates the values of a group.
  ///
  /// - Throws: ``CreditError/noStateKey(episode:turn:)``.
  init(_ group: CreditGroup, gamma: Double) throws {
    let returns = group.returnsToGo(gamma: gamma)
    let anchors = try Anchors(group)
    var values = group.zeros
    var loneTurns = 0
    for visits in anchors.buckets {
      let mean = Anchors.mean(of: returns, over: visits)
      for visit in visits { values[visit.episode][visit.turn] = mean }
      loneTurns += visits.count == 1 ? 1 : 0
    }
    before = values
    self.loneTurns = loneTurns
    after = group.episodes.map { episode in
      let last = episode.isTruncated ? episode.finalKey.map(anchors.visits) ?? [] : []
      return Anchors.mean(of: returns, over: last)
    }
    scale = returns.joined().map(abs).max() ?? 0
  }
}
