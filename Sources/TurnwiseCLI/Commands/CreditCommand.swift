internal import Foundation
internal import Turnwise

/// Computes credit for the recorded episodes of a run.
struct CreditCommand: Subcommand {
  let name = "credit"
  let summary = "credit recorded episodes with any estimators, turn by turn"
  let operand: String? = "RUN"
  let examples = [
    "turnwise credit traces/examples/group --credit rloo,turn,gigpo,group-gae",
    "turnwise credit traces/mine --credit fork:k=16 --write",
  ]
  let flags = [
    Self.credit, Self.purpose, Self.update, Self.episode, Self.limit, Self.write, .workers, .json,
  ]

  private static let credit = Flag(
    "credit", "estimators, such as rloo,turn:gamma=0.95", value: "LIST",
    default: "one of each family that the run allows")
  private static let purpose = Flag(
    "purpose", "credit episodes of this purpose, such as training or run", value: "WORD",
    default: "training, or run if there is no training")
  private static let update = Flag("update", "credit only episodes of update N", value: "N")
  private static let episode = Flag(
    "episode", "print only episode N, and credit only its group", value: "N")
  private static let limit = Flag(
    "limit", "how many episodes are printed", value: "N", default: "16")
  private static let write = Flag("write", "add the credit, and forks, to the run's files")

  private struct Answer: Encodable {
    var environment: String
    var forkTurns: Int
    var episodes: [Entry]

    struct Entry: Encodable {
      var number: Int
      var name: String
      var rewards: [Double?]
      var credit: [String: EpisodeCredit]
    }
  }

  func run(_ invocation: Invocation, _ context: Context) async throws -> ExitStatus {
    let run = try Run(RunFolder.named(by: invocation))
    var reader = try run.episodes()
    var records: [(number: Int, record: EpisodeRecord)] = []
    while let record = reader.next() { records.append((reader.line, record)) }
    // A damaged file is not changed.
    if invocation.has(Self.write), let problem = reader.error ?? reader.cut { throw problem }
    let isDamaged = RunFolder.report(reader, "credited", context.console)
    if isDamaged, records.isEmpty { return .data }
    let groups = try chosen(records, invocation, context)
    let models = try run.models(evidence: context.catalog.evidence)
    if let models { try Self.refuse(groups, unreadableBy: models, run.layout) }
    var recorded = try await recorded(groups, models, run, invocation, context)
    if recorded.needsForks {
      let environment = try context.catalog.environment(run.record.environment)
      recorded = try await playing(recorded, in: environment, run, context)
    }
    try report(recorded, groups, records, run, invocation, context)
    return isDamaged ? .data : .success
  }

  /// Refuses episodes that the models of the run cannot read.
  ///
  /// - Throws: A ``TraceError`` with the line.
  private static func refuse(
    _ groups: [RecordedGroup], unreadableBy models: TrainerState, _ layout: TraceLayout
  ) throws {
    for group in groups {
      for (number, episode) in zip(group.numbers, group.episodes) {
        if let flaw = models.flaw(of: episode) {
          throw TraceError(.inconsistent(flaw), file: layout.episodes.relativePath, line: number)
        }
      }
    }
  }

  /// Returns the groups that the flags select.
  private func chosen(
    _ records: [(number: Int, record: EpisodeRecord)], _ invocation: Invocation, _ context: Context
  ) throws -> [RecordedGroup] {
    let isTraining = records.contains { $0.record.purpose == .training }
    let purpose =
      try invocation.choice(Self.purpose, of: EpisodeRecord.Purpose.self)
      ?? (isTraining ? .training : .run)
    let gathered = RecordedGroups(records, purpose: purpose)
    Words.leftOut(
      failed: gathered.failedEpisodes, unjudged: gathered.unjudgedEpisodes,
      groups: gathered.droppedGroups
    ).map(context.console.warn)
    for remark in gathered.remarks.prefix(5) { context.console.warn(remark) }
    if gathered.remarks.count > 5 {
      context.console.warn("\(gathered.remarks.count - 5) more remarks of this kind")
    }
    var groups = gathered.groups
    if invocation.has(Self.update) {
      let update = try invocation.integer(Self.update, atLeast: 0, atMost: .count, default: 0)
      let numbers = Set(records.lazy.filter { $0.record.update == update }.map(\.number))
      groups.removeAll { !numbers.contains($0.numbers[0]) }
    }
    if invocation.has(Self.episode) {
      let number = try invocation.integer(Self.episode, atLeast: 1, atMost: .count, default: 1)
      groups.removeAll { !$0.numbers.contains(number) }
    }
    guard !groups.isEmpty else {
      throw UsageError.conflict(
        gathered.groups.isEmpty && gathered.droppedGroups > 0
          ? "no \(purpose.rawValue) episode can be credited: all failed or were not scored, or are the"
            + " only ones left of their groups"
          : "no \(purpose.rawValue) episode matches; \(Program.name) show lists all episodes")
    }
    if groups.allSatisfy({ $0.numbers.count == 1 }) {
      context.console.warn(
        "each scenario has only one episode: estimators that compare episodes give 0")
    }
    return groups
  }

