/// A policy that does nothing, turn after turn.
public struct NullPolicy: TurnPolicy {
  /// Creates the policy.
  public init() {}
  /// `null`.
  public var name: String { "null" }
  /// Returns the action without calls.
  public func decide(_ situation: Situation, using random: inout Randomness) -> Action { .nothing }
}

/// A policy that picks one of the offered choices, or calls a tool with arguments of noise.
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
    let words = situation.observation.text.string.split { !$0.isLetter && !$0.isNumber }
    var arguments: [String: JSONValue] = [:]
    for (key, schema) in properties.sorted(by: { $0.key < $1.key }) {
      switch schema["type"] {
      case "integer": arguments[key] = .integer(.random(in: 0..<20, using: &random))
      case "number": arguments[key] = .number(.random(in: 0..<1, using: &random))
      case "boolean": arguments[key] = .bool(.random(using: &random))
      default:
        if case .array(let names)? = schema["enum"], let name = names.randomElement(using: &random)
        {
          arguments[key] = name
        } else {
          let count = Int.random(in: 1...3, using: &random)
          let drawn = (0..<count).compactMap { _ in words.randomElement(using: &random) }
          arguments[key] = .string(drawn.joined(separator: " "))
        }
      }
    }
    return .call(tool.name, .object(arguments))
  }
}
