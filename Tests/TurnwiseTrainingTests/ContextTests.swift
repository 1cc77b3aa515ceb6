import Testing
import TurnwiseCore
import TurnwiseCredit
import TurnwiseModel
import TurnwiseTrace
import TurnwiseTraining

@Suite struct `An observation that starts a context` {
  /// A context that holds one door, and not the corridor.
  private let configuration = Tiny.configuration {
    ($0.imitation.demonstrations, $0.imitation.slip) = (120, 0)
    $0.imitation.habit = .share(0.3)
    ($0.cloning.steps, $0.model.context, $0.model.actionTokens) = (200, 60, 12)
  }

  private func start(_ corridor: Corridor = Corridor()) async throws -> (WarmStart, [Episode]) {
    let episodes = try await WarmStart.demonstrations(in: corridor, configuration, workers: 2)
    return (try WarmStart(cloning: episodes, configuration, workers: 2), episodes)
  }

  @Test func `counts as a demonstration of its own, and is imitated by itself`() async throws {
    let (start, episodes) = try await start()
    #expect(episodes.count == 40)
    #expect(episodes.flatMap(\.contexts).count == 120)
    #expect(start.report.tooLong == 0 && start.report.demonstrations == 120)
    let format = start.policy.format
    for episode in episodes {
      let lengths = episode.contexts.map { format.demonstration($0).tokens.count }
      #expect((lengths.max() ?? 0) * 2 < format.demonstration(episode).tokens.count)
    }
  }

  @Test func `begins a segment of the tape with what the agent sees, and nothing before it`()
    async throws
  {
    let (start, _) = try await start()
    let episodes = try await Evaluation.play(
      start.policy, greedily: false, in: Corridor(), episodes: 10, seed: 1, workers: 2)
    for episode in episodes {
      #expect(episode.ending == .terminated || episode.ending == .truncated(.turnLimit))
      let contexts = episode.contexts
      #expect(episode.tape.segments.count == contexts.count)
      for (segment, context) in zip(episode.tape.segments, contexts) {
        let text = start.policy.format.tokenizer.decode(
          Array(segment.tokens[segment.spans[0].range]))
        #expect(Text(text) == context.turns[0].observation.text)
        #expect(segment.spans.count { $0.kind == .sampled } == context.turns.count)
      }
      // What is trained is what the policy read when it decided.
      let scored = start.policy.model.score(TrainingBatch([episode]).sequences, workers: 1)
      let recorded = TrainingBatch([episode]).behavior
      for (scores, behavior) in zip(scored.map(\.logProbabilities), recorded) {
        for (a, b) in zip(scores, behavior) { #expect(abs(a - b) < 2e-3) }
      }
    }
  }

  @Test func `is read alike by the exact evaluation and by sampling`() async throws {
    let (start, _) = try await start()
    let origin = EpisodeOrigin(seed: 1, split: .train, scenario: 0)
    let session = try Session(Corridor(), origin: origin)
    let policy = start.policy.sampling(temperature: 1, workers: 2)
    let exact = try await ExactEvaluator<Corridor>(policy, cutoff: 1e-5, workers: 2)
      .evaluate(session)
    #expect(exact.unresolved < 0.01)
    let sessions = try (0..<300).map {
      try Session(
        Corridor(), origin: EpisodeOrigin(seed: 1, split: .train, scenario: 0, member: $0))
    }
    let returns = try await Rollout(.policy(policy), workers: 2).play(sessions)
      .map { try $0.episode().totalReward ?? 0 }
    let mean = returns.reduce(0, +) / 300
    #expect(abs(mean - exact.value) < 0.06, "\(mean) and \(exact.value)")
  }

  @Test(arguments: ["subtask", "token", "process=delta+turn", "siblings:at=subtask,until=subtask"])
  func `is trained through by estimators of any kind`(credit: String) async throws {
    let (start, _) = try await start()
    var configuration = configuration
    configuration.credit = credit
    var trainer = try Trainer(Corridor(), from: start, configuration, workers: 2)
    for _ in 0..<2 {
      let update = try #require(try await trainer.step())
      #expect(update.metrics["policy/skipped"] == nil)
      #expect(update.metrics["policy/credited_tokens"] ?? 0 > 0)
    }
  }

  @Test func `is imitated from a record where its sub-task was paid`() async throws {
    let (start, _) = try await start()
    let episodes = try await Evaluation.play(
      start.policy, greedily: false, in: Corridor(), episodes: 30, seed: 1, workers: 2)
    for episode in episodes {
      let opened = Set(
        episode.turns.filter { $0.reward ?? 0 > 0 }.compactMap(\.subtask))
      let parts = episode.successfulParts
      if episode.isSuccess {
        #expect(parts == [episode])
      } else {
        #expect(parts.map { $0.turns[0].subtask } == opened.sorted())
        #expect(parts.allSatisfy { Set($0.turns.map(\.subtask)).count == 1 })
      }
    }
    #expect(episodes.contains { !$0.isSuccess && !$0.successfulParts.isEmpty })
  }

  @Test func `is where the answer became likely, if it was read there`() async throws {
    let (start, _) = try await start()
    let episodes = try await Evaluation.play(
      start.policy, greedily: false, in: Corridor(), episodes: 30, seed: 1, workers: 2)
    let reading = AnswerLikelihood().measure(
      episodes, by: EvidenceReader(policy: start.policy, workers: 2))
    #expect(reading.scoredTokens > 0)
    var (before, after): ([Double], [Double]) = ([], [])
    for (episode, likelihoods) in zip(episodes, reading.numbers) {
      #expect(episode.judgement?.reference?.text.string.hasPrefix("turn ") == true)
      #expect(likelihoods.count == episode.turns.count)
      for (turn, likelihood) in zip(episode.turns, likelihoods) where turn.subtask == "door 3" {
        let hasRead = episode.turns.prefix(while: { $0 != turn }).contains {
          $0.subtask == "door 3" && $0.action.calls.first?.name == "read"
        }
        let known = try #require(likelihood)
        if hasRead { after.append(known) } else { before.append(known) }
      }
    }
    let means = (before: before.reduce(0, +), after: after.reduce(0, +))
    #expect(!before.isEmpty && !after.isEmpty)
    #expect(
      means.after / Double(after.count) > means.before / Double(before.count) + 0.2, "\(means)")
  }

