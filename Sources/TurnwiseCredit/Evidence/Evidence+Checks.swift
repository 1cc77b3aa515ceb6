extension Evidence {
  /// Returns the critic's values.
  func requireCritic() throws -> Critic { try require(.critic) }

  /// Returns the process reward model's values.
  func requireProcessModel() throws -> ProcessModel { try require(.processModel) }

  /// Returns the numbers of the tokens of one episode, if they have its shape.
  static func tokens(
    _ numbers: [[[Double]]]?, of episode: CreditEpisode, at index: Int, _ need: Need
  ) throws -> [[Double]] {
    guard let numbers else { throw CreditError.missing(need) }
    guard numbers.indices.contains(index),
      numbers[index].map(\.count) == episode.turns.map(\.sampledTokens),
      numbers[index].allSatisfy({ $0.allSatisfy(\.isFinite) })
    else { throw CreditError.evidenceShape(need, episode: episode.name) }
    return numbers[index]
  }
}

extension CreditEpisode {
  /// Throws if the policy sampled no token in the episode.
  func requireTokens() throws {
    guard sampledTokens > 0 else { throw CreditError.noTokens(episode: name) }
  }
}

extension Evidence.Critic {
  /// Returns the values of an episode, if they have its shape.
  func values(of episode: CreditEpisode, at index: Int) throws -> [[Double]] {
    try episode.requireTokens()
    guard values.indices.contains(index),
      values[index].map(\.count) == episode.turns.map(\.sampledTokens),
      values[index].allSatisfy({ $0.allSatisfy(\.isFinite) })
    else { throw CreditError.criticShape(episode: episode.name) }
    return values[index]
  }

  /// Returns the value after an episode: 0 unless the episode was cut from outside and `bootstraps` is true.
  func valueAfter(
    _ episode: CreditEpisode, at index: Int, bootstraps: Bool = true
  ) throws -> Double {
    guard bootstraps, episode.isTruncated else { return 0 }
    guard bootstrap.indices.contains(index), let value = bootstrap[index], value.isFinite else {
      throw CreditError.noBootstrap(episode: episode.name)
    }
    return value
  }

  /// Returns the value of the state before each turn, read before its first token.
  ///
  /// After the last token of a turn the critic already knows the action: read there, a turn's
  /// advantage would have a gradient only on that token (VAGEN's maintainers measured it). A turn
  /// without tokens has the value of the next turn that has some.
  func valuesBeforeTurns(
    of episode: CreditEpisode, at index: Int, valueAfter: Double
  ) throws -> [Double] {
    Self.firstValues(try values(of: episode, at: index), valueAfter: valueAfter)
  }

  /// Returns the first number of each turn; a turn without numbers gets that of the next turn with some.
  package static func firstValues(_ tokens: [[Double]], valueAfter: Double) -> [Double] {
    var next = valueAfter
    return tokens.reversed().map { tokens in
      next = tokens.first ?? next
      return next
    }.reversed()
  }
}

extension Evidence.ProcessModel {
  /// Returns the value of the state after each turn, which is the score of the turn.
  ///
  /// After the last turn nothing is to come, so the value is 0. Only an episode that was cut from outside has
  /// the model's value of the state in which it was cut.
  func valuesAfterTurns(of episode: CreditEpisode, at index: Int) throws -> [Double] {
    let before = try valuesBeforeTurns(of: episode, at: index)
    let last = episode.isTruncated && bootstrap.indices.contains(index) ? bootstrap[index] ?? 0 : 0
    return Array(before.dropFirst()) + [last]
  }

  /// Returns the value of the state before each turn.
  func valuesBeforeTurns(of episode: CreditEpisode, at index: Int) throws -> [Double] {
    guard values.indices.contains(index), values[index].count == episode.turns.count,
      values[index].allSatisfy(\.isFinite),
      !bootstrap.indices.contains(index) || (bootstrap[index] ?? 0).isFinite
    else { throw CreditError.evidenceShape(.processModel, episode: episode.name) }
    return values[index]
  }
}
