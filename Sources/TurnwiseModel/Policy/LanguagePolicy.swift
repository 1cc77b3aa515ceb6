public import TurnwiseCore

/// A policy that reads and writes tokens with a transformer.
public struct LanguagePolicy: Policy {
  /// The model.
  public var model: Transformer
  /// How episodes are laid out as tokens.
  public var format: any PromptFormat
  /// How actions are spelled.
  public var actions: any ActionFormat
  /// The temperature that tokens are sampled at: 1 is the model's own distribution, 0 takes the likeliest.
  public var samplingTemperature: Double
  /// The most tokens of an action.
  public var actionLimit: Int
  /// The most threads that a sampler uses.
  public var workers: Int
  /// The name in reports and traces.
  public var name: String
  /// Which state of the weights this is, such as the number of updates.
  public var version: String?

  /// Creates a policy.
  public init(
    _ model: Transformer, format: any PromptFormat, actions: any ActionFormat = CompactFormat(),
    temperature: Double = 1, actionLimit: Int = 48, workers: Int = 1, name: String = "language",
    version: String? = nil
  ) {
    require(
      model.configuration.vocabulary >= format.tokenizer.vocabulary,
      "The model has fewer tokens than the tokenizer.")
    self.model = model
    self.format = format
    self.actions = actions
    self.samplingTemperature = temperature
    self.actionLimit = actionLimit
    self.workers = workers
    self.name = name
    self.version = version
  }

  /// The temperature that tokens are sampled at.
  public var temperature: Double? { samplingTemperature }
  /// In lock-step: a batch shares each pass over the weights.
  public var feeding: Feeding { .lockStep(rows: 256) }
  /// Makes a sampler of the weights as they are now.
  public func makeSampler() -> any Sampler { LanguageSampler(self) }

  /// The same policy with another temperature and number of threads.
  public func sampling(temperature: Double, workers: Int) -> LanguagePolicy {
    var policy = self
    policy.samplingTemperature = temperature
    policy.workers = workers
    return policy
  }
}

extension LanguagePolicy: Equatable {
  /// Whether both have the same weights, formats and limits.
  public static func == (left: LanguagePolicy, right: LanguagePolicy) -> Bool {
    left.model == right.model && left.settings == right.settings
      && left.samplingTemperature == right.samplingTemperature && left.workers == right.workers
      && left.record == right.record
  }
}

extension LanguagePolicy {
  /// Whether an action can be sampled after a tape that ends with its prompt: at least one token of it
  /// and its end must fit.
  package func fits(_ tape: TokenTape) -> Bool {
    tape.context.count + 2 <= model.configuration.context
  }

  /// Whether nothing more is sampled of an action: it has its end, or is as long as it may be.
  package func isComplete(_ tokens: [Int32], after tape: TokenTape) -> Bool {
    tokens.last == format.end || tokens.count >= actionLimit
      || tape.context.count + tokens.count >= model.configuration.context
  }

  /// The action that sampled tokens spell.
  package func action(_ tokens: [Int32], tools: [ToolDescription]) -> Action {
    actions.parse(Text(format.tokenizer.decode(tokens)), tools: tools)
  }
}