  @Test func `has siblings that are learnt once, without the turns of their parent`() async throws {
    let (start, _) = try await start()
    var configuration = configuration
    configuration.credit = "siblings:at=subtask,until=subtask,k=2"
    var trainer = try Trainer(Corridor(), from: start, configuration, workers: 2)
    let update = try #require(try await trainer.step())
    let played = update.episodes.map(\.episode)
    // Two for each door but the first that an episode came to; episodes that went alike share theirs.
    let doors = played.reduce(0) { $0 + Set($1.turns.map(\.subtask)).count - 1 }
    #expect(!update.forks.isEmpty && update.forks.count <= 2 * doors)
    for fork in update.forks {
      let parent = try #require(fork.parent)
      #expect(Set(fork.turns[parent.turn...].map(\.subtask)).count == 1)
      #expect(fork.ending != .truncated(.turnLimit))
    }
    #expect(update.metrics["policy/branches"] == Double(update.forks.count))
    let own = TrainingBatch(played).sequences.reduce(0) { $0 + $1.scored.count }
    let branches = TrainingBatch(update.forks, from: update.forks.map { $0.parent?.turn ?? 0 })
    let sampled = update.forks.reduce(0) { sum, fork in
      sum
        + fork.tape.segments.flatMap(\.spans).reduce(0) {
          $1.kind == .sampled && $1.turn >= fork.parent?.turn ?? 0 ? $0 + $1.range.count : $0
        }
    }
    #expect(branches.sequences.reduce(0) { $0 + $1.scored.count } == sampled)
    let credited = try #require(update.metrics["policy/credited_tokens"])
    #expect(credited > 0 && credited <= Double(own + sampled))
  }

