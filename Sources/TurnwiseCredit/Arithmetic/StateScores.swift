/// How promising the states of an episode were: its return so far plus what is expected to come.
///
/// A state without a potential has no score. After the end of an episode the score is what the episode earned.
struct StateScores {
  /// The score of the state before the first turn.
  let start: Double?
  /// The score of the state after each turn.
  let after: [Double?]

  /// Reads the scores of an episode.
  ///
  /// - Throws: ``CreditError/noPotential(episode:turn:)`` if no state has a potential, as this means that the
  ///   environment has none; a ``CreditError`` if the model's values are missing or malformed.
  init(
    _ source: PotentialShaping.Source, of episode: CreditEpisode, at index: Int,
    _ evidence: Evidence
  ) throws {
    let last: Double?
    let before: [Double?]
    switch source {
    case .environment:
      before = episode.turns.map(\.potential)
      guard before.contains(where: { $0 != nil }) else {
        throw CreditError.noPotential(episode: episode.name, turn: 0)
      }
      last = episode.isTruncated ? nil : 0
    case .model:
      let model = try evidence.requireProcessModel()
      before = try model.valuesBeforeTurns(of: episode, at: index)
      last = try model.valuesAfterTurns(of: episode, at: index).last
    }
    var paid = 0.0
    start = before.first ?? nil
    after = zip(episode.turns, before.dropFirst() + [last]).map { turn, ahead in
      paid += turn.reward ?? 0
      return ahead.map { paid + $0 }
    }
  }

  /// The gain of each scored turn over the score before it; 0 for a turn without a score.
  ///
  /// A turn that is the first to be scored gains nothing, as it has nothing to be compared with.
  var progress: [Double] {
    var known = start
    return after.map { score in
      guard let score else { return 0 }
      defer { known = score }
      return known.map { score - $0 } ?? 0
    }
  }

  /// The gain of the last score over the first.
  var gain: Double {
    let scores = ([start] + after).compactMap(\.self)
    return (scores.last ?? 0) - (scores.first ?? 0)
  }
}
