public import TurnwiseCore
public import TurnwiseCredit
public import TurnwiseModel

extension Critic: EvidenceModel {
  /// The kind `critic`.
  public static var need: Evidence.Need { .critic }
  /// Yes: a trace shows how estimators with a critic would have credited the episodes, whichever
  /// estimator drives.
  public static var isAlwaysMeasured: Bool { true }

  /// The number of passes over the episodes or demonstrations that a new critic is fitted to.
  static let firstEpochs = 4

  /// Fits a new critic to episodes of the policy before an estimator depends on it.
  ///
  /// The critic is not fitted if the first estimator that reads it uses shaped rewards, because
  /// their values are not known yet.
  ///
  /// - Throws: `CancellationError`, a `CreditError`, and what the environment throws at the start of an
  ///   episode.
  public static func prepare(_ work: inout EvidenceWork) async throws -> Critic {
    let configuration = work.configuration
    var critic = Critic(from: work.policy.model, head: configuration.critic.head)
    guard configuration.critic.episodes > 0, let reader = reader(in: work) else { return critic }
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
    try critic.fit(
      TrainingBatch(episodes).examples(targets), epochs: firstEpochs,
      random: work.random.stream("critic-start"), &work)
    return critic
  }

  /// Fits a new critic to the returns of demonstrations, whose turns were paid for already.
  ///
  /// Values are learnt before each token of an action, as they will be read. If the estimator that reads
  /// them discounts tokens, or its rewards are shaped, demonstrations are of no use.
  ///
  /// - Throws: `CancellationError`.
  public static func prepare(
    from demonstrations: [Episode], _ work: inout EvidenceWork
  ) throws -> Critic? {
    let configuration = work.configuration
    guard configuration.critic.demonstrations > 0, let reader = reader(in: work),
      let gamma = reader.discount
    else { return nil }
    let format = work.policy.format
    let scored = demonstrations.filter { $0.totalReward != nil }
    let examples = scored.prefix(configuration.critic.demonstrations).flatMap { episode in
      var returns = CreditEpisode(episode).returnsToGo(gamma: gamma)[...]
      return episode.contexts.compactMap { context -> Example? in
        let own = Array(returns.prefix(context.turns.count))
        returns = returns.dropFirst(own.count)
        let (sequence, turns) = format.demonstrationByTurn(context)
        return sequence.tokens.count <= work.policy.model.configuration.context
          ? Example(sequence: sequence, values: turns.map { own[$0] }) : nil
      }
    }
    guard !examples.isEmpty else { return nil }
    var critic = Critic(from: work.policy.model, head: configuration.critic.head)
    try critic.fit(
      examples, epochs: firstEpochs, random: work.random.stream("critic-start"), &work)
    return critic
  }

  /// The first estimator that reads values; `nil` if there is none, or if its rewards are shaped, so
  /// that their values are not known before the first update.
  private static func reader(in work: EvidenceWork) -> (any CreditEstimator)? {
    let reader = work.estimators.first { $0.estimator.needs.contains(need) }?.estimator
    return reader?.shaper == nil ? reader : nil
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
    // A turn can have fewer targets than tokens; those are of its first tokens.
    let read = groups.flatMap { $0.evidence.critic?.values ?? [] }
    let pairs = zip(read.joined(), targets.joined()).flatMap { zip($0, $1) }
    work.metrics.merge(ValueFit(pairs.map(\.0), pairs.map(\.1)).metrics) { $1 }
    try fit(
      TrainingBatch(groups.flatMap(\.episodes)).examples(targets),
      epochs: configuration.critic.epochs,
      // The stream is numbered by the updates made before this one.
      random: work.random.stream("critic", work.update - 1), &work)
  }

  /// Trains the values on examples in steps of the critic's own, and counts the tokens.
  private mutating func fit(
    _ examples: [Example], epochs: Int, random: Randomness, _ work: inout EvidenceWork
  ) throws {
    work.spending.trainedTokens += try fit(
      examples, epochs: epochs, steps: work.configuration.critic.steps(over: examples.count),
      configuration: work.configuration, random: random, workers: work.workers)
  }

  /// The weights, the moments of the optimiser, and the units of the values.
  public var saved: SavedEvidence? {
    get throws {
      SavedEvidence(
        tensors: ["critic": try checkpoint.encoded()],
        state: ["code": try JSONValue(encoding: code)])
    }
  }

  /// Restores a critic.
  public init(_ saved: SavedEvidence, alongside policy: ModelConfiguration) throws {
    let checkpoint = try saved.checkpoint(
      "critic", heads: [.scalar, .categorical], alongside: policy)
    self.init(checkpoint, try saved.valueCode(for: checkpoint))
  }
}

extension SavedEvidence {
  /// Reads the units of the values of a saved model.
  func valueCode(for checkpoint: Checkpoint) throws -> ValueCode {
    let head = checkpoint.model.configuration.head
    // Models of earlier versions have no units.
    guard state["code"] != nil else { return ValueCode(head, isTrained: true) }
    let code: ValueCode = try value("code")
    if let flaw = code.flaw { throw SavedStateError(part: "code", reason: flaw) }
    guard code.head == head else {
      throw SavedStateError(part: "code", reason: "belongs to another head")
    }
    return code
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
