import Testing
import TurnwiseCore
import TurnwiseCredit
import TurnwiseModel
import TurnwiseTraining

/// The value after an episode that was cut off because its context was full.
@Suite struct `The value after an episode that was cut` {
  /// Episodes of a policy, and the same episodes cut off before a turn, as by a full context.
  private struct Cut {
    var whole: Episode
    var turn: Int
    var episode: Episode
  }

  private func cuts() async throws -> (LanguagePolicy, [Cut]) {
    let configuration = Tiny.configuration { $0.cloning.steps = 200 }
    let policy = try await Tiny.warmStart(configuration).policy
    let episodes = try await Evaluation.play(
      policy, greedily: false, in: Tiny.game, episodes: 8, seed: 3, workers: 2)
    let cuts = episodes.flatMap { episode in
      episode.turns.indices.dropFirst().map { turn in
        var cut = episode
        cut.turns = Array(episode.turns[..<turn])
        cut.tape = episode.tape.prefix(beforeTurn: turn)
        cut.ending = .truncated(.contextFull)
        cut.finalObservation = episode.turns[turn].observation.text
        return Cut(whole: episode, turn: turn, episode: cut)
      }
    }
    return (policy, cuts)
  }

  /// Returns the tokens before the first token of a turn.
  private func context(_ episode: Episode, _ turn: Int) throws -> [Int32] {
    let reference = try #require(episode.turns[turn].span)
    let span = try #require(episode.tape[reference])
    return Array(episode.tape.segments[reference.segment].tokens[..<span.start])
  }

  @Test func `is read in the context that the next turn was decided on`() async throws {
    let (policy, cuts) = try await cuts()
    #expect(cuts.count > 8)
    for cut in cuts {
      #expect(
        policy.format.nextContext(of: cut.episode, window: 400)
          == (try context(cut.whole, cut.turn)))
    }
  }

  @Test func `is what a model was taught of that context`() async throws {
    let (policy, cuts) = try await cuts()
    var model = ProcessModel(from: policy.model)
    // The value is 0.8 before every decision, so predictions are near it there and not elsewhere.
    model.add(
      cuts.map { [$0.whole] },
      cuts.map { [ForkPoint(episode: 0, turn: $0.turn): [ForkOutcome(return: 0.8)]] }, update: 1)
    _ = try model.fit(
      Tiny.configuration { ($0.critic.rate, $0.optimizer.minibatches) = (0.01, 1) }, epochs: 40,
      random: Randomness(seed: 1), workers: 2)
    for cut in cuts {
      let whole = model.read([cut.whole], format: policy.format, workers: 1).numbers
      let said = model.read([cut.episode], format: policy.format, workers: 1).numbers
      let after = try #require(said.bootstrap[0])
      #expect(abs(after - whole.values[0][cut.turn]) < 1e-4)
      #expect(abs(after - 0.8) < 0.1)
    }
  }

  @Test func `fits a context that is full`() async throws {
    let (policy, cuts) = try await cuts()
    let cut = try #require(
      cuts.max { $0.episode.tape.context.count < $1.episode.tape.context.count })
    let (read, whole) = (cut.episode.tape.context, try context(cut.whole, cut.turn))
    for window in [whole.count - 1, read.count + 1, read.count, read.count - 5] {
      let context = policy.format.nextContext(of: cut.episode, window: window)
      #expect(context.count <= window && context.last == policy.format.opening.last)
      // New text is left out first, then the oldest text.
      let kept = min(read.count, window - 1)
      #expect(Array(context.prefix(kept)) == Array(read.suffix(kept)))
    }
  }

  @Test func `is recorded by a session whose policy has no room`() async throws {
    let configuration = Tiny.configuration { $0.cloning.steps = 200 }
    var policy = try await Tiny.warmStart(configuration).policy
    let played = try await Evaluation.play(
      policy, greedily: false, in: Tiny.game, episodes: 4, seed: 3, workers: 1)
    let longest = played.map { $0.tape.context.count }.max() ?? 0
    var smaller = policy.model.configuration
    smaller.context = longest - 8
    policy.model = Transformer(smaller, parameters: Array(policy.model.parameters))
    let cut = try await Evaluation.play(
      policy, greedily: false, in: Tiny.game, episodes: 4, seed: 3, workers: 1
    ).filter { $0.ending == .truncated(.contextFull) }
    #expect(!cut.isEmpty)
    for episode in cut {
      #expect(episode.finalObservation != nil)
      let group = try CreditGroup([episode])
      #expect(group.episodes[0].isTruncated)
    }
    #expect(played.allSatisfy { ($0.finalObservation != nil) == $0.ending.isCutFromOutside })
  }
}
