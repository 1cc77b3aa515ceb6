public import TurnwiseCore
public import TurnwiseCredit
public import TurnwiseModel

extension Critic: EvidenceModel {
  /// The kind `critic`.
  public static var need: Evidence.Need { .critic }
  /// Yes: a trace shows how estimators with a critic would have credited the episodes, whichever
  /// estimator drives.
  public static var isAlwaysMeasured: Bool { true }

  /// Fits a new critic to episodes of the policy before an estimator depends on it.
  ///
  /// The critic is not fitted if the first estimator that reads it uses shaped rewards, because
  /// their values are not known yet.
  ///
  /// - Throws: `CancellationError`, a `CreditError`, and what the environment throws at the start of an
  ///   episode.
  public static func prepare(_ work: inout EvidenceWork) async throws -> Critic {
    var critic = Critic(from: work.policy.model)
    let configuration = work.configuration
    guard configuration.critic.episodes > 0,
      let reader = work.estimators.first(where: { $0.estimator.needs.contains(need) })?.estimator,
      reader.shaper == nil
    else { return critic }
    let origins = (0..<configuration.critic.episodes).map { number in
      EpisodeOrigin(seed: configuration.seed.value, split: .train, iteration: 0, scenario: number)
    }
    let played = try await work.play(origins)
    let turns = played.reduce(0) { $0 + $1.turns.count }
    let episodes = EpisodeSelection(played).creditable.map { played[$0] }
    work.spending.sampledTokens += played.reduce(0) { $0 + $1.tape.sampledCount }
    work.spending.criticTurns += turns
    if work.isDriven(by: need) { work.spending.trainingTurns += turns }
    // With a critic whose values are 0, the targets are the rewards that were earned.
    let targets = try episodes.map { episode in
      let group = try CreditGroup([episode])
      let zeros = group.episodes.map {
        $0.turns.map { Array(repeating: 0.0, count: $0.sampledTokens) }
      }
      let evidence = Evidence(critic: Evidence.Critic(values: zeros, bootstrap: [0]))
      return try reader.credit(group, evidence: evidence).episodes[0].valueTargets ?? []
    }
    work.spending.trainedTokens += try critic.fit(
      TrainingBatch(episodes).examples(targets), epochs: 4, configuration: configuration,
      random: work.random.stream("critic-start"), workers: work.workers)
    return critic
  }

  /// Computes the values of the sampled tokens.
  public func measure(
    _ episodes: [Episode], by reader: EvidenceReader
  ) -> EvidenceReading<Evidence.Critic> {
    read(episodes, format: reader.policy.format, workers: reader.workers)
  }

  /// Fits the critic to the value targets of the driving estimator, or of the first estimator that
  /// has targets.
  public mutating func learn(
    afterCrediting groups: [CreditedGroup], _ work: inout EvidenceWork
  ) throws {
    let configuration = work.configuration
    guard configuration.critic.epochs > 0,
      let targets = work.estimators.lazy.compactMap({ groups.valueTargets(of: $0.spelling) }).first
    else { return }
    work.metrics["critic/explained_variance"] = explainedVariance(
      groups.flatMap { $0.evidence.critic?.values ?? [] }, targets)
    work.spending.trainedTokens += try fit(
      TrainingBatch(groups.flatMap(\.episodes)).examples(targets),
      epochs: configuration.critic.epochs, configuration: configuration,
      // The stream is numbered by the updates made before this one.
      random: work.random.stream("critic", work.update - 1), workers: work.workers)
  }

  /// The weights and the moments of the optimiser.
  public var saved: SavedEvidence? {
    get throws { SavedEvidence(tensors: ["critic": try checkpoint.encoded()]) }
  }

  /// Restores a critic.
  public init(_ saved: SavedEvidence, alongside policy: ModelConfiguration) throws {
    self.init(try saved.checkpoint("critic", head: .scalar, alongside: policy))
  }
}

extension [CreditedGroup] {
  /// The value targets that an estimator gave every episode; `nil` if an episode has none.
  fileprivate func valueTargets(of estimator: String) -> [[[Double]]]? {
    var targets: [[[Double]]] = []
    for group in self {
      guard let episodes = group.credit[estimator]?.episodes else { return nil }
      for episode in episodes {
        guard let values = episode.valueTargets else { return nil }
        targets.append(values)
      }
    }
    return targets
  }
}

/// Returns 1 - Var(target - value) / Var(target); not a number if all targets are equal.
private func explainedVariance(_ values: [[[Double]]], _ targets: [[[Double]]]) -> Double {
  func variance(_ numbers: [Double]) -> Double {
    let mean = numbers.reduce(0, +) / Double(max(1, numbers.count))
    return numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  }
  let goals = targets.joined().flatMap(\.self)
  let pairs = zip(targets.joined(), values.joined()).flatMap { zip($0, $1) }
  let errors = pairs.map { $0 - $1 }
  let total = variance(goals)
  return total > 0 ? 1 - variance(errors) / total : .nan
}
