internal import Foundation
internal import Turnwise

/// Audits estimators on the episodes of a policy in an environment: the policy of a run, or one
/// that is trained for the audit.
struct EnvironmentAudit: Sendable {
  let invocation: Invocation
  let context: Context
  var options: AuditOptions
  let workers: Int

  /// The flags of whole numbers, with the options that they set and their least values.
  static let numbers:
    [(flag: Flag, path: any WritableKeyPath<AuditOptions, Int> & Sendable, least: Int)] =
      [
        number("histories", "the most histories of a scenario for exact truth", \.histories, 1),
        number("points", "how many turns are measured by forks", \.points, 8),
        number("forks", "continuations from each side of a measured turn", \.forks, 4),
        number("gold-forks", "continuations of the turns of the gold subset", \.goldForks, 4),
        number(
          "gold-every", "interval between turns of the gold subset; 0 for none", \.goldEvery, 0),
      ]

  private static func number(
    _ name: String, _ help: String,
    _ path: any WritableKeyPath<AuditOptions, Int> & Sendable, _ least: Int
  ) -> (flag: Flag, path: any WritableKeyPath<AuditOptions, Int> & Sendable, least: Int) {
    (Flag(name, help, value: "N", default: "\(AuditOptions()[keyPath: path])"), path, least)
  }

  private static let updates = Flag(
    "updates", "ENV: updates of the policy that is trained for the audit", value: "N", default: "1")
  private static let demonstrations = Flag(
    "demonstrations", "ENV: expert episodes that its warm start imitates", value: "N",
    default: "\(RunConfiguration().imitation.demonstrations)")
  private static let cloningSteps = Flag(
    "cloning-steps", "ENV: steps of imitation", value: "N",
    default: "\(RunConfiguration().cloning.steps)")
  static let training = [updates, demonstrations, cloningSteps]

  /// Reads the options of the audit.
  ///
  /// - Throws: A ``UsageError``.
  static func options(_ invocation: Invocation) throws -> AuditOptions {
    var options = AuditOptions()
    options.seed = HexSeed(
      UInt64(try invocation.integer(.seed, atLeast: 0, atMost: .any, default: 1)))
    options.truth = try invocation.choice(AuditCommand.truth, default: options.truth)
    options.scenarios = try invocation.integer(
      AuditCommand.scenarios, atLeast: 1, default: options.scenarios)
    options.groups = try invocation.integer(
      AuditCommand.groups, atLeast: 1, default: options.groups)
    options.groupSize = try invocation.integer(
      AuditCommand.groupSize, atLeast: 2, default: options.groupSize)
    options.cutoff = try invocation.probability(AuditCommand.cutoff, default: options.cutoff)
    guard options.cutoff > 0, options.cutoff < 1 else {
      throw UsageError.badValue(
        flag: AuditCommand.cutoff.name, text: invocation.text(AuditCommand.cutoff) ?? "",
        expected: "a number between 0 and 1")
    }
    for (flag, path, least) in numbers {
      options[keyPath: path] = try invocation.integer(
        flag, atLeast: least, default: options[keyPath: path])
    }
    guard options.goldEvery == 0 || options.goldForks > options.forks else {
      throw UsageError.conflict(
        "--gold-forks \(options.goldForks) must be more than --forks \(options.forks); --gold-every 0 measures none"
      )
    }
    return options
  }

  // MARK: - The policy

  /// Audits the policy that a run has trained.
  func run(of layout: TraceLayout) async throws -> ExitStatus {
    let run = try Run(layout)
    for flag in [Flag.environmentSet, .tasks, AuditCommand.policy] + Self.training
    where invocation.has(flag) {
      throw UsageError.conflict(
        "--\(flag.name) does not go with a run, whose environment and policy are recorded")
    }
    return try await audit(context.catalog.environment(run.record.environment), run)
  }

  private func audit<E: Environment>(
    _ environment: E, _ run: Run
  ) async throws -> ExitStatus {
    let environment = try run.restored(environment)
    let models = try TrainedPolicy.state(
      in: run.path, for: environment, writingTo: invocation.text(.out),
      context.console, evidence: context.catalog.evidence)
    try await environment.prepare()
    let (folder, writer) = try writer(
      environment, Configuration(audit: options, policy: run.path))
    return try await audit(
      CreditAudit(environment, models: models, options, workers: workers), folder, writer)
  }

  /// Audits a policy that `--policy` names.
  ///
  /// Truth is measured by forks unless the policy is a trained one.
  func run(_ policy: String, in environment: some Environment) async throws -> ExitStatus {
    for flag in Self.training where invocation.has(flag) {
      throw UsageError.conflict(
        "--\(flag.name) changes nothing with --policy, which is not trained")
    }
    let use = try PolicyUse(invocation, context.console)
    let named = try context.catalog.policies.player(policy, in: environment, use)
    try named.requireUnattended()
    guard case .policy(let player) = named else {
      throw UsageError.conflict(
        "the expert is not a policy: it reads the state, so its turns have no value to compare")
    }
    try environment.draw(from: [.train])
    try await environment.prepare()
    let (folder, writer) = try writer(
      environment, Configuration(audit: options, policy: policy))
    return try await audit(
      CreditAudit(environment, playedBy: player, options, workers: workers), folder, writer)
  }

