public import TurnwiseCore
public import TurnwiseCredit
public import TurnwiseModel

extension ProcessModel: EvidenceModel {
  /// The kind `process-model`.
  public static var need: Evidence.Need { .processModel }
  /// Yes: forks label the states that the model learns from.
  public static var playsForks: Bool { true }

  /// The factor of labels and passes for a model that has not learnt yet.
  private static let firstEffort = 4

  /// Creates a model from the policy's trunk.
  public static func prepare(_ work: inout EvidenceWork) -> ProcessModel {
    ProcessModel(from: work.policy.model)
  }

  /// Labels a random share of the states by forks, and fits the model to them.
  ///
  /// - Throws: `CancellationError`, a ``ForkError``, a `CreditError`.
  public mutating func learn(
    beforeCrediting groups: [[Episode]], _ work: inout EvidenceWork
  ) async throws {
    let configuration = work.configuration
    let effort = hasLearnt ? 1 : Self.firstEffort
    let turns = groups.joined().reduce(0) { $0 + $1.turns.count }
    let share = min(1, Double(effort * configuration.processModel.labels) / Double(turns))
    let requests = groups.map { group in
      Self.requests(group, share: share, forks: configuration.processModel.forks, work.random)
    }
    add(groups, try await work.playForks(requests, purpose: "label"), update: work.update)
    work.spending.trainedTokens += try fit(
      configuration, epochs: effort * configuration.processModel.epochs,
      random: work.random.stream("process-model", work.update), workers: work.workers)
    hasLearnt = true
    work.metrics["process_model/labels"] = Double(labels.count)
  }

  /// Requests forks of a random share of the turns of a group.
  ///
  /// The choice depends on the names of the episodes only, so no order of execution changes it.
  private static func requests(
    _ group: [Episode], share: Double, forks: Int, _ random: Randomness
  ) -> [ForkRequest] {
    group.enumerated().flatMap { index, episode in
      episode.turns.indices.compactMap { turn in
        var random = random.stream("label-" + episode.name, turn)
        return random.chance(share)
          ? ForkRequest(ForkPoint(episode: index, turn: turn), count: forks) : nil
      }
    }
  }

  /// Computes the values of the states before each turn.
  public func measure(
    _ episodes: [Episode], by reader: EvidenceReader
  ) -> EvidenceReading<Evidence.ProcessModel> {
    read(episodes, format: reader.policy.format, workers: reader.workers)
  }

  /// The weights, the moments of the optimiser, and the labels.
  public var saved: SavedEvidence? {
    get throws {
      SavedEvidence(
        tensors: ["processModel": try critic.checkpoint.encoded()],
        state: [
          "labels": try JSONValue(encoding: labels), "hasLearnt": .bool(hasLearnt),
          "code": try JSONValue(encoding: critic.code),
        ])
    }
  }

  /// Restores a process reward model.
  public init(_ saved: SavedEvidence, alongside policy: ModelConfiguration) throws {
    let checkpoint = try saved.checkpoint("processModel", heads: [.scalar], alongside: policy)
    let labels: [Label] = try saved.value("labels")
    let context = checkpoint.model.configuration.context
    for (index, label) in labels.enumerated() {
      guard 1...context ~= label.tokens.count, label.value.isFinite, label.update >= 0,
        label.tokens.allSatisfy({ 0..<policy.vocabulary ~= Int($0) })
      else {
        throw SavedStateError(
          part: "labels", reason: "label \(index) does not belong to the model")
      }
    }
    self.init(
      critic: Critic(checkpoint, try saved.valueCode(for: checkpoint)), labels: labels,
      hasLearnt: try saved.value("hasLearnt"))
  }
}
