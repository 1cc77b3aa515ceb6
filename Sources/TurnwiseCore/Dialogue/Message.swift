/// A message of an episode's dialogue.
///
/// The dialogue is the one view of an episode that prompts, chat requests, exports and pages render:
/// ``Situation/messages`` while it is played, ``Episode/messages(instructions:tools:)`` afterwards.
public enum Message: Hashable, Sendable {
  /// What the agent is told first, and the tools that it has.
  case instructions(String, tools: [ToolDescription])
  /// What the environment shows; an observation that has not changed is not shown again.
  case observation(Text)
  /// What the agent does, and the message that it wrote where that says more.
  case action(Action, ModelMessage?)
  /// What a tool answers; the call is nil where the reply belongs to none, such as to words that could not be
  /// read as a call.
  case reply(ToolReply, to: ToolCall?)

  /// The words of the message.
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
  /// What the agent reads between two actions: the replies to the last one, and the observation if it has
  /// changed.
  ///
  /// - Parameters:
  ///   - last: The turn before; nil before the first turn.
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

  /// The dialogue of some turns, without what comes after the last action.
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
  /// The dialogue so far; the agent's next action follows it.
  public var messages: [Message] { Message.dialogue(turns, instructions, tools) + news }

  /// The end of ``messages`` that the agent has not read yet.
  public var news: [Message] { Message.between(turns.last, observation.text) }
}

extension Episode {
  /// The dialogue of the whole episode, with the replies to the last action.
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