  private func recorded(
    _ groups: [RecordedGroup], _ models: TrainerState?, _ run: Run,
    _ invocation: Invocation, _ context: Context
  ) async throws -> RecordedCredit {
    let catalog = context.catalog.estimators
    let episodes = groups.map(\.episodes)
    func named(_ list: String) throws -> [CreditedEstimator] {
      try catalog.estimators(list).map { try CreditedEstimator($0, in: catalog) }
    }
    let hasSubtasks = episodes.joined().contains(where: \.hasSubtasks)
    let shown = catalog.shown(hasSubtasks: hasSubtasks).joined(separator: ",")
    var estimators = try named(invocation.text(Self.credit) ?? shown)
    if invocation.has(Self.credit) {
      try LawsCommand.refuse(estimators.map(\.estimator))
    } else {
      estimators.removeAll {
        !RecordedCredit.refusals($0, episodes, models: models, canFork: models != nil).isEmpty
      }
    }
    let needsForks = estimators.contains { $0.estimator.needs.contains(.forks) }
    let policy = needsForks && models == nil ? try policy(of: run, invocation, context) : nil
    return try await RecordedCredit(
      episodes, estimators, models: models, policy: policy, workers: try invocation.workers())
  }

  /// Returns the policy that played the episodes of a run without a trained policy; nil if the expert did.
  private func policy(
    of run: Run, _ invocation: Invocation, _ context: Context
  ) throws -> (any Policy)? {
    guard case .string(let name)? = run.record.configuration["policy"] else { return nil }
    var use = try PolicyUse(invocation, context.console)
    use.isGreedy = run.record.configuration["greedy"] == true
    let environment = try context.catalog.environment(run.record.environment)
    guard
      case .policy(let policy) = try context.catalog.policies.player(
        name, in: run.restored(environment), use)
    else { return nil }
    return policy
  }

  private func playing<E: Environment>(
    _ recorded: RecordedCredit, in environment: E, _ run: Run, _ context: Context
  ) async throws -> RecordedCredit {
    let environment = try run.restored(environment)
    try await environment.prepare()
    context.console.note("forks are played by \(recorded.policyName)")
    var recorded = recorded
    try await recorded.playForks(in: environment, blobs: run.blobs)
    return recorded
  }

  // MARK: - Words

  private func report(
    _ recorded: RecordedCredit, _ groups: [RecordedGroup],
    _ records: [(number: Int, record: EpisodeRecord)], _ run: Run, _ invocation: Invocation,
    _ context: Context
  ) throws {
    var entries: [Answer.Entry] = []
    for (group, credit) in zip(groups, try recorded.credit()) {
      for (place, episode) in group.episodes.enumerated() {
        entries.append(
          Answer.Entry(
            number: group.numbers[place], name: episode.name, rewards: episode.rewards,
            credit: credit.mapValues { $0.episodes[place] }))
      }
    }
    entries.sort { $0.number < $1.number }
    if invocation.has(Self.write) {
      let credit = entries.map { ($0.number, $0.credit.mapValues { CreditRecord($0) }) }
      // Forks that an earlier call has written are not written again.
      let known = Set(
        records.lazy.map(\.record).filter { $0.purpose == .fork }.map(\.episode.name))
      try run.layout.addCredit(
        Dictionary(uniqueKeysWithValues: credit),
        appending: recorded.forks.filter { !known.contains($0.name) }
          .map { EpisodeRecord(purpose: .fork, episode: $0) })
    }
    if invocation.has(Self.episode) {
      let number = try invocation.integer(
        Self.episode, atLeast: 1, atMost: .count, default: 1)
      entries.removeAll { $0.number != number }
    }
    if invocation.has(.json) {
      try context.console.answer(
        json: Answer(
          environment: run.record.environment, forkTurns: recorded.forkTurns, episodes: entries))
    } else {
      let limit = try invocation.integer(
        Self.limit, atLeast: 1, atMost: .count, default: 16)
      let actions = Dictionary(
        uniqueKeysWithValues: groups.flatMap { zip($0.numbers, $0.episodes) })
      print(entries.prefix(limit), actions, recorded.estimators.map(\.spelling), context)
      if entries.count > limit {
        context.console.answer("\(entries.count - limit) more; --limit N prints more")
      }
      if recorded.forkTurns > 0 {
        context.console.answer(
          "\(recorded.forks.count) forks took \(recorded.forkTurns) environment turns")
      }
      if invocation.has(Self.write) {
        context.console.answer("written to \(run.layout.episodes.relativePath)")
      }
    }
  }

  private func print(
    _ entries: ArraySlice<Answer.Entry>, _ episodes: [Int: Episode], _ names: [String],
    _ context: Context
  ) {
    var table = TextTable(
      [.number("episode", decimals: 0), .number("turn", decimals: 0), .number("reward")]
        + names.map { .number($0, decimals: 3) } + [.text("action")])
    for entry in entries {
      for (turn, reward) in entry.rewards.enumerated() {
        table.append(
          [turn == 0 ? .integer(entry.number) : .text(""), .integer(turn + 1), .number(reward)]
            + names.map { .number(entry.credit[$0]?.turns[turn]) }
            + [.text(episodes[entry.number]?.turns[turn].action.text.string ?? "")])
      }
    }
    context.console.answer(table.rendered(width: max(context.console.width, 100)))
  }
}
