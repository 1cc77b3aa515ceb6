internal import Foundation
public import TurnwiseModel
internal import TurnwiseNumerics

/// Everything that a trainer needs to go on.
public struct TrainerState: Sendable {
  /// The policy.
  public var policy: LanguagePolicy
  /// The state of the policy's optimiser.
  public var optimizer: AdamW
  /// The critic, from the first update on.
  public var critic: Critic?
  /// The warm start, for the divergence from it.
  public var reference: Transformer?
  /// How many updates were made.
  public var iteration = 0
  /// What was spent.
  public var spending = Spending()

  /// Starts from a policy.
  public init(_ policy: LanguagePolicy, keepsReference: Bool) {
    self.policy = policy
    optimizer = AdamW(for: policy.model)
    reference = keepsReference ? policy.model : nil
  }
}

extension TrainerState: Codable {
  private enum CodingKeys: String, CodingKey {
    case policy, tokenizer, actionLimit, critic, reference, iteration, spending
  }

  /// Reads a state. The sampling temperature is 1 and the number of workers 1.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func checkpoint(_ key: CodingKeys) throws -> Checkpoint? {
      guard let data = try container.decodeIfPresent(Data.self, forKey: key) else { return nil }
      return try Checkpoint(decoding: Safetensors(decoding: data))
    }
    guard let stored = try checkpoint(.policy), stored.model.configuration.head == .tokens else {
      throw DecodingError.dataCorruptedError(
        forKey: .policy, in: container, debugDescription: "holds no policy")
    }
    let tokenizer = try container.decode(Tokenizer.self, forKey: .tokenizer)
    guard tokenizer.vocabulary <= stored.model.configuration.vocabulary,
      PromptFormat.special.allSatisfy({ tokenizer.special($0) != nil })
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .tokenizer, in: container, debugDescription: "does not belong to the policy")
    }
    policy = LanguagePolicy(
      stored.model, format: PromptFormat(tokenizer),
      actionLimit: try container.decode(Int.self, forKey: .actionLimit))
    optimizer = stored.optimizer ?? AdamW(for: stored.model)
    critic = try checkpoint(.critic).map {
      Critic(model: $0.model, optimizer: $0.optimizer ?? AdamW(for: $0.model))
    }
    reference = try checkpoint(.reference)?.model
    iteration = try container.decode(Int.self, forKey: .iteration)
    spending = try container.decode(Spending.self, forKey: .spending)
  }

  /// Writes the state; models are safetensors files in base64.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(
      Checkpoint(policy.model, optimizer: optimizer).encoded().encoded(), forKey: .policy)
    try container.encode(policy.format.tokenizer, forKey: .tokenizer)
    try container.encode(policy.actionLimit, forKey: .actionLimit)
    if let critic {
      try container.encode(
        Checkpoint(critic.model, optimizer: critic.optimizer).encoded().encoded(), forKey: .critic)
    }
    if let reference {
      try container.encode(Checkpoint(reference).encoded().encoded(), forKey: .reference)
    }
    try container.encode(iteration, forKey: .iteration)
    try container.encode(spending, forKey: .spending)
  }
}
