public import TurnwiseCore

/// Everything of a language policy but its weights, as checkpoints record it.
public struct PolicySettings: Sendable {
  /// How episodes are laid out as tokens.
  public var format: any PromptFormat
  /// How actions are spelled.
  public var actions: any ActionFormat
  /// The most tokens of an action.
  public var actionLimit: Int

  /// The prompt formats that checkpoints can name: a new one is added here.
  private static let formats: [any PromptFormat.Type] = [PlainPrompt.self]
  /// The action formats that checkpoints can name: a new one is added here.
  private static let actionFormats: [any ActionFormat] = [CompactFormat()]
}

extension LanguagePolicy {
  /// Everything but the weights.
  public var settings: PolicySettings {
    PolicySettings(format: format, actions: actions, actionLimit: actionLimit)
  }

  /// Creates a policy of weights and settings, which samples at temperature 1.
  public init(_ model: Transformer, _ settings: PolicySettings) {
    self.init(
      model, format: settings.format, actions: settings.actions,
      actionLimit: settings.actionLimit)
  }
}

extension PolicySettings: Equatable {
  /// Whether formats and limits are the same.
  public static func == (left: PolicySettings, right: PolicySettings) -> Bool {
    AnyHashable(left.format) == AnyHashable(right.format) && left.actions.name == right.actions.name
      && left.actionLimit == right.actionLimit
  }
}

extension PolicySettings: Codable {
  private enum CodingKeys: String, CodingKey {
    case format, prompt, actions, actionLimit
    /// What a checkpoint of version 1 has in place of format, prompt and actions.
    case tokenizer
  }

  /// Reads settings.
  ///
  /// - Throws: A `DecodingError`, also for formats that are not known here.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func known<T>(_ key: CodingKeys, _ all: [T], _ name: (T) -> String, _ fallback: String) throws
      -> T
    {
      let wanted = try container.decodeIfPresent(String.self, forKey: key) ?? fallback
      guard let found = all.first(where: { name($0) == wanted }) else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: container,
          debugDescription: "is '\(wanted)'; known: \(all.map(name).joined(separator: ", "))")
      }
      return found
    }
    let kind = try known(.format, Self.formats, { $0.id }, PlainPrompt.id)
    format = try container.decode(
      kind, forKey: container.contains(.prompt) ? .prompt : .tokenizer)
    actions = try known(.actions, Self.actionFormats, \.name, CompactFormat().name)
    actionLimit = try container.decode(Int.self, forKey: .actionLimit)
    guard 1...ModelConfiguration.longestContext ~= actionLimit else {
      throw DecodingError.dataCorruptedError(
        forKey: .actionLimit, in: container, debugDescription: "is \(actionLimit)")
    }
  }

  /// Writes the names of the formats, and what the prompt format writes of itself.
  public func encode(to encoder: any Encoder) throws {
    func refuse(_ part: String, _ name: String) throws -> Never {
      throw EncodingError.invalidValue(
        name,
        .init(
          codingPath: encoder.codingPath,
          debugDescription: "the \(part) '\(name)' could not be read again: PolicySettings does not"
            + " list it"))
    }
    if !Self.formats.contains(where: { $0 == type(of: format) }) {
      try refuse("prompt format", type(of: format).id)
    }
    if !Self.actionFormats.contains(where: { $0.name == actions.name }) {
      try refuse("action format", actions.name)
    }
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(type(of: format).id, forKey: .format)
    try container.encode(format, forKey: .prompt)
    try container.encode(actions.name, forKey: .actions)
    try container.encode(actionLimit, forKey: .actionLimit)
  }
}
