/// A policy that does nothing in every turn.
public struct NullPolicy: TurnPolicy {
  /// Creates the policy.
  public init() {}
  /// `null`.
  public var name: String { "null" }
  /// Returns the action without calls.
  public func decide(_ situation: Situation, using random: inout Randomness) -> Action { .nothing }
}

/// A policy that takes one of the offered choices at random, or calls a random tool with random arguments.
public struct RandomPolicy: TurnPolicy {
  /// Creates the policy.
  public init() {}
  /// `random`.
  public var name: String { "random" }

  /// Draws an action.
  public func decide(_ situation: Situation, using random: inout Randomness) -> Action {
    if let choice = situation.observation.choices.randomElement(using: &random) { return choice }
    guard let tool = situation.tools.randomElement(using: &random),
      case .object(let properties)? = tool.parameters["properties"]
    else { return .nothing }
    let draw = RandomArguments(
      schema: tool.parameters,
      words: situation.observation.text.string.split { !$0.isLetter && !$0.isNumber }
        .map(String.init))
    var arguments: [String: JSONValue] = [:]
    for (key, schema) in properties.sorted(by: { $0.key < $1.key }) {
      arguments[key] = draw.value(of: schema, depth: 0, using: &random)
    }
    return .call(tool.name, .object(arguments))
  }
}
