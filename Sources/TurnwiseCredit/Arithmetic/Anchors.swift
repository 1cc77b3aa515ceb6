internal import TurnwiseCore

/// Visits of a group to the same state: the anchors of GiGPO and its kin.
struct Anchors {
  /// A turn of an episode.
  struct Visit: Hashable {
    var episode: Int
    var turn: Int
  }

  /// The visits to each state, in the order of the group; states in the order of their first visit.
  private(set) var buckets: [[Visit]] = []
  private var places: [[StateKey]: Int] = [:]

  /// Gathers visits to states with an equal past.
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

  /// The visits to one state.
  func visits(to key: StateKey) -> [Visit] { places[[key]].map { buckets[$0] } ?? [] }

  /// The mean over visits of a number in the shape `[episode][turn]`.
  ///
  /// Summed in ascending order, so that the order of the episodes does not show.
  static func mean(of numbers: [[Double]], over visits: [Visit]) -> Double {
    let values = visits.map { numbers[$0.episode][$0.turn] }.sorted()
    return values.reduce(0, +) / Double(values.count)
  }
}

extension CreditGroup {
  /// Zero for each turn, in the shape `[episode][turn]`.
  var zeros: [[Double]] { episodes.map { $0.turns.map { _ in 0 } } }

  /// Returns-to-go in the shape `[episode][turn]`.
  func returnsToGo(gamma: Double) -> [[Double]] {
    episodes.map { $0.returnsToGo(gamma: gamma) }
  }

  /// The group's turns with one number for each episode.
  func broadcast(_ numbers: [Double]) -> [[Double]] {
    zip(episodes, numbers).map { episode, number in episode.turns.map { _ in number } }
  }
}
