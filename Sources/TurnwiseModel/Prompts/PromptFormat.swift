public import TurnwiseCore

/// How the messages of an episode are laid out as tokens.
///
/// A format is part of a policy and its checkpoint. It renders `Situation.messages`; where tokens begin and end,
/// and which of them are trained, is the same for all formats.
public protocol PromptFormat: Codable, Hashable, Sendable {
  /// The name of the kind, which checkpoints record.
  static var id: String { get }
  /// What makes tokens of words.
  var tokenizer: any Tokenizer { get }
  /// The tokens that come before an action and tell the model to write one.
  var opening: [Int32] { get }
  /// The token that ends an action. The policy samples it, too.
  var end: Int32 { get }
  /// Returns the tokens of messages that the agent has not read yet, without ``opening``.
  func tokens(reading messages: [Message]) -> [Int32]
  /// Returns what a token is called that stands for no bytes, such as `end`; nil for other tokens.
  func mark(_ token: Int32) -> String?
}

extension PromptFormat {
  /// Appends what comes before an action to a tape: what the agent has not read yet, or a new segment where
  /// the observation starts a new context.
  public func appendPrompt(of situation: Situation, to tape: inout TokenTape) {
    let turn = situation.turns.count
    if situation.startsContext {
      tape.startSegment()
      tape.append(
        tokens(reading: [.observation(situation.observation.text)]), as: .observation, turn: turn)
      tape.append(opening, as: .template, turn: turn)
      return
    }
    // An action that was cut at its limit has no end of its own.
    if let last = tape.context.last, last != end { tape.append([end], as: .template, turn: turn) }
    let unread = situation.turns.isEmpty ? situation.messages : situation.news
    tape.append(tokens(reading: unread), as: .observation, turn: turn)
    tape.append(opening, as: .template, turn: turn)
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
  /// - Returns: The tokens, which end with ``opening``.
  package func nextContext(of episode: Episode, window: Int) -> [Int32] {
    let read = episode.tape.context
    let last = episode.turns.last
    let news = Message.between(
      last, episode.finalObservation ?? last?.observation.text ?? "")
    let unread = (read.last == nil || read.last == end ? [] : [end]) + tokens(reading: news)
    let room = max(0, window - read.count - opening.count)
    return Array((read + unread.prefix(room) + opening).suffix(window))
  }

  /// Lays out the actions of a demonstration as tokens to imitate.
  ///
  /// - Parameters:
  ///   - episode: The demonstration, or one of its `Episode.contexts`.
  ///   - isImitated: Says of a turn whether its action is to be imitated; the others are only read.
  /// - Returns: The sequence, with the tokens of the imitated actions and their ends scored.
  public func demonstration(
    _ episode: Episode, imitating isImitated: (Turn) -> Bool = { _ in true }
  ) -> TrainingSequence {
    demonstrationByTurn(episode, imitating: isImitated).sequence
  }

  /// Lays out a demonstration, and says which turn each scored token belongs to.
  package func demonstrationByTurn(
    _ episode: Episode, imitating isImitated: (Turn) -> Bool = { _ in true }
  ) -> (sequence: TrainingSequence, turns: [Int]) {
    var tokens: [Int32] = []
    var scored: [Int] = []
    var turns: [Int] = []
    var last: Turn?
    for (number, turn) in episode.turns.enumerated() {
      tokens += self.tokens(reading: Message.between(last, turn.observation.text)) + opening
      let action = tokenizer.encode(turn.action.text.bytes) + [end]
      if isImitated(turn) {
        scored += tokens.count..<tokens.count + action.count
        turns += action.map { _ in number }
      }
      tokens += action
      last = turn
    }
    return (TrainingSequence(tokens: tokens, scored: scored), turns)
  }
}
