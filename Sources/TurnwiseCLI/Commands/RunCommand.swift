internal import Foundation
internal import Synchronization
internal import Turnwise

/// Plays episodes and writes their trace.
struct RunCommand: Subcommand {
  let name = "run"
  let summary = "play episodes of an environment and write their trace"
  let operand: String? = "ENV"
  let examples = [
    "turnwise run keydoor-v1 --policy expert --episodes 20",
    "turnwise run keydoor-v1 --policy expert:habit=0.5 --episodes 200 --json",
    "turnwise run keydoor-v1 --policy human",
  ]
  let flags = [
    .policy, Self.episodes, Self.split, .greedy, Self.episodeBytes, Self.runBytes, .environmentSet,
    .tasks, .seed, .workers, .out, .force, .json,
  ]

  private static let episodes = Flag(
    "episodes", "how many episodes to play", value: "N", default: "20")
  private static let split = Flag(
    "split", "train or held-out scenarios", value: "SPLIT", default: Split.heldOut.rawValue)
  private static let episodeBytes = Flag(
    "episode-bytes", "size limit of an episode and its files", value: "N",
    default: "\(16 << 20)")
  private static let runBytes = Flag(
    "run-bytes", "size limit of the run, which ends when it is reached", value: "N",
    default: "\(4 << 30)")

  /// The number of episodes that are in memory at once.
  private static func chunk(_ player: Player, workers: Int) -> Int {
    if player.human != nil { return 1 }
    // A policy that samples in lock-step reads its weights once for all rows.
    if case .policy(let policy) = player, case .lockStep = policy.feeding { return 64 }
    return max(16, 4 * workers)
  }

  /// The options that can change the episodes.
  private struct Configuration: Codable {
    var policy: String
    var episodes: Int
    var split: Split
    var greedy: Bool
    var seed: HexSeed
    var episodeBytes: Int
    var runBytes: Int

    var quota: EpisodeOutbox.Quota { EpisodeOutbox.Quota(episode: episodeBytes, run: runBytes) }

    func origin(of episode: Int) -> EpisodeOrigin {
      EpisodeOrigin(seed: seed.value, split: split, scenario: episode)
    }
  }

  private struct Answer: Encodable {
    var environment: String
    var policy: String
    var episodes: Int
    var success: Double?
    var reward: Double?
    var turns: Double
    var failed: Int
    var families: [String: Family]
    var trace: String

    struct Family: Encodable {
      var episodes: Int
      var success: Double
    }
  }

  func run(_ invocation: Invocation, _ context: Context) async throws -> ExitStatus {
    let environment = try context.environment(of: invocation)
    return try await play(environment, invocation, context)
  }

  private func play<E: Environment>(
    _ environment: E, _ invocation: Invocation, _ context: Context
  ) async throws -> ExitStatus {
    let configuration = try configuration(invocation)
    var workers = try invocation.workers()
    try environment.draw(from: [configuration.split])
    let player = try context.catalog.policies.player(
      configuration.policy, in: environment, try PolicyUse(invocation, context.console))
    // A person plays one episode after another.
    if player.human != nil { workers = 1 }
    let quota = configuration.quota
    let knowledge = try knowledge(configuration, environment, player, context.console)
    try await environment.prepare()
    let writer = try RunFolder.create(
      invocation,
      suggestion: "run-\(E.id)-"
        + RunFolder.word(context.catalog.policies.shortName(configuration.policy)), name,
      environment, configuration, workers)
    let folder = writer.layout.folder
    let total = knowledge?.episodes ?? configuration.episodes
    let bar = ProgressBar(
      "run \(E.id)", total: total, unit: "episodes", console: context.console,
      isShown: player.human == nil)
    var rollout = Rollout(player, workers: workers) { if $0 { bar.advance() } }
    rollout.verdict = { quota.verdict($0) }
    let outbox = Mutex(EpisodeOutbox(writer, quota))
    let chunk = Self.chunk(player, workers: workers)
    var (first, number) = (0, 0)
    while first < configuration.episodes, !Task.isCancelled, player.human?.hasLeft != true,
      outbox.withLock({ !$0.isFull && $0.failure == nil })
    {
      let end = min(first + chunk, configuration.episodes)
      var sessions = try (first..<end).map {
        try Session(environment, origin: configuration.origin(of: $0))
      }
      if knowledge != nil { _ = try ExpertKnowledge(filtering: &sessions) }
      let start = number
      await rollout.play(sessions) { index, session in
        let ended = Self.ended(session)
        if ended != nil { player.human?.show(session) }
        outbox.withLock { $0.take(start + index, ended) }
      }
      first = end
      number += sessions.count
    }
    let (summary, isFull) = try outbox.withLock { outbox in
      try outbox.close()
      return (outbox.summary, outbox.isFull)
    }
    bar.finish("\(summary.count) episodes")
    try report(summary, E.id, configuration, folder, invocation, context)
    let place = "after \(summary.count) of \(total) episodes; they are in \(folder.relativePath)"
    if isFull {
      context.console.warn("the run has reached --run-bytes \(quota.run): stopped \(place)")
    }
    if Task.isCancelled {
      context.console.note("stopped \(place)")
      return .interrupted
    }
    return summary.failed > 0 || isFull ? .negative : .success
  }

