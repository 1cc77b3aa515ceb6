internal import TurnwiseCore

/// The visits of a group to each state: what GiGPO and related estimators compare.
struct Anchors {
  /// A turn of an episode.
  struct Visit: Hashable {
    var episode: Int
    var turn: Int
  }

  /// The visits to each state, in the order of the group; states in the order of their first visit.
  private(set) var buckets: [[Visit]] = []
  private var places: [[StateKey]: Int] = [:]

  /// Sorts the visits of a group by state and past.
  ///
  /// - Parameters:
  ///   - group: The group.
  ///   - history: How many states before the visited one must be equal too; visits with a shorter
  ///     past are left out.
  /// - Throws: ``CreditError/noStateKey(episode:turn:)``.
  init(_ group: CreditGroup, history: Int = 0) throws {
    for (index, episode) in group.episodes.enumerated() {
      let keys = try episode.turns.enumerated().map { turn, value in
        guard let key = value.stateKey else {
          throw CreditError.noStateKey(episode: episode.name, turn: turn)
        }
        return key
      }
      for turn in keys.indices where turn >= history {
        let key = Array(keys[turn - history...turn])
        let visit = Visit(episode: index, turn: turn)
        if let place = places[key] {
          buckets[place].append(visit)
        } else {
          places[key] = buckets.count
          buckets.append([visit])
        }
      }
    }
  }

  /// Returns the visits to one state.
  func visits(to key: StateKey) -> [Visit] { places[[key]].map { buckets[$0] } ?? [] }

  /// Returns the mean over visits of a number in the shape `[episode][turn]`.
  static func mean(of numbers: [[Double]], over visits: [Visit]) -> Double {
    visits.map { numbers[$0.episode][$0.turn] }.orderedMean
  }
}

extension CreditGroup {
  /// Zero for each turn, in the shape `[episode][turn]`.
  var zeros: [[Double]] { episodes.map { $0.turns.map { _ in 0 } } }

  /// Returns the return-to-go of each turn, in the shape `[episode][turn]`.
  func returnsToGo(gamma: Double) -> [[Double]] {
    episodes.map { $0.returnsToGo(gamma: gamma) }
  }

  /// Returns one number for each episode as the number of each of its turns.
  func broadcast(_ numbers: [Double]) -> [[Double]] {
    zip(episodes, numbers).map { episode, number in episode.turns.map { _ in number } }
  }
}
