extension Evidence {
  /// The critic, if there is one.
  func requireCritic() throws -> Critic {
    guard let critic else { throw CreditError.missing(.critic) }
    return critic
  }

  /// The process reward model, if there is one.
  func requireProcessModel() throws -> ProcessModel {
    guard let processModel else { throw CreditError.missing(.processModel) }
    return processModel
  }

  /// Numbers of the tokens of one episode, if they have its shape.
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
  /// Throws if the policy sampled nothing in the episode.
  func requireTokens() throws {
    guard sampledTokens > 0 else { throw CreditError.noTokens(episode: name) }
  }
}

extension Evidence.Critic {
  /// The values of an episode, if they have its shape.
  func values(of episode: CreditEpisode, at index: Int) throws -> [[Double]] {
    try episode.requireTokens()
    guard values.indices.contains(index),
      values[index].map(\.count) == episode.turns.map(\.sampledTokens),
      values[index].allSatisfy({ $0.allSatisfy(\.isFinite) })
    else { throw CreditError.criticShape(episode: episode.name) }
    return values[index]
  }

  /// The value after an episode: 0 unless it was cut from outside, and where `bootstraps` is false.
  func valueBehind(
    _ episode: CreditEpisode, at index: Int, bootstraps: Bool = true
  ) throws -> Double {
    guard bootstraps, episode.isTruncated else { return 0 }
    guard bootstrap.indices.contains(index), let value = bootstrap[index], value.isFinite else {
      throw CreditError.noBootstrap(episode: episode.name)
    }
    return value
  }

  /// The value of the state before each turn, read before its first token.
  ///
  /// Behind the last token of a turn the critic already knows the action: read there, a turn's
  /// advantage would have no gradient but on that token (VAGEN's maintainers measured it). A turn
  /// without tokens has the value of the next turn that has some.
  func valuesBeforeTurns(
    of episode: CreditEpisode, at index: Int, behind: Double
  ) throws -> [Double] {
    Self.firstValues(try values(of: episode, at: index), behind: behind)
  }

  /// The first number of each turn; a turn without any has that of the next turn that has some.
  package static func firstValues(_ tokens: [[Double]], behind: Double) -> [Double] {
    var next = behind
    return tokens.reversed().map { tokens in
      next = tokens.first ?? next
      return next
    }.reversed()
  }
}

extension Evidence.ProcessModel {
  /// The value of the state behind each turn: what the turn was scored with.
  ///
  /// After the last turn there is nothing to come, so 0; only an episode cut from outside has the model's
  /// value of the state it was cut off in.
  func valuesBehindTurns(of episode: CreditEpisode, at index: Int) throws -> [Double] {
    let before = try valuesBeforeTurns(of: episode, at: index)
    let last = episode.isTruncated && bootstrap.indices.contains(index) ? bootstrap[index] ?? 0 : 0
    return Array(before.dropFirst()) + [last]
  }

  /// The value of the state before each turn.
  func valuesBeforeTurns(of episode: CreditEpisode, at index: Int) throws -> [Double] {
    guard values.indices.contains(index), values[index].count == episode.turns.count,
      values[index].allSatisfy(\.isFinite),
      !bootstrap.indices.contains(index) || (bootstrap[index] ?? 0).isFinite
    else { throw CreditError.evidenceShape(.processModel, episode: episode.name) }
    return values[index]
  }
}