  @Test func `has siblings that enter the loss once, however many points share them`() async throws
  {
    let (start, _) = try await start()
    let sessions = try (0..<2).map {
      try Session(
        Corridor(), origin: EpisodeOrigin(seed: 1, split: .train, scenario: 0, member: $0))
    }
    let episodes = try await Rollout(.policy(start.policy), workers: 1).play(sessions)
      .map { try $0.episode() }
    let points = [ForkPoint(episode: 0, turn: 1), ForkPoint(episode: 1, turn: 1)]
    var evidence = Evidence()
    for point in points {
      evidence.forks[point] = [ForkOutcome(turns: Array(CreditEpisode(episodes[0]).turns[1...]))]
    }
    evidence.distributions = .init(
      logProbabilities: [], squares: [],
      entropies: episodes.map { episode in
        episode.turns.indices.map { [$0 == 1 ? 1 : 0] }
      })
    let estimator = try CreditedEstimator(
      Siblings { ($0.k, $0.share) = (1, 0.01) }, in: .standard)
    let group = try CreditedGroup(
      episodes, evidence,
      continuations: Dictionary(uniqueKeysWithValues: points.map { ($0, [episodes[0]]) }),
      by: [estimator])
    let lessons = group.lessons(of: estimator.spelling)
    #expect(lessons.map(\.firstTurn) == [0, 0, 1])
    #expect(lessons[2].credit.turns[0] == 0)
    #expect(lessons[2].credit.turns.count == episodes[0].turns.count)
  }

  @Test func `has no siblings that end with a sub-task which is paid elsewhere`() async throws {
    var configuration = configuration
    configuration.credit = "siblings:at=subtask,until=subtask"
    let late = Corridor(paysAtEnd: true)
    let episodes = try await WarmStart.demonstrations(in: late, configuration, workers: 2)
    let start = try WarmStart(cloning: episodes, configuration, workers: 2)
    var trainer = try Trainer(late, from: start, configuration, workers: 2)
    await #expect(throws: TrainingError.self) { try await trainer.step() }
  }

  @Test func `has a truth by sub-task that is the exact one, for fewer turns`() async throws {
    let (start, _) = try await start()
    let trainer = try Trainer(Corridor(), from: start, configuration, workers: 2)
    var options = AuditOptions()
    (options.scenarios, options.groups, options.groupSize) = (3, 2, 4)
    (options.points, options.forks, options.goldEvery) = (24, 32, 0)
    func truth(_ source: AuditOptions.Source) async throws -> AuditTruth {
      options.truth = source
      let audit = CreditAudit(Corridor(), models: trainer.state, options, workers: 2)
      return try await audit.truth(of: try await audit.play())
    }
    let (exact, whole, part) = (
      try await truth(.exact), try await truth(.forks), try await truth(.subtask)
    )
    #expect(part.spentTurns * 3 < whole.spentTurns * 2)
    func pairs(_ truth: AuditTruth) -> [(TurnTruth, TurnTruth)] {
      zip(truth.turns.joined().joined(), exact.turns.joined().joined()).compactMap {
        guard let measured = $0, let computed = $1 else { return nil }
        return (measured, computed)
      }
    }
    // The values differ by what other doors earn, and the advantages do not.
    let errors = pairs(part).map { ($0.advantage - $1.advantage) / max(0.02, $0.standardError) }
    #expect(errors.count == 24)
    // A door at which all turns are spent is one that the others depend on.
    #expect(errors.count { abs($0) > 2.5 } <= 1, "\(errors)")
    func noise(_ truth: AuditTruth) -> Double { pairs(truth).reduce(0) { $0 + $1.0.standardError } }
    #expect(noise(part) < 0.8 * noise(whole))
  }

  @Test func `gives credit by sub-task a stronger signal than credit of the whole`() async throws {
    var corridor = Corridor()
    corridor.doors = 6
    let (start, _) = try await start(corridor)
    let trainer = try Trainer(corridor, from: start, configuration, workers: 2)
    var options = AuditOptions()
    (options.scenarios, options.groups, options.groupSize) = (60, 1, 4)
    let audit = CreditAudit(corridor, models: trainer.state, options, workers: 2)
    let names = ["rloo", "turn", "subtask", "token"]
    let preview = try audit.preview(
      of: try names.map {
        try CreditedEstimator(EstimatorCatalog.standard.estimator($0), in: .standard)
      }, on: try await audit.play())
    // `rloo` is what others are compared with, and `token` needs a critic.
    #expect(preview.gains.map(\.estimator) == ["turn", "subtask"])
    #expect(preview.groups == 60 && preview.playedTurns > 60 * 4 * 6)
    #expect(try #require(preview.spread).effectiveTurns > 2)
    let gain = try #require(preview.best)
    #expect(gain.estimator == "subtask")
    #expect(try #require(gain.headroom).ratio > 2, "\(preview)")
  }
}
