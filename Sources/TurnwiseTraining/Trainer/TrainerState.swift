public import TurnwiseCore
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
    case policy, critic, processModel, processLabels, implicitModel
    case implicitStart, implicitRecipe, reference, iteration, spending
    case brake, creditScale, solved
  }

  /// Reads a state; the sampling temperature is 1 and the number of workers 1.
  ///
  /// - Throws: A `DecodingError`, also where the parts do not belong together.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func refuse(_ key: CodingKeys, _ reason: String) -> DecodingError {
      .dataCorruptedError(forKey: key, in: container, debugDescription: reason)
    }
    let stored = try container.decode(Checkpoint.self, forKey: .policy)
    let shape = stored.model.configuration
    guard shape.head == .tokens else { throw refuse(.policy, "holds no policy") }
    let settings = try PolicySettings(from: decoder)
    guard settings.format.tokenizer.vocabulary == shape.vocabulary else {
      throw refuse(.policy, "does not have the vocabulary of its tokenizer")
    }
    policy = LanguagePolicy(stored.model, settings)
    optimizer = stored.optimizer ?? AdamW(for: stored.model)

    /// A model beside the policy, which must be able to read what the policy reads.
    func model(_ key: CodingKeys, _ head: ModelConfiguration.Head) throws -> Checkpoint? {
      guard let other = try container.decodeIfPresent(Checkpoint.self, forKey: key) else {
        return nil
      }
      if let flaw = shape.flaw(ofReader: other.model.configuration, head: head) {
        throw refuse(key, flaw)
      }
      return other
    }
    critic = try model(.critic, .scalar).map(Critic.init)
    if let checkpoint = try model(.processModel, .scalar) {
      let labels = try container.decode([ProcessModel.Label].self, forKey: .processLabels)
      let context = checkpoint.model.configuration.context
      for (index, label) in labels.enumerated() {
        guard 1...context ~= label.tokens.count, label.value.isFinite, label.update >= 0,
          label.tokens.allSatisfy({ 0..<shape.vocabulary ~= Int($0) })
        else { throw refuse(.processLabels, "label \(index) does not belong to the model") }
      }
      processModel = ProcessModel(critic: Critic(checkpoint), labels: labels)
    }
    if let checkpoint = try model(.implicitModel, .tokens) {
      guard let start = try model(.implicitStart, .tokens)?.model else {
        throw refuse(.implicitStart, "is missing")
      }
      implicitModel = ImplicitModel(
        checkpoint, start: start, try container.decode(ImplicitReward.self, forKey: .implicitRecipe)
      )
    }
    reference = try model(.reference, .tokens)?.model
    iteration = try container.decode(Int.self, forKey: .iteration)
    guard Self.counters ~= iteration else { throw refuse(.iteration, "is \(iteration)") }
    policy.version = String(iteration)
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
      throw refuse(.spending, "\(problem)")
    }
    guard spending.metrics.values.allSatisfy({ Double(Self.counters.upperBound) >= $0 && $0 >= 0 })
    else { throw refuse(.spending, "has a count that is out of range") }
  }

  /// What a counter can be: sums of some of them must not overflow.
  private static let counters = 0...(1 << 53)

  /// Writes the state; models are safetensors files in base64.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Checkpoint(policy.model, optimizer: optimizer), forKey: .policy)
    try policy.settings.encode(to: encoder)
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

extension ModelConfiguration {
  /// Why a model cannot read what the policy of this shape reads, if it cannot.
  fileprivate func flaw(ofReader other: ModelConfiguration, head: Head) -> String? {
    guard other.head == head else {
      return head == .scalar ? "says tokens, not values" : "says values, not tokens"
    }
    guard other.vocabulary == vocabulary else {
      return "has \(other.vocabulary) tokens, and the policy \(vocabulary)"
    }
    guard other.context >= context else {
      return "has a context of \(other.context) tokens, and the policy one of \(context)"
    }
    return nil
  }
}

extension TrainerState {
  /// Why the models cannot read an episode, if they cannot: its tape was written by another policy, or
  /// was changed.
  public func flaw(of episode: Episode) -> String? {
    let shape = policy.model.configuration
    for (index, segment) in episode.tape.segments.enumerated() {
      guard segment.tokens.count <= shape.context else {
        return
          "segment \(index) of its tape has \(segment.tokens.count) tokens, and the run's policy"
          + " has a context of \(shape.context)"
      }
      if let token = segment.tokens.first(where: { !(0..<shape.vocabulary ~= Int($0)) }) {
        return "segment \(index) of its tape has the token \(token), and the run's policy knows"
          + " \(shape.vocabulary) tokens"
      }
    }
    return nil
  }
}
