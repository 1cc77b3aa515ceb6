internal import Foundation
internal import Turnwise

/// Plays episodes and writes their trace.
struct RunCommand: Subcommand {
  let name = "run"
  let summary = "play episodes of an environment and write their trace"
  let operand: String? = "ENV"
  let examples = [
    "turnwise run keydoor-v1 --policy expert --episodes 20",
    "turnwise run keydoor-v1 --policy random --episodes 200 --json",
  ]
  let flags = [
    Self.policy, Self.episodes, Self.split, Self.habit, Self.slip, Self.greedy, .environmentSet,
    .tasks, .seed, .workers, .out, .force, .json,
  ]

  private static let policy = Flag(
    "policy", "expert, null, random, or the folder of a run that trained a policy", value: "NAME",
    default: "expert")
  private static let episodes = Flag(
    "episodes", "how many episodes to play", value: "N", default: "20")
  private static let split = Flag(
    "split", "train or held-out scenarios", value: "SPLIT", default: Split.heldOut.rawValue)
  private static let habit = Flag(
    "habit", "how often the expert takes a shortcut that skips looking", value: "P", default: "0")
  private static let slip = Flag(
    "slip", "how often the expert does a wrong thing", value: "P", default: "0")
  private static let greedy = Flag("greedy", "take the likeliest tokens instead of sampling them")

  /// How many episodes are played before they are written.
  private static let chunk = 64

  /// The options that can change what is played.
  private struct Configuration: Codable {
    var policy: String
    var episodes: Int
    var split: Split
    var noise: ExpertNoise
    var greedy: Bool
    var seed: HexSeed

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
    let environment = try context.catalog.environment(of: invocation)
    return try await play(environment, invocation, context)
  }

  private func play<E: Environment>(
    _ environment: E, _ invocation: Invocation, _ context: Context
  ) async throws -> ExitStatus {
    let configuration = try configuration(invocation)
    let workers = try invocation.workers()
    try environment.draw(from: [configuration.split])
    let player = try player(
      configuration, environment, workers: workers, out: invocation.text(.out), context.console)
    let numbers = try numbers(configuration, environment, player, context.console)
    try await environment.prepare()
    let folder = RunFolder.choose(
      invocation, suggestion: "run-\(E.id)-\(Self.shortName(configuration.policy))")
    let writer = try RunFolder.writer(
      folder, name, environment, configuration, workers, replacing: invocation.has(.force))
    let bar = ProgressBar(
      "run \(E.id)", total: numbers.count, unit: "episodes", console: context.console)
    let rollout = Rollout(player, workers: workers) { if $0 { bar.advance() } }
    var episodes: [Episode] = []
    for start in stride(from: 0, to: numbers.count, by: Self.chunk) where !Task.isCancelled {
      let sessions = try numbers[start..<min(start + Self.chunk, numbers.count)].map {
        try Session(environment, origin: configuration.origin(of: $0))
      }
      for session in await rollout.play(sessions)
      where session.ending?.failure?.boundary != .cancelled {
        let blobs = BlobStore()
        let episode = try session.episode(includingState: true, blobs: blobs)
        try writer.append(EpisodeRecord(purpose: .run, episode: episode), blobs: blobs)
        episodes.append(episode)
      }
    }
    bar.finish("\(episodes.count) episodes")
    try report(episodes, configuration, folder, invocation, context)
    if Task.isCancelled {
      context.console.note(
        "stopped after \(episodes.count) episodes; they are in \(folder.relativePath)")
      return .interrupted
    }
    return episodes.contains { $0.ending.failure != nil } ? .negative : .success
  }

  private func configuration(_ invocation: Invocation) throws -> Configuration {
    let splitText = invocation.text(Self.split) ?? Split.heldOut.rawValue
    guard let split = Split(rawValue: splitText) else {
      throw UsageError.badValue(
        flag: Self.split.name, text: splitText,
        expected: Split.allCases.map(\.rawValue).joined(separator: " or "))
    }
    return Configuration(
      policy: invocation.text(Self.policy) ?? "expert",
      episodes: try invocation.integer(Self.episodes, atLeast: 1, default: 20), split: split,
      noise: ExpertNoise(
        habit: try invocation.probability(Self.habit, default: 0),
        slip: try invocation.probability(Self.slip, default: 0)),
      greedy: invocation.has(Self.greedy),
      seed: HexSeed(UInt64(try invocation.integer(.seed, atLeast: 0, default: 1))))
  }

  private func player<E: Environment>(
    _ configuration: Configuration, _ environment: E, workers: Int, out: String?, _ console: Console
  ) throws -> Player {
    switch configuration.policy {
    case "null": return .policy(NullPolicy())
    case "random": return .policy(RandomPolicy())
    case "expert": return .expert(configuration.noise)
    default:
      var policy = try TrainedPolicy.state(
        in: configuration.policy, for: environment, writingTo: out, console
      ).policy
      policy.temperature = configuration.greedy ? 0 : 1
      policy.workers = workers
      return .policy(policy)
    }
  }

  /// The episodes to play: an expert plays those that he knows.
  private func numbers<E: Environment>(
    _ configuration: Configuration, _ environment: E, _ player: Player, _ console: Console
  ) throws -> [Int] {
    let numbers = Array(0..<configuration.episodes)
    guard case .expert = player else { return numbers }
    var sessions = try numbers.map {
      try Session(environment, origin: configuration.origin(of: $0))
    }
    let knowledge = try ExpertKnowledge(filtering: &sessions)
    guard !sessions.isEmpty else {
      throw UsageError.noExpert(
        E.id, families: knowledge.unknown,
        taskNeed: (E.self as? any TaskFolderEnvironment.Type)?.expertNeed)
    }
    Words.warning(of: knowledge, in: environment).map(console.warn)
    return sessions.map(\.origin.scenario)
  }

  private static func shortName(_ policy: String) -> String {
    policy.split(separator: "/").last.map(String.init) ?? "policy"
  }

  private func report(
    _ episodes: [Episode], _ configuration: Configuration, _ folder: URL,
    _ invocation: Invocation, _ context: Context
  ) throws {
    guard let first = episodes.first else { return }
    let judged = episodes.filter { $0.judgement?.success != nil }
    let rewards = episodes.compactMap(\.totalReward)
    let families = Dictionary(grouping: judged, by: \.family).mapValues { family in
      Answer.Family(
        episodes: family.count,
        success: Double(family.filter(\.isSuccess).count) / Double(family.count))
    }
    let answer = Answer(
      environment: first.environment, policy: configuration.policy, episodes: episodes.count,
      success: judged.isEmpty
        ? nil : Double(judged.filter(\.isSuccess).count) / Double(judged.count),
      reward: rewards.isEmpty ? nil : rewards.reduce(0, +) / Double(rewards.count),
      turns: Double(episodes.map(\.turns.count).reduce(0, +)) / Double(episodes.count),
      failed: episodes.filter { $0.ending.failure != nil }.count, families: families,
      trace: folder.relativePath)
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
    if let failure = episodes.lazy.compactMap(\.ending.failure).first {
      context.console.warn("first failure: \(TerminalText.escaped(failure.description))")
    }
    context.console.answer("trace   \(answer.trace)\nread it: \(Program.name) show \(answer.trace)")
  }
}
