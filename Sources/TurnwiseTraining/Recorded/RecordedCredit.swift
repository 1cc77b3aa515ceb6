public import TurnwiseCore
public import TurnwiseCredit
internal import TurnwiseTrace

/// Credit for recorded episodes, computed again.
///
///     var recorded = try await RecordedCredit(groups, estimators, models: layout.readTrainer())
///     if recorded.needsForks { try await recorded.playForks(in: environment) }
///     let credit = try recorded.credit()
///
/// Evidence is measured by the models that the run saved at its end. Only forks need the
/// environment.
public struct RecordedCredit: Sendable {
  /// The episodes by group.
  public let groups: [[Episode]]
  /// The estimators.
  public let estimators: [CreditedEstimator]
  /// The forks that were played.
  public private(set) var forks: [Episode] = []
  /// The number of environment turns that they took.
  public private(set) var forkTurns = 0

  private let policy: (any Policy)?
  private let models: TrainerState?
  private let workers: Int
  private var evidence: [Evidence]

  /// Measures all evidence that estimators need except forks.
  ///
  /// - Parameters:
  ///   - groups: Creditable episodes, by group.
  ///   - estimators: The estimators.
  ///   - models: The saved state of the run, if it saved models.
  ///   - policy: The policy that played the episodes and that plays forks; `nil` for that of
  ///     `models`.
  ///   - workers: The most threads.
  /// - Throws: ``TrainingError/refusedCredit(_:)`` if the run lacks evidence, an
  ///   ``UnreadableEpisode``, and the error of a model that cannot measure an episode.
  public init(
    _ groups: [[Episode]], _ estimators: [CreditedEstimator], models: TrainerState?,
    policy: (any Policy)? = nil, workers: Int = 1
  ) async throws {
    self.groups = groups
    self.estimators = estimators
    self.workers = workers
    self.policy = policy ?? models?.policy
    self.models = models
    let canFork = self.policy != nil
    let refusals = estimators.flatMap {
      Self.refusals($0, groups, models: models, canFork: canFork)
    }
    guard refusals.isEmpty else { throw TrainingError.refusedCredit(refusals) }
    if let models {
      for episode in groups.joined() {
        if let flaw = models.flaw(of: episode) {
          throw UnreadableEpisode(episode: episode.name, reason: flaw)
        }
      }
    }
    guard let models else {
      evidence = groups.map { _ in Evidence() }
      return
    }
    evidence = try await models.evidence.measure(
      groups, for: estimators.needs, by: EvidenceReader(policy: models.policy, workers: workers)
    ).evidence
  }

  /// The policy that plays forks, in words.
  public var policyName: String {
    models == nil ? "the policy '\(policy?.name ?? "-")'" : "the policy that the run ended with"
  }

  /// Whether estimators request forks, which only the environment can play.
  public var needsForks: Bool { estimators.needs.contains(.forks) }

  /// Plays the forks that estimators request, with the policy that played the episodes.
  ///
  /// - Parameters:
  ///   - environment: The environment, with the parameters of the run.
  ///   - blobs: The source of the blobs of scenarios.
  ///   - purpose: The name of the forks. It must differ from the name that training used for its
  ///     own forks, which another policy may have played.
  /// - Throws: A ``ForkError``, a `CreditError`, `CancellationError`, or the `Replay.Divergence` of
  ///   an episode whose replay differs from its record.
  public mutating func playForks<E: Environment>(
    in environment: E, blobs: BlobStore? = nil, purpose: String = "recorded"
  ) async throws {
    guard let policy else { mistake("Estimators that need forks were refused.") }
    var snapshots: [[[Session<E>]]] = []
    for group in groups {
      var sessions: [[Session<E>]] = []
      for episode in group {
        sessions.append(try await Replay.snapshots(of: episode, in: environment, blobs: blobs))
      }
      snapshots.append(sessions)
    }
    let kept = snapshots
    let runner = ForkRunner<E>(policy, workers: workers, purpose: purpose) { kept[$0][$1][$2] }
    let report = try await runner.extend(
      &evidence, of: groups, asking: estimators.map(\.estimator))
    for (group, point) in zip(groups, report.unscored) {
      guard let point else { continue }
      let name = group[point.episode].name
      throw ForkError.failing(episode: name, turn: point.turn, .unjudged(name))
    }
    forks = report.forks.map(\.episode)
    forkTurns = report.turns
  }

  /// Credits the groups.
  ///
  /// - Returns: The credit by the name of the estimator, for each group.
  /// - Throws: A `CreditError`.
  public func credit() throws -> [[String: GroupCredit]] {
    try zip(groups, evidence).map { try CreditedGroup($0, $1, by: estimators).credit }
  }

  /// Returns the reasons why an estimator cannot credit recorded groups; empty if it can.
  ///
  /// - Parameters:
  ///   - entry: The estimator.
  ///   - groups: The groups.
  ///   - models: The saved state of the run, if it saved models.
  ///   - canFork: Whether a policy can play continuations.
  /// - Returns: The reasons.
  public static func refusals(
    _ entry: CreditedEstimator, _ groups: [[Episode]], models: TrainerState?, canFork: Bool
  ) -> [String] {
    entry.estimator.needs.sorted().filter { !isMet($0, in: groups, models, canFork) }
      .map { "'\(entry.spelling)' cannot be used here: \($0.lack)" }
  }

  /// Whether a run meets a need.
  private static func isMet(
    _ need: Evidence.Need, in groups: [[Episode]], _ models: TrainerState?, _ canFork: Bool
  ) -> Bool {
    guard groups.joined().allSatisfy(need.isMeasurable) else { return false }
    if need.isRecorded != nil { return true }
    return need == .forks ? canFork : models?.evidence.meter(of: need) != nil
  }
}

/// An episode that the models of its run cannot read.
public struct UnreadableEpisode: InputError, Hashable, Sendable {
  /// The name of the episode.
  public var episode: String
  /// The reason why they cannot read it.
  public var reason: String

  /// The episode and the reason.
  public var description: String { "episode \(episode): \(reason)" }
  /// A hint at the cause.
  public var hint: String? {
    "the trainer and the episodes in the folder are of different runs, or were changed"
  }
}
