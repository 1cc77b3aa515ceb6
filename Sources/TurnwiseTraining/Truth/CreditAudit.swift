public import TurnwiseCore
internal import TurnwiseCredit
internal import TurnwiseModel
internal import TurnwiseTrace

/// Compares estimators with the true credit of the episodes that a policy plays in a real
/// environment.
///
///     let audit = CreditAudit(environment, models: models, AuditOptions(), workers: 2)
///     let played = try await audit.play()
///     let truth = try await audit.truth(of: played)
///     let result = try await audit.scores(of: estimators, on: played, against: truth)
///
/// The policy plays fresh groups, so estimators, critics and truth refer to the same policy. All
/// estimators credit the same groups. They are compared with controls: the truth itself, the truth
/// assigned to wrong turns of any group, the credit of `rloo` assigned to random turns, and
/// estimators that compare states with the keys of the states exchanged.
public struct CreditAudit<E: Environment>: Sendable {
  /// The environment.
  public var environment: E
  /// The policy that plays.
  public let policy: any Policy
  /// The state that was trained with the policy; `nil` for a policy of another kind.
  ///
  /// Without it the truth is measured and not computed, there are no gradients to compare, and
  /// estimators that need a model are refused.
  public let models: TrainerState?
  /// The options of the audit.
  public var options: AuditOptions
  /// The most environment steps and threads that run at once, which do not change results.
  public var workers: Int

  /// Prepares an audit of a trained policy.
  public init(
    _ environment: E, models: TrainerState, _ options: AuditOptions = AuditOptions(),
    workers: Int = 1, file: StaticString = #fileID, line: UInt = #line
  ) {
    self.init(
      environment, playedBy: models.policy.sampling(temperature: 1, workers: workers),
      models: models, options, workers: workers, file: file, line: line)
  }

  /// Prepares an audit of any policy.
  public init(
    _ environment: E, playedBy policy: any Policy, _ options: AuditOptions = AuditOptions(),
    workers: Int = 1, file: StaticString = #fileID, line: UInt = #line
  ) {
    self.init(
      environment, playedBy: policy, models: nil, options, workers: workers, file: file,
      line: line)
  }

  private init(
    _ environment: E, playedBy policy: any Policy, models: TrainerState?, _ options: AuditOptions,
    workers: Int, file: StaticString, line: UInt
  ) {
    require(
      min(options.scenarios, options.groups, options.groupSize, workers) > 0,
      "An audit needs scenarios, groups, episodes and workers, not \(options.scenarios),"
        + " \(options.groups), \(options.groupSize) and \(workers).", file: file, line: line)
    (self.environment, self.policy, self.models) = (environment, policy, models)
    (self.options, self.workers) = (options, workers)
  }

  /// Returns a random stream of the audit, which training does not use.
  func random(_ name: String, _ indices: Int...) -> Randomness {
    indices.reduce(Randomness(seed: options.seed.value).stream("audit-" + name)) {
      $0.stream("", $1)
    }
  }

  // MARK: - Episodes

  /// Plays the groups.
  ///
  /// - Returns: The episodes that can be credited, by scenario and group; groups of one are left out.
  /// - Throws: ``TrainingError/everyEpisodeFailed(_:)``, `CancellationError`, and what the environment's
  ///   `start` throws.
  public func play() async throws -> AuditedEpisodes {
    var seeds = random("episodes")
    let seed = seeds.next()
    let size = options.groupSize
    let origins = (0..<options.scenarios).flatMap { scenario in
      (0..<options.groups * size).map { member in
        EpisodeOrigin(seed: seed, split: .train, scenario: scenario, member: member)
      }
    }
    let sessions = try origins.map { try Session(environment, origin: $0) }
    let played = await Rollout(.policy(policy), workers: workers).play(sessions)
    try Task.checkCancellation()
    let episodes = try played.map { try $0.episode() }
    let selection = EpisodeSelection(episodes)
    let creditable = Set(selection.creditable)
    let starts = stride(from: 0, to: episodes.count, by: size)
    let groups = starts.map { start in
      (start..<start + size).filter(creditable.contains).map { episodes[$0] }
    }.filter { $0.count > 1 }
    guard !groups.isEmpty else {
      throw TrainingError.everyEpisodeFailed(selection.firstFailure(of: episodes) ?? .noGroups)
    }
    return AuditedEpisodes(
      groups: groups, failedEpisodes: selection.failed.count,
      unjudgedEpisodes: selection.unjudged.count,
      droppedGroups: starts.underestimatedCount - groups.count)
  }

  // MARK: - Truth