  /// Trains a policy a little, and audits it.
  func run(in environment: some Environment) async throws -> ExitStatus {
    try environment.draw(from: Split.allCases)
    try await environment.prepare()
    var configuration = try TrainingFlags().suited(to: environment)
    configuration.seed = options.seed
    configuration.budget.turns = 0
    configuration.budget.updates = try invocation.integer(Self.updates, atLeast: 0, default: 1)
    configuration.imitation.demonstrations = try invocation.integer(
      Self.demonstrations, atLeast: 1, default: configuration.imitation.demonstrations)
    configuration.cloning.steps = try invocation.integer(
      Self.cloningSteps, atLeast: 1, default: configuration.cloning.steps)
    let stages = TrainingStages(console: context.console, workers: workers)
    let imitated = try await Imitated(
      in: environment, configuration, workers: workers, context.console)
    configuration = imitated.configuration
    let (folder, writer) = try writer(
      environment,
      Configuration(audit: options, training: try imitated.record(of: configuration)))
    let demonstrations = try await stages.demonstrations(in: environment, imitated)
    let trainer = try Trainer(
      environment,
      from: try await stages.warmStart(in: environment, from: demonstrations, imitated),
      configuration, catalog: context.catalog.estimators, evidence: context.catalog.evidence,
      workers: workers)
    try await stages.train(trainer, writer, title: "train")
    let models = try writer.layout.readTrainer(evidence: context.catalog.evidence)
    return try await audit(
      CreditAudit(environment, models: models, options, workers: workers), folder, writer)
  }

  /// The configuration in the audit's run record.
  private struct Configuration: Encodable {
    var audit: AuditOptions
    /// The run whose policy is audited.
    var policy: String?
    /// The options with which the audited policy was trained.
    var training: JSONValue?
  }

  private func writer<E: Environment>(
    _ environment: E, _ configuration: Configuration
  ) throws -> (URL, TraceWriter) {
    let writer = try RunFolder.create(
      invocation, suggestion: "audit-\(E.id)", "audit", environment, configuration, workers)
    return (writer.layout.folder, writer)
  }

  // MARK: - The audit

  private func audit<E: Environment>(
    _ audit: CreditAudit<E>, _ folder: URL, _ writer: TraceWriter
  ) async throws -> ExitStatus {
    let console = context.console
    let watch = ContinuousClock.now
    let played = try await audit.play()
    let estimators = try estimators(audit.models, played)
    let bar = ProgressBar("truth", total: options.scenarios, unit: "scenarios", console: console)
    defer { bar.clear() }
    let truth = try await audit.truth(of: played) { _ in bar.advance() }
    bar.finish(AuditAnswer.words(of: truth, options))
    let rows = ProgressBar("credit", total: estimators.count, unit: "estimators", console: console)
    defer { rows.clear() }
    let result = try await audit.scores(of: estimators, on: played, against: truth) {
      rows.advance(detail: $0)
    }
    rows.finish(Words.count(estimators.count, "estimator"))
    try write(played, result, writer)
    try writer.close()
    let answer = AuditAnswer(
      environment: E.id, options, played, result, trace: folder.relativePath,
      seconds: (ContinuousClock.now - watch) / .seconds(1))
    if invocation.has(.json) {
      try console.answer(json: answer)
    } else {
      console.answer(answer.text(width: max(console.width, 190)))
    }
    return .success
  }

  /// Returns the estimators that were named, or all that the run has evidence for.
  private func estimators(
    _ models: TrainerState?, _ played: AuditedEpisodes
  ) throws -> [CreditedEstimator] {
    let catalog = context.catalog.estimators
    let list = try invocation.text(AuditCommand.credit) ?? catalog.complete().joined(separator: ",")
    let found = try catalog.estimators(list)
    if invocation.has(AuditCommand.credit) { try LawsCommand.refuse(found) }
    let named = try found.map { try CreditedEstimator($0, in: catalog) }
    let refused = named.map {
      RecordedCredit.refusals($0, played.groups, models: models, canFork: true)
    }
    if invocation.has(AuditCommand.credit) {
      guard refused.allSatisfy(\.isEmpty) else {
        throw TrainingError.refusedCredit(refused.flatMap(\.self))
      }
      return named
    }
    let left = zip(named, refused).filter { !$1.isEmpty }.map(\.0.spelling)
    if !left.isEmpty {
      context.console.note(
        "left out, since the policy does not have what they need: " + left.joined(separator: ", "))
    }
    return zip(named, refused).filter { $1.isEmpty }.map(\.0)
  }

  private func write(
    _ played: AuditedEpisodes, _ result: AuditResult, _ writer: TraceWriter
  ) throws {
    for (index, group) in played.groups.enumerated() {
      for (place, episode) in group.enumerated() {
        let credit = result.credit[episode.name]?.mapValues {
          CreditRecord($0)
        }
        try writer.append(
          EpisodeRecord(
            purpose: .run, episode: episode, credit: credit,
            truth: result.truth.turns[index][place]))
      }
    }
  }
}
