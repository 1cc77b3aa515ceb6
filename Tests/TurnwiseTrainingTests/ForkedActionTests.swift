import Testing
import TurnwiseCore
import TurnwiseEnvironments
import TurnwiseModel
import TurnwiseTraining

@Suite struct `An action that was begun before a fork` {
  /// Forks after every number of tokens of every turn of some episodes.
  private struct Forks {
    var policy: LanguagePolicy
    var parents: [Episode] = []
    var turns: [Int] = []
    var situations: [Situation] = []

    init() async throws {
      policy = try await Tiny.warmStart(Tiny.configuration()).policy
      let sessions = try (0..<3).map {
        try Session(Tiny.game, origin: EpisodeOrigin(seed: 9, split: .train, scenario: $0))
      }
      for history in await Rollout(.policy(policy), workers: 2).playKeepingHistory(sessions) {
        let episode = try history.session.episode()
        for (turn, snapshot) in history.snapshots.enumerated() {
          let span = try #require(episode.turns[turn].span.flatMap { episode.tape[$0] })
          for count in 0...span.range.count {
            let begun = try #require(episode.beginning(ofTurn: turn, count: count))
            parents.append(episode)
            turns.append(turn)
            situations.append(snapshot.forked("a", beginning: begun).situation)
          }
        }
      }
    }

    func decide(_ batch: [Situation]) async throws -> [Decision.Recording] {
      try await policy.makeSampler().decide(batch).map { answer in
        guard case .act(_, let recording?, _) = try answer.get() else { throw CancellationError() }
        return recording
      }
    }
  }

  @Test func `is gone on with, and is as likely as the policy says`() async throws {
    let forks = try await Forks()
    #expect(forks.situations.count > 50)
    let recordings = try await forks.decide(forks.situations)
    for (index, recording) in recordings.enumerated() {
      let span = try #require(recording.tape[recording.span])
      let said = try #require(span.logProbabilities)
      #expect(span.turn == forks.turns[index])
      if let begun = forks.situations[index].begun {
        #expect(recording.tape.beginning(of: recording.span, count: begun.tokens.count) == begun)
      }
      #expect(span.range.count <= forks.policy.actionLimit)
      let sequence = TrainingSequence(
        tokens: recording.tape.segments[recording.span.segment].tokens, scored: Array(span.range))
      let score = forks.policy.model.score([sequence], workers: 1)[0].logProbabilities
      #expect(zip(said, score).allSatisfy { abs($0 - $1) < 1e-4 })
      #expect(said.count == score.count)
    }
  }

  @Test func `is not gone on with where it is complete`() async throws {
    let forks = try await Forks()
    let recordings = try await forks.decide(forks.situations)
    var complete = 0
    for (index, recording) in recordings.enumerated() {
      let (parent, turn) = (forks.parents[index], forks.turns[index])
      let reference = try #require(parent.turns[turn].span)
      guard forks.situations[index].begun?.tokens.count == parent.tape[reference]?.range.count
      else { continue }
      complete += 1
      #expect(recording.tape == parent.tape.prefix(beforeTurn: turn + 1))
      #expect(recording.span == reference)
    }
    #expect(complete > 5)
  }

  @Test func `is gone on with in the same way alone, in a batch and with a cache`() async throws {
    let forks = try await Forks()
    let together = try await forks.decide(forks.situations)
    let sampler = forks.policy.makeSampler()
    for (index, situation) in forks.situations.enumerated() where index % 7 == 0 {
      let alone = try await forks.decide([situation])
      #expect(alone[0].tape == together[index].tape)
      // The same sampler is used, which may have cached the episode's other forks.
      guard case .act(_, let recording?, _) = try await sampler.decide([situation])[0].get() else {
        Issue.record("nothing was sampled")
        continue
      }
      #expect(recording.tape == together[index].tape)
    }
  }

  @Test func `is sampled the same where others begin with the same tokens`() async throws {
    let policy = try await Forks().policy
    let origin = EpisodeOrigin(seed: 9, split: .train, scenario: 0)
    let session = try Session(Tiny.game, origin: origin)
    let rollout = Rollout(.policy(policy), workers: 2)
    let history = try #require(await rollout.playKeepingHistory([session]).first)
    let forks = (0..<9).map { number in
      history.snapshots[number % min(3, history.snapshots.count)].forked("fork \(number)")
    }
    let together = try await rollout.play(forks).map { try $0.episode() }
    for (fork, episode) in zip(forks, together) {
      #expect(try await rollout.play([fork]).map { try $0.episode() } == [episode])
    }
    #expect(Set(together.map { $0.turns.map(\.action) }).count > 1)
  }
}
