internal import TurnwiseCore
internal import TurnwiseCredit
public import TurnwiseModel

/// Everything that a trainer needs to go on.
public struct TrainerState: Sendable {
  /// The policy.
  public var policy: LanguagePolicy
  /// The state of the policy's optimiser.
  public var optimizer: AdamW
  /// The critic, from the first update on.
  public var critic: Critic?
  /// The process reward model, once an estimator needed one.
  public var processModel: ProcessModel?
  /// The implicit process reward model, once an estimator needed one.
  public var implicitModel: ImplicitModel?
  /// The warm start, for the divergence from it.
  public var reference: Transformer?
  /// How many updates were made.
  public var iteration = 0
  /// What was spent.
  public var spending = Spending()
  /// What updates are usually like, and how many were taken back.
  public internal(set) var brake = UpdateBrake()
  /// What credit is divided by.
  var creditScale = CreditScale()
  /// What is known of solved groups.
  var solved = SolvedGroups()

  /// Starts from a policy.
  public init(_ policy: LanguagePolicy, _ configuration: RunConfiguration) {
    self.policy = policy
    optimizer = AdamW(for: policy.model, epsilon: Float(configuration.adamEpsilon))
    reference = configuration.klWeight > 0 ? policy.model : nil
  }
}

extension TrainerState: Codable {
  private enum CodingKeys: String, CodingKey {
    case policy, tokenizer, actionLimit, critic, processModel, processLabels, implicitModel
    case implicitStart, implicitRecipe, reference, iteration, spending
    case brake, creditScale, solved
  }

  /// Reads a state; the sampling temperature is 1 and the number of workers 1.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let stored = try container.decode(Checkpoint.self, forKey: .policy)
    guard stored.model.configuration.head == .tokens else {
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
    critic = try container.decodeIfPresent(Checkpoint.self, forKey: .critic).map(Critic.init)
    processModel = try container.decodeIfPresent(Checkpoint.self, forKey: .processModel).map {
      ProcessModel(
        critic: Critic($0),
        labels: try container.decode([ProcessModel.Label].self, forKey: .processLabels))
    }
    implicitModel = try container.decodeIfPresent(Checkpoint.self, forKey: .implicitModel).map {
      ImplicitModel(
        $0, start: try container.decode(Checkpoint.self, forKey: .implicitStart).model,
        try container.decode(ImplicitReward.self, forKey: .implicitRecipe))
    }
    reference = try container.decodeIfPresent(Checkpoint.self, forKey: .reference)?.model
    iteration = try container.decode(Int.self, forKey: .iteration)
    // A state of an earlier version does not know what is usual.
    brake = try container.decodeIfPresent(UpdateBrake.self, forKey: .brake) ?? UpdateBrake()
    creditScale =
      try container.decodeIfPresent(CreditScale.self, forKey: .creditScale) ?? CreditScale()
    solved = try container.decodeIfPresent(SolvedGroups.self, forKey: .solved) ?? SolvedGroups()
    let spent = try container.decode([String: JSONValue].self, forKey: .spending)
    do {
      // What an earlier version did not count stays 0, so that its policies can still be read.
      spending = try Parameters.setting(spent, of: Spending())
    } catch let problem as Parameters.Problem {
      throw DecodingError.dataCorruptedError(
        forKey: .spending, in: container, debugDescription: "\(problem)")
    }
  }

  /// Writes the state; models are safetensors files in base64.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Checkpoint(policy.model, optimizer: optimizer), forKey: .policy)
    try container.encode(policy.format.tokenizer, forKey: .tokenizer)
    try container.encode(policy.actionLimit, forKey: .actionLimit)
    try container.encodeIfPresent(critic?.checkpoint, forKey: .critic)
    if let processModel {
      try container.encode(processModel.critic.checkpoint, forKey: .processModel)
      try container.encode(processModel.labels, forKey: .processLabels)
    }
    if let implicitModel {
      try container.encode(implicitModel.checkpoint, forKey: .implicitModel)
      try container.encode(Checkpoint(implicitModel.start), forKey: .implicitStart)
      try container.encode(implicitModel.recipe, forKey: .implicitRecipe)
    }
    try container.encodeIfPresent(reference.map { Checkpoint($0) }, forKey: .reference)
    try container.encode(iteration, forKey: .iteration)
    try container.encode(spending, forKey: .spending)
    try container.encode(brake, forKey: .brake)
    try container.encode(creditScale, forKey: .creditScale)
    try container.encode(solved, forKey: .solved)
  }
}
