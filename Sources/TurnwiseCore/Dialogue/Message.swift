/// A message of an episode's dialogue.
///
/// Prompts, chat requests and exports all render an episode from its dialogue: ``Situation/messages`` while
/// the episode is played, ``Episode/messages(instructions:tools:)`` afterwards.
public enum Message: Hashable, Sendable {
  /// The environment's instructions and tools.
  case instructions(String, tools: [ToolDescription])
  /// An observation. One that has not changed is not repeated.
  case observation(Text)
  /// The agent's action, with the message that a model wrote if that contains more.
  case action(Action, ModelMessage?)
  /// A tool's reply. The call is nil if the reply belongs to none, such as a reply to text that could not be
  /// read as a call.
  case reply(ToolReply, to: ToolCall?)

  /// The text of the message.
  public var text: Text {
    switch self {
    case .instructions(let words, _): Text(words)
    case .observation(let text): text
    case .action(let action, let message): message?.text ?? action.text
    case .reply(let reply, _): reply.text
    }
  }
}

extension Message {
  /// Returns what the agent reads between two actions: the replies to the last one, and the observation if it
  /// has changed.
  ///
  /// - Parameters:
  ///   - last: The previous turn; nil before the first turn.
  ///   - observation: The present observation.
  /// - Returns: The messages, in order.
  public static func between(_ last: Turn?, _ observation: Text) -> [Message] {
    guard let last else { return [.observation(observation)] }
    let calls = last.action.problem == nil ? last.action.calls : []
    var messages = last.replies.enumerated().map { index, reply in
      Message.reply(reply, to: calls.indices.contains(index) ? calls[index] : nil)
    }
    if last.observation.text != observation { messages.append(.observation(observation)) }
    return messages
  }

  /// The dialogue of some turns, up to the last action.
  fileprivate static func dialogue(
    _ turns: [Turn], _ instructions: String, _ tools: [ToolDescription]
  ) -> [Message] {
    var messages: [Message] = [.instructions(instructions, tools: tools)]
    var last: Turn?
    for turn in turns {
      messages += between(last, turn.observation.text)
      messages.append(.action(turn.action, turn.message))
      last = turn
    }
    return messages
  }
}

extension Situation {
  /// The dialogue so far, which the agent's next action continues.
  public var messages: [Message] { Message.dialogue(turns, instructions, tools) + news }

  /// The last ``messages``, which the agent has not read yet.
  public var news: [Message] { Message.between(turns.last, observation.text) }

  /// Whether the observation has changed to one with which a new context begins
  /// (``Observation/startsContext``).
  public var startsContext: Bool { observation.startsContext(after: turns.last) }
}

extension Observation {
  /// Whether a new context begins with this observation, given the turn before it.
  fileprivate func startsContext(after last: Turn?) -> Bool {
    startsContext && last.map { $0.observation.text != text } ?? false
  }
}

extension Array where Element == Turn {
  /// The number of contexts that the observations of the turns divide them into; see ``Episode/contexts``.
  package var contextCount: Int { contextStarts.count }

  /// The first turn of each context.
  fileprivate var contextStarts: [Int] {
    indices.filter { $0 == 0 || self[$0].observation.startsContext(after: self[$0 - 1]) }
  }
}

extension Episode {
  /// The episode divided where its observations start new contexts, each part with its turns alone.
  ///
  /// The parts are what a policy with a small context reads as one piece, and so what it can imitate as one.
  /// An episode without such observations is its only part.
  public var contexts: [Episode] {
    let starts = turns.contextStarts
    guard starts.count > 1 else { return [self] }
    return zip(starts, starts.dropFirst() + [turns.count]).map { start, end in
      var part = self
      part.turns = Array(turns[start..<end])
      return part
    }
  }
}

extension Episode {
  /// Returns the dialogue of the whole episode, including the replies to the last action.
  ///
  /// - Parameters:
  ///   - instructions: The environment's ``Environment/instructions``.
  ///   - tools: The descriptions of its tools.
  /// - Returns: The messages, in order.
  public func messages(instructions: String = "", tools: [ToolDescription] = []) -> [Message] {
    guard let last = turns.last else { return [.instructions(instructions, tools: tools)] }
    return Message.dialogue(turns, instructions, tools)
      + Message.between(last, finalObservation ?? last.observation.text)
  }
}
