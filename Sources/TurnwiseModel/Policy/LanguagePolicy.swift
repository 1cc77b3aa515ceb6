public import TurnwiseCore

/// A policy that reads and writes tokens with a transformer.
public struct LanguagePolicy: Policy, Equatable {
  /// The model.
  public var model: Transformer
  /// How episodes are laid out as tokens.
  public var format: PromptFormat
  /// How evenly tokens are drawn: 1 is the model's own distribution, 0 takes the likeliest.
  public var temperature: Double
  /// The most tokens of an action.
  public var actionLimit: Int
  /// The most threads that a sampler uses.
  public var workers: Int

  /// Creates a policy.
  public init(
    _ model: Transformer, format: PromptFormat, temperature: Double = 1, actionLimit: Int = 48,
    workers: Int = 1
  ) {
    require(
      model.configuration.vocabulary >= format.tokenizer.vocabulary,
      "The model has fewer tokens than the tokenizer.")
    self.model = model
    self.format = format
    self.temperature = temperature
    self.actionLimit = actionLimit
    self.workers = workers
  }

  /// `language`.
  public var name: String { "language" }
  /// In lock-step: a batch shares each pass over the weights.
  public var feeding: Feeding { .lockStep(rows: 256) }
  /// Makes a sampler of the weights as they are now.
  public func makeSampler() -> any Sampler { LanguageSampler(self) }
}

extension LanguagePolicy {
  /// Whether an action can be sampled behind a tape that ends with its prompt: at least one token of it
  /// and its end must fit.
  package func fits(_ tape: TokenTape) -> Bool {
    tape.context.count + 2 <= model.configuration.context
  }

  /// Whether nothing more is sampled of an action: it has its end, or is as long as it may be.
  package func isComplete(_ tokens: [Int32], behind tape: TokenTape) -> Bool {
    tokens.last == format.end || tokens.count >= actionLimit
      || tape.context.count + tokens.count >= model.configuration.context
  }
}
