package import TurnwiseCore
internal import TurnwiseCredit
package import TurnwiseModel

/// The sampled tokens of episodes, flattened into sequences that a model can be trained on.
package struct TrainingBatch: Sendable {
  /// One sequence for each segment of each tape that holds sampled tokens.
  package private(set) var sequences: [TrainingSequence] = []
  /// The behaviour policy's log-probability of each scored token, in the shape of `sequences`.
  package private(set) var behavior: [[Float]] = []
  /// The turn of each scored token and its number in the turn, in the shape of `sequences`.
  private(set) var places: [[(turn: Int, token: Int)]] = []
  /// The episode that each sequence belongs to.
  package private(set) var owners: [Int] = []
  /// The episode and turn of each scored token, as the loss reads them, in the shape of `sequences`.
  package private(set) var lossPlaces: [[TokenPlace]] = []
  /// The sequences of each episode that has any.
  package private(set) var episodes: [Range<Int>] = []

  /// Flattens episodes.
  ///
  /// - Parameters:
  ///   - episodes: The episodes.
  ///   - firstTurns: The first turn of each episode whose tokens are scored; `nil` to score all turns.
  package init(_ episodes: [Episode], from firstTurns: [Int]? = nil) {
    for (owner, episode) in episodes.enumerated() {
      let first = firstTurns?[owner] ?? 0
      let start = sequences.count
      for segment in episode.tape.segments {
        var scored: [Int] = []
        var behavior: [Float] = []
        var places: [(turn: Int, token: Int)] = []
        for span in segment.spans where span.kind == .sampled && span.turn >= first {
          scored += span.range
          behavior += span.logProbabilities ?? []
          places += span.range.indices.map { (span.turn, $0 - span.start) }
        }
        guard !scored.isEmpty else { continue }
        sequences.append(TrainingSequence(tokens: segment.tokens, scored: scored))
        self.behavior.append(behavior)
        self.places.append(places)
        lossPlaces.append(places.map { TokenPlace(episode: owner, turn: $0.turn) })
        owners.append(owner)
      }
      if start < sequences.count { self.episodes.append(start..<sequences.count) }
    }
  }

  /// The number of scored tokens.
  var scoredCount: Int { sequences.reduce(0) { $0 + $1.scored.count } }
  /// The number of tokens.
  var tokenCount: Int { sequences.reduce(0) { $0 + $1.tokens.count } }

  /// Assigns the credit of episodes to the scored tokens, in the shape of `sequences`.
  func spread(_ credit: [EpisodeCredit]) -> [[Double]] {
    zip(owners, places).map { owner, places in
      places.map { credit[owner].credit(turn: $0.turn, token: $0.token) }
    }
  }

  /// Gathers numbers of scored tokens, in the shape of `sequences`, into `[episode][turn][token]`.
  func gathered(_ numbers: [[Double]], _ episodes: [Episode]) -> [[[Double]]] {
    var gathered = episodes.map { $0.turns.map { _ in [Double]() } }
    for (index, owner) in owners.enumerated() {
      for (place, number) in zip(places[index], numbers[index]) {
        gathered[owner][place.turn].append(number)
      }
    }
    return gathered
  }
}
