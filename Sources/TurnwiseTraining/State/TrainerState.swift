public import TurnwiseCore
internal import TurnwiseCredit
public import TurnwiseModel

/// Everything that a trainer needs to continue.
public struct TrainerState: Sendable {
  /// The policy.
  public var policy: LanguagePolicy
  /// The state of the policy's optimiser.
  public var optimizer: AdamW
  /// The models of evidence: a critic, a process reward model and so on.
  public var evidence: EvidenceModels
  /// The warm start, from which the divergence is measured.
  public var reference: Transformer?
  /// The number of updates so far.
  public var iteration = 0
  /// The turns and tokens that were spent.
  public var spending = Spending()
  /// The brake, which knows the usual size of updates and the number that were taken back.
  public internal(set) var brake = UpdateBrake()
  /// The divisor of credit.
  var creditScale = CreditScale()
  /// The returns that tell which groups are solved.
  var solved = SolvedGroups()

  /// Starts from a policy.
  ///
  /// - Parameters:
  ///   - policy: The policy.
  ///   - configuration: The options of the run.
  ///   - evidence: The kinds of evidence that can be measured.
  public init(
    _ policy: LanguagePolicy, _ configuration: RunConfiguration,
    evidence: EvidenceCatalog = .standard
  ) {
    self.policy = policy
    self.evidence = EvidenceModels(evidence)
    optimizer = AdamW(for: policy.model, epsilon: Float(configuration.optimizer.adamEpsilon))
    reference = configuration.loss.klWeight > 0 ? policy.model : nil
  }

  /// Returns the reason why the models cannot read an episode, if they cannot: its tape was written
  /// by another policy, or was changed.
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