  /// Returns the episode of a session that has ended, with its blobs; `nil` if it was cancelled.
  private static func ended<E: Environment>(
    _ session: Session<E>
  ) -> (episode: Episode, blobs: BlobStore)? {
    guard session.ending?.failure?.boundary != .cancelled else { return nil }
    let blobs = BlobStore()
    do {
      return (try session.episode(includingState: true, blobs: blobs), blobs)
    } catch {
      // A state that cannot be written fails only its own episode.
      var short = session
      short.recordsStateKeys = false
      guard var episode = try? short.episode(scenario: .null) else { return nil }
      episode.ending = .failed(
        Failure(
          .environment, code: "not-recorded", message: "The state cannot be written: \(error)"))
      return (episode, BlobStore())
    }
  }

  private func configuration(_ invocation: Invocation) throws -> Configuration {
    Configuration(
      policy: invocation.text(.policy) ?? "expert",
      episodes: try invocation.integer(Self.episodes, atLeast: 1, atMost: .count, default: 20),
      split: try invocation.choice(Self.split, default: .heldOut),
      greedy: invocation.has(.greedy),
      seed: HexSeed(UInt64(try invocation.integer(.seed, atLeast: 0, atMost: .any, default: 1))),
      episodeBytes: try invocation.integer(
        Self.episodeBytes, atLeast: 1000, atMost: .bytes, default: 16 << 20),
      runBytes: try invocation.integer(
        Self.runBytes, atLeast: 1000, atMost: .bytes, default: 4 << 30))
  }

  /// Returns which scenarios an expert knows, and how many it plays; `nil` for a policy, which plays all.
  private func knowledge<E: Environment>(
    _ configuration: Configuration, _ environment: E, _ player: Player, _ console: Console
  ) throws -> (ExpertKnowledge, episodes: Int)? {
    guard case .expert = player else { return nil }
    var none: [Session<E>] = []
    var (knowledge, count) = (try ExpertKnowledge(filtering: &none), 0)
    for number in 0..<configuration.episodes {
      try Task.checkCancellation()
      var session = [try Session(environment, origin: configuration.origin(of: number))]
      knowledge = knowledge.merging(try ExpertKnowledge(filtering: &session))
      count += session.count
    }
    guard count > 0 else {
      throw UsageError.noExpert(
        E.id, families: knowledge.unknown,
        taskNeed: (E.self as? any TaskFolderEnvironment.Type)?.expertNeed)
    }
    Words.warning(of: knowledge, in: environment).map(console.warn)
    return (knowledge, count)
  }

  private func report(
    _ summary: RunSummary, _ environment: String, _ configuration: Configuration, _ folder: URL,
    _ invocation: Invocation, _ context: Context
  ) throws {
    guard summary.count > 0 else { return }
    let families = summary.families.mapValues { share in
      Answer.Family(episodes: share.count, success: share.value ?? 0)
    }
    let answer = Answer(
      environment: environment, policy: configuration.policy, episodes: summary.count,
      success: summary.judged.value, reward: summary.reward, turns: summary.turns,
      failed: summary.failed, families: families, trace: folder.relativePath)
    if invocation.has(.json) { return try context.console.answer(json: answer) }
    func percent(_ share: Double?) -> String {
      share.map { String(format: "%.1f %%", $0 * 100) } ?? "-"
    }
    context.console.answer(
      "success \(percent(answer.success))  reward \(answer.reward.map { String(format: "%.3f", $0) } ?? "-")"
        + "  turns \(String(format: "%.1f", answer.turns))  failed \(answer.failed)")
    if families.count > 1 {
      for (family, entry) in families.sorted(by: { $0.key < $1.key }) {
        context.console.answer(
          "  \(TerminalText.escaped(family))  \(percent(entry.success)) of \(entry.episodes)")
      }
    }
    if let failure = summary.firstFailure {
      context.console.warn("first failure: \(TerminalText.escaped(failure.description))")
    }
    context.console.answer("trace   \(answer.trace)\nread it: \(Program.name) show \(answer.trace)")
  }
}
