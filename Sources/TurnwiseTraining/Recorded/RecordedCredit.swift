public import TurnwiseCore
public import TurnwiseCredit
internal import TurnwiseTrace

/// Credit of episodes that were recorded, computed anew.
///
///     var recorded = try RecordedCredit(groups, estimators, models: layout.readTrainer())
///     if recorded.needsForks { try await recorded.playForks(in: environment) }
///     let credit = try recorded.credit()
///
/// What models say is what the ones saved with the run say, which are those of its end. Only forks need
/// the environment.
public struct RecordedCredit: Sendable {
  /// The episodes by group.
  public let groups: [[Episode]]
  /// The estimators.
  public let estimators: [CreditedEstimator]
  /// The forks that were played.
  public private(set) var forks: [Episode] = []
  /// How many environment turns they took.
  public private(set) var forkTurns = 0

  private let policy: (any Policy)?
  private let models: TrainerState?
  private let workers: Int
  private var evidence: [Evidence]

  /// Measures all that estimators need but forks.
  ///
  /// - Parameters:
  ///   - groups: Creditable episodes, by group.
  ///   - estimators: The estimators.
  ///   - models: What the run saved, if it saved models.
  ///   - policy: The policy that played the episodes, which plays forks on; `nil` for that of `models`.
  ///   - workers: How much runs at once.
  /// - Throws: ``TrainingError/refusedCredit(_:)`` where the run does not hold what is needed, and an
  ///   ``UnreadableEpisode``.
  public init(
    _ groups: [[Episode]], _ estimators: [CreditedEstimator], models: TrainerState?,
    policy: (any Policy)? = nil, workers: Int = 1
  ) throws {
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
    evidence =
      models.map {
        EvidenceSource(state: $0, workers: workers).findings(groups, for: estimators.needs).evidence
      } ?? groups.map { _ in Evidence() }
  }

  /// Who plays forks, in words.
  public var policyName: String {
    models == nil ? "the policy '\(policy?.name ?? "-")'" : "the policy that the run ended with"
  }

  /// Whether estimators ask for forks, which only the environment can play.
  public var needsForks: Bool { estimators.needs.contains(.forks) }

  /// Plays the forks that estimators ask for, with the policy that played the episodes.
  ///
  /// - Parameters:
  ///   - environment: The environment, with the parameters of the run.
  ///   - blobs: Where the blobs of scenarios are read from.
  ///   - purpose: What the forks are called; another word than training used for its own, which another
  ///     policy may have played.
  /// - Throws: A ``ForkError``, a ``CreditError``, `CancellationError`, or the `Replay.Divergence` of an
  ///   episode that does not come again.
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
  /// - Returns: For each group the credit by the name of the estimator.
  /// - Throws: A ``CreditError``.
  public func credit() throws -> [[String: GroupCredit]] {
    try zip(groups, evidence).map { try CreditedGroup($0, $1, by: estimators).credit }
  }

  /// Says why an estimator cannot credit recorded groups; empty if it can.
  ///
  /// - Parameters:
  ///   - entry: The estimator.
  ///   - groups: The groups.
  ///   - models: What the run saved, if it saved models.
  ///   - canFork: Whether a policy can play on.
  /// - Returns: The reasons.
  public static func refusals(
    _ entry: CreditedEstimator, _ groups: [[Episode]], models: TrainerState?, canFork: Bool
  ) -> [String] {
    Evidence.Need.allCases.filter { entry.estimator.needs.contains($0) }
      .compactMap { lack(of: $0, in: groups, models, canFork) }
      .map { "'\(entry.spelling)' cannot be used here: \($0)" }
  }

  /// What keeps a run from meeting a need, if anything does.
  private static func lack(
    of need: Evidence.Need, in groups: [[Episode]], _ models: TrainerState?, _ canFork: Bool
  ) -> String? {
    let turns = groups.joined().lazy.flatMap(\.turns)
    return switch need {
    case .critic: models?.critic == nil ? "the run saved no critic" : nil
    case .processModel:
      models?.processModel == nil ? "the run saved no process reward model" : nil
    case .implicitModel:
      models?.implicitModel == nil ? "the run saved no implicit process reward model" : nil
    case .distributions: models == nil ? "the run saved no policy" : nil
    case .forks: canFork ? nil : "the run saved no policy that could play on"
    case .tokens: turns.contains { $0.span == nil } ? "not all turns were sampled as tokens" : nil
    case .potential: turns.contains { $0.potential == nil } ? "no potential was recorded" : nil
    case .stateKeys: turns.contains { $0.stateKey == nil } ? "no state keys were recorded" : nil
    case .processReward: need.remedy
    }
  }
}

/// An episode that the models of its run cannot read.
public struct UnreadableEpisode: InputError, Hashable, Sendable {
  /// The name of the episode.
  public var episode: String
  /// What does not fit.
  public var reason: String

  /// The episode and what does not fit.
  public var description: String { "episode \(episode): \(reason)" }
  /// What to do about it.
  public var hint: String? {
    "trainer.json and episodes.jsonl are of different runs, or were changed"
  }
}
