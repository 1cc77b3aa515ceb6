public import TurnwiseCore

/// How an episode is laid out as tokens.
///
/// A turn is what the agent has not read yet, the token `act`, the action as sampled, and the token
/// `end`, which is sampled too. Neither instructions nor tool descriptions are among the tokens: they
/// are the same in every episode, and a policy trained from scratch learns them from demonstrations.
public struct PromptFormat: Codable, Hashable, Sendable {
  /// The tokens that stand for no bytes.
  public static let special = ["act", "end"]

  /// The tokenizer.
  public let tokenizer: Tokenizer
  /// The token that an action follows.
  public let act: Int32
  /// The token that ends an action.
  public let end: Int32

  /// Uses a tokenizer that was trained with ``special``.
  public init(_ tokenizer: Tokenizer) {
    guard let act = tokenizer.special("act"), let end = tokenizer.special("end") else {
      mistake("The tokenizer has no tokens 'act' and 'end'.")
    }
    (self.tokenizer, self.act, self.end) = (tokenizer, act, end)
  }

  /// Trains a tokenizer on episodes.
  ///
  /// - Parameters:
  ///   - episodes: Episodes whose words are typical.
  ///   - vocabulary: How many tokens there shall be at most.
  public init(training episodes: [Episode], vocabulary: Int) {
    let texts = episodes.flatMap { episode in
      episode.turns.flatMap { turn in
        [turn.observation.text.bytes, turn.action.text.bytes] + turn.replies.map(\.text.bytes)
      }
    }
    self.init(Tokenizer(training: texts, vocabulary: vocabulary, special: Self.special))
  }

  /// The tokens of what the agent has not read yet, a line each.
  func observation(_ news: [Text]) -> [Int32] {
    var tokens: [Int32] = []
    for text in news where !text.isEmpty {
      if !tokens.isEmpty { tokens.append(Int32(UInt8(ascii: "\n"))) }
      tokens += tokenizer.encode(text.bytes)
    }
    return tokens
  }

  /// Appends what comes before an action to a tape.
  public func appendPrompt(of situation: Situation, to tape: inout TokenTape) {
    let turn = situation.turns.count
    // An action that was cut at its limit has no end of its own.
    if let last = tape.context.last, last != end { tape.append([end], as: .template, turn: turn) }
    tape.append(observation(situation.news), as: .observation, turn: turn)
    tape.append([act], as: .template, turn: turn)
  }

  /// The context that the turn after an episode's last one would have been decided on: what was read so
  /// far, the replies to the last action, and the prompt.
  ///
  /// Nothing is sampled on it: it is there to be scored. An episode that filled its context has no room
  /// for all of that. Then the end of what is new is left out, and after that the oldest tokens.
  ///
  /// - Parameters:
  ///   - episode: An episode that was cut from outside.
  ///   - window: The most tokens.
  /// - Returns: The tokens, of which `act` is the last.
  package func nextContext(of episode: Episode, window: Int) -> [Int32] {
    let read = episode.tape.context
    var situation = Situation(
      observation: Observation(
        episode.finalObservation ?? episode.turns.last?.observation.text ?? ""), turns: [])
    situation.turns = Array(episode.turns.suffix(1))
    let news = (read.last == nil || read.last == end ? [] : [end]) + observation(situation.news)
    let room = max(0, window - read.count - 1)
    return Array((read + news.prefix(room) + [act]).suffix(window))
  }

  /// Lays out the actions of a demonstration as tokens to imitate.
  ///
  /// - Parameters:
  ///   - episode: The demonstration.
  ///   - isImitated: Says of a turn whether its action is to be imitated; the others are only read.
  /// - Returns: The sequence, with the tokens of the imitated actions and their ends scored.
  public func demonstration(
    _ episode: Episode, imitating isImitated: (Turn) -> Bool = { _ in true }
  ) -> TrainingSequence {
    var tokens: [Int32] = []
    var scored: [Int] = []
    for (index, turn) in episode.turns.enumerated() {
      var situation = Situation(observation: turn.observation, turns: [])
      situation.turns = Array(episode.turns[..<index].suffix(1))
      tokens += observation(situation.news)
      tokens.append(act)
      let action = tokenizer.encode(turn.action.text.bytes) + [end]
      if isImitated(turn) { scored += tokens.count..<tokens.count + action.count }
      tokens += action
    }
    return TrainingSequence(tokens: tokens, scored: scored)
  }
}
