import Testing
import TurnwiseCore
import TurnwiseModel
import TurnwiseTraining

@Suite struct `Imitation` {
  private let configuration = Tiny.configuration {
    ($0.imitation.demonstrations, $0.imitation.habit, $0.imitation.slip) = (120, 0.5, 0)
  }

  private func demonstrations() async throws -> [Episode] {
    try await WarmStart.demonstrations(in: Switchboard(), configuration, workers: 2)
  }

  @Test func `reads refused calls and does not imitate them`() async throws {
    var episode = try await demonstrations()[0]
    let format = PlainPrompt(training: [episode], vocabulary: 300)
    let whole = format.demonstration(episode) { !$0.isRefused }
    #expect(whole == format.demonstration(episode))
    var refused = episode.turns[0]
    refused.replies = [ToolReply("No such switch.", isRefusal: true)]
    refused.action = .call("press", ["name": "zz"])
    episode.turns.insert(refused, at: 0)
    let sequence = format.demonstration(episode) { !$0.isRefused }
    let all = format.demonstration(episode)
    #expect(sequence.tokens == all.tokens)
    #expect(sequence.scored.count < all.scored.count)
    #expect(sequence.scored == Array(all.scored.suffix(sequence.scored.count)))
  }

  @Test func `says so where every call was refused`() async throws {
    var episode = try await demonstrations()[0]
    for turn in episode.turns.indices {
      episode.turns[turn].replies = [ToolReply("No.", isRefusal: true)]
    }
    #expect(throws: TrainingError.everyTurnRefused) {
      _ = try WarmStart(cloning: [episode], Tiny.configuration(), workers: 1)
    }
  }

  @Test func `never learns a call that is always refused`() async throws {
    // Half of the first actions are refused. A policy that imitated them would press 'zz'.
    let episodes = try await demonstrations().enumerated().map { number, episode in
      var episode = episode
      if number.isMultiple(of: 2) {
        var refused = episode.turns[0]
        refused.action = .call("press", ["name": "zz"])
        refused.replies = [ToolReply("No such switch.", isRefusal: true)]
        episode.turns.insert(refused, at: 0)
      }
      return episode
    }
    var configuration = configuration
    (configuration.cloning.steps, configuration.model.actionTokens) = (250, 16)
    let start = try WarmStart(cloning: episodes, configuration, workers: 2)
    #expect(start.report.refused > 0.2)
    let played = try await Evaluation.play(
      start.policy, greedily: false, in: Switchboard(), episodes: 60, seed: 1, workers: 2)
    let refusedPresses = played.flatMap(\.turns).count { $0.action.text.string.contains("zz") }
    #expect(refusedPresses <= 3)
  }

  @Test func `ends early where nothing more is gained`() async throws {
    var configuration = configuration
    (configuration.cloning.steps, configuration.cloning.patience) = (20_000, 250)
    let start = try WarmStart(cloning: try await demonstrations(), configuration, workers: 2)
    #expect(start.report.reason != .budget)
    #expect(start.report.steps < 5000)
    #expect(start.report.heldOutLosses.count == start.report.steps / 250)
  }

  @Test func `takes all steps if told so, and then some`() async throws {
    var configuration = configuration
    (configuration.cloning.steps, configuration.cloning.patience) = (40, 0)
    let episodes = try await demonstrations()
    var start = try WarmStart(cloning: episodes, configuration, workers: 2)
    #expect(start.report.steps == 40 && start.report.reason == .budget)
    let (before, turns) = (start, start.demonstrationTurns)
    try start.imitate(further: episodes, configuration, workers: 2)
    #expect(start.report.steps == 20)
    #expect(start.demonstrationTurns == 2 * turns)
    #expect(start.policy.model != before.policy.model)
    #expect(start.report.loss < before.report.loss)
  }

  @Test func `counts what does not fit the context`() async throws {
    var configuration = configuration
    // Few pairs of bytes are tokens, so that episodes are long.
    configuration.model.vocabulary = 262
    let episodes = try await demonstrations()
    let format = PlainPrompt(training: episodes, vocabulary: configuration.model.vocabulary)
    let lengths = episodes.map { format.demonstration($0).tokens.count }
    let longest = try #require(lengths.max())
    let long = lengths.count { $0 == longest }
    try #require(long < episodes.count && longest > 16)
    (configuration.cloning.steps, configuration.model.context) = (2, longest - 1)
    let start = try WarmStart(cloning: episodes, configuration, workers: 2)
    #expect(start.report.tooLong == long && start.report.demonstrations == episodes.count)
  }
}