  /// Finds the truth from the source that ``AuditOptions/truth`` chooses.
  ///
  /// - Parameters:
  ///   - played: The result of ``play()``.
  ///   - onProgress: Called with the number of scenarios that are done.
  /// - Returns: The truth of each turn, or of the chosen ones.
  /// - Throws: An ``ExactEvaluationError`` if exact values are demanded and cannot be computed, and
  ///   what ``ForkTruth/measure(_:of:in:blobs:offset:)`` throws.
  public func truth(
    of played: AuditedEpisodes, onProgress: (_ scenario: Int) -> Void = { _ in }
  ) async throws -> AuditTruth {
    if options.truth == .subtask { try requireSeparateSubtasks(played) }
    guard let language = policy as? LanguagePolicy else {
      guard [.forks, .subtask, .best].contains(options.truth) else {
        throw ExactEvaluationError.noProbabilities(policy.name)
      }
      return try await measured(played, options.truth == .best ? .noProbabilities : nil, onProgress)
    }
    if options.truth == .both {
      let computed = try await computed(played, by: language, withGradients: false) { _ in }
      var truth = try await measured(played, nil, onProgress)
      truth.agreement = TruthAgreement(
        zip(truth.turns.joined().joined(), computed.turns.joined().joined()).compactMap {
          guard let measured = $0, let computed = $1 else { return nil }
          return (measured, computed)
        })
      (truth.histories, truth.unresolved) = (computed.histories, computed.unresolved)
      return truth
    }
    let first = try Session(environment, origin: played.groups[0][0].origin)
    let isListed = !first.situation.observation.choices.isEmpty
    guard options.truth == .exact || (options.truth == .best && isListed) else {
      return try await measured(played, options.truth == .best ? .noActionList : nil, onProgress)
    }
    do {
      let truth = try await computed(played, by: language, onProgress)
      guard options.truth == .best, truth.meanBound > AuditOptions.largestBound else {
        return truth
      }
      return try await measured(played, .tooVague(bound: truth.meanBound), onProgress)
    } catch let error as ExactEvaluationError where options.truth == .best {
      return try await measured(played, .refused(error), onProgress)
    }
  }

  /// Checks that each turn works on a sub-task, and that all rewards are paid in turns of the sub-tasks that they
  /// belong to: continuations end with the sub-task, and would miss what is paid later.
  private func requireSeparateSubtasks(_ played: AuditedEpisodes) throws {
    for episode in played.groups.joined() {
      let place =
        episode.turns.firstIndex { $0.subtask == nil }.map { "turn \($0 + 1) of \(episode.name)" }
        ?? episode.placePaidElsewhere
      guard let place else { continue }
      throw Failure(
        .environment, code: "no-subtask-truth",
        message:
          "Truth by sub-task needs rewards that are paid while their sub-task is worked on,"
          + " unlike in \(place). Measure it by forks of whole episodes.")
    }
  }

  private func computed(
    _ played: AuditedEpisodes, by policy: LanguagePolicy, withGradients: Bool = true,
    _ onProgress: (Int) -> Void
  ) async throws -> AuditTruth {
    let evaluator = ExactEvaluator<E>(
      policy, cutoff: options.cutoff, nodeLimit: options.histories, workers: workers)
    var truth = AuditTruth(.exact, played)
    for (number, groups) in played.scenarios.enumerated() {
      let episodes = groups.flatMap { played.groups[$0] }
      let start = try Session(environment, origin: episodes[0].origin)
      let found = try await evaluator.evaluate(start, visiting: episodes)
      let gradient = withGradients ? Array(found.gradient(workers: workers)).map(Double.init) : []
      var turns = found.turns[...]
      for group in groups {
        truth.turns[group] = turns.prefix(played.groups[group].count).map { $0.map(\.self) }
        truth.gradients[group] = gradient
        turns = turns.dropFirst(played.groups[group].count)
      }
      truth.histories += found.histories
      truth.unresolved.append(found.unresolved)
      onProgress(number + 1)
    }
    return truth
  }

  private func measured(
    _ played: AuditedEpisodes, _ reason: AuditTruth.Reason?, _ onProgress: (Int) -> Void
  ) async throws -> AuditTruth {
    var random = random("points")
    let points = DecisionPoints(in: played.groups, count: options.points, using: &random)
    var forks = ForkTruth<E>(
      policy, forks: options.forks, goldForks: max(options.forks, options.goldForks),
      goldEvery: options.goldEvery, workers: workers)
    forks.endsWithSubtask = options.truth == .subtask
    var truth = AuditTruth(forks.endsWithSubtask ? .subtask : .forks, played)
    truth.reason = reason
    for (number, groups) in played.scenarios.enumerated() {
      // Groups of one scenario start in the same state, so they are measured together and share
      // continuations.
      var episodes: [Episode] = []
      var chosen: [ForkPoint] = []
      var owners: [(group: Int, point: ForkPoint)] = []
      for group in groups {
        owners += points.groups[group].map { (group, $0) }
        chosen += points.groups[group].map {
          ForkPoint(episode: $0.episode + episodes.count, turn: $0.turn)
        }
        episodes += played.groups[group]
      }
      let (turns, spent) = try await forks.measure(
        chosen, of: episodes, in: environment, offset: truth.measured.count)
      // Turns with too few scored continuations are not measured.
      for (owner, turn) in zip(owners, turns) where turn.isMeasured {
        truth.turns[owner.group][owner.point.episode][owner.point.turn] = turn.truth
      }
      truth.measured += turns.filter(\.isMeasured)
      truth.spentTurns += spent
      onProgress(number + 1)
    }
    for (index, group) in played.groups.enumerated() {
      let credit = truth.turns[index].map { EpisodeCredit(turns: $0.map { $0?.advantage ?? 0 }) }
      truth.gradients[index] = gradient(of: group, credit)
    }
    return truth
  }
}

extension Failure {
  fileprivate static let noGroups = Failure(
    .environment, code: "no-groups", message: "No group has two episodes that can be compared.")
}
