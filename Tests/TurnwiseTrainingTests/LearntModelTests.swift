import Foundation
import Testing
import TurnwiseCore
import TurnwiseCredit
import TurnwiseModel
import TurnwiseTrace
import TurnwiseTraining

/// Episodes of a few tokens that are written by hand.
private struct ToyEpisodes {
  private let template: Episode
  /// A format whose tokens fit a model of `vocabulary` tokens.
  var format: PlainPrompt { PlainPrompt(training: [template], vocabulary: Self.vocabulary) }
  static let vocabulary = 300

  init() async throws {
    template = try await WarmStart.demonstrations(
      in: Switchboard(), Tiny.configuration { $0.imitation.demonstrations = 1 }, workers: 1)[0]
  }

  /// Returns an episode with the given observed and sampled tokens of each turn; `cuts` are the
  /// turns that start a new segment.
  func episode(
    _ turns: [(read: [Int32], sampled: [Int32])], reward: Double = 0, cuts: Set<Int> = [],
    ending: Ending = .terminated
  ) -> Episode {
    var episode = template
    (episode.tape, episode.turns, episode.ending) = (TokenTape(), [], ending)
    episode.judgement = Judgement(success: reward > 0.5, reward: reward)
    for (number, turn) in turns.enumerated() {
      if cuts.contains(number) { episode.tape.startSegment() }
      episode.tape.append(turn.read, as: .observation, turn: number)
      let span =
        turn.sampled.isEmpty
        ? nil
        : episode.tape.appendSampled(
          turn.sampled, logProbabilities: turn.sampled.map { _ in -1 }, turn: number)
      episode.turns.append(Turn(observation: "", action: .nothing, span: span))
    }
    return episode
  }

  /// A model of 16 tokens, or more.
  static func model(vocabulary: Int = 16) -> Transformer {
    var random = Randomness(seed: 1)
    return Transformer(
      ModelConfiguration(
        vocabulary: vocabulary, width: 16, layers: 1, heads: 2, feedForward: 24, context: 32),
      using: &random)
  }
}

@Suite struct `A process reward model` {
  @Test func `is taught the mean return of the forks from each state`() async throws {
    let toys = try await ToyEpisodes()
    let first = toys.episode([([1, 2], [3, 4]), ([5], [6]), ([7], [8, 9])], cuts: [2])
    let second = toys.episode([([1, 2], [4])])
    var model = ProcessModel(from: ToyEpisodes.model())
    model.add(
      [[first, second], [second]],
      [
        [
          ForkPoint(episode: 0, turn: 2): [ForkOutcome(return: 0.5)],
          ForkPoint(episode: 0, turn: 0): [1, 0, 0, 1].map { ForkOutcome(return: $0) },
          ForkPoint(episode: 0, turn: 1): [
            // Returns are not discounted, and an absent reward counts as 0.
            ForkOutcome(turns: [CreditTurn(reward: 0.25), CreditTurn(reward: nil)]),
            ForkOutcome(turns: [CreditTurn(reward: 0.25), CreditTurn(reward: 1)]),
          ],
          ForkPoint(episode: 1, turn: 0): [],
        ], [ForkPoint(episode: 0, turn: 0): [ForkOutcome(return: 1)]],
      ], update: 3)
    // The tokens before the turn in its own segment, and none of the turn itself.
    #expect(model.labels.map(\.tokens) == [[1, 2], [1, 2, 3, 4, 5], [7], [1, 2]])
    #expect(model.labels.map(\.value) == [0.5, 0.75, 0.5, 1])
    #expect(model.labels.map(\.update) == [3, 3, 3, 3])
  }

  @Test func `forgets labels after eight updates`() async throws {
    let episode = try await ToyEpisodes().episode([([1], [2])])
    var model = ProcessModel(from: ToyEpisodes.model())
    for update in 1...12 {
      model.add(
        [[episode]], [[ForkPoint(episode: 0, turn: 0): [ForkOutcome(return: 0)]]], update: update)
      #expect(model.labels.map(\.update) == Array(max(1, update - 7)...update))
    }
    model.add([], [], update: 40)
    #expect(model.labels.isEmpty)
  }

  @Test func `says what it was taught where the context decides`() async throws {
    let toys = try await ToyEpisodes()
    // Only the first token decides the value.
    let taught = (0..<8).map { number in
      let context = [Int32(number % 2), Int32(4 + number / 2)]
      return toys.episode([(context, [10]), ([11], [12])])
    }
    var model = ProcessModel(from: ToyEpisodes.model())
    let before = model.read(taught, format: toys.format, workers: 1).numbers
    #expect(before.values == Array(repeating: [0, 0], count: 8))
    model.add(
      [taught],
      [
        Dictionary(
          uniqueKeysWithValues: taught.indices.flatMap { episode in
            (0..<2).map { turn in
              (
                ForkPoint(episode: episode, turn: turn),
                [ForkOutcome(return: episode % 2 == 0 ? 0.2 : 0.9)]
              )
            }
          })
      ], update: 1)
    let configuration = Tiny.configuration {
      ($0.optimizer.minibatches, $0.critic.rate) = (1, 0.01)
    }
    let policy = ToyEpisodes.model()
    let passed = try model.fit(
      configuration, epochs: 100, random: Randomness(seed: 1), workers: 2)
    // 8 contexts of two tokens and 8 of four, a hundred times.
    #expect(passed == 100 * 8 * (2 + 4))
    let values = model.read(taught, format: toys.format, workers: 1).numbers.values
    for (number, values) in values.enumerated() {
      for value in values { #expect(abs(value - (number % 2 == 0 ? 0.2 : 0.9)) < 0.05) }
    }
    let untouched = policy == ToyEpisodes.model()
    #expect(untouched)
  }

  @Test func `says the same for any number of workers`() async throws {
    let toys = try await ToyEpisodes()
    let episodes = [0, 1, 2, 3, 4, 5].map { toys.episode([([$0, 7], [8]), ([9], [10])]) }
    func fitted(workers: Int) throws -> ProcessModel {
      var model = ProcessModel(from: ToyEpisodes.model())
      for (number, episode) in episodes.enumerated() {
        model.add(
          [[episode]],
          [[ForkPoint(episode: 0, turn: number % 2): [ForkOutcome(return: Double(number))]]],
          update: 1)
      }
      _ = try model.fit(
        Tiny.configuration(), epochs: 4, random: Randomness(seed: 1), workers: workers)
      return model
    }
    let isSame = try fitted(workers: 1) == fitted(workers: 4)
    #expect(isSame)
  }

  @Test func `gives a turn without tokens the value of the next state`() async throws {
    let toys = try await ToyEpisodes()
    let turns: [(read: [Int32], sampled: [Int32])] = [([1], []), ([2], [3]), ([4], [])]
    var model = ProcessModel(from: ToyEpisodes.model(vocabulary: ToyEpisodes.vocabulary))
    let cut = toys.episode(turns, ending: .truncated(.contextFull))
    let ended = toys.episode(turns)
    let limited = toys.episode(turns, ending: .truncated(.turnLimit))
    model.add(
      [[cut]], [[ForkPoint(episode: 0, turn: 1): [ForkOutcome(return: 1)]]], update: 1)
    _ = try model.fit(
      Tiny.configuration(), epochs: 20, random: Randomness(seed: 1), workers: 1)
    let said = model.read([cut, ended, limited], format: toys.format, workers: 1).numbers
    let value = said.values[0][1]
    #expect(value > 0.01)
    let after = try #require(said.bootstrap[0])
    #expect(said.values[0] == [value, value, after] && after != 0)
    #expect(said.values[1] == [value, value, 0])
    #expect(said.bootstrap[1] == nil)
    // The environment's own turn limit ends the episode.
    #expect(said.values[2] == said.values[1] && said.bootstrap[2] == nil)
  }

  @Test func `is taught by a trainer what its recorded forks came to`() async throws {
    let run = try await TracedRun.of("process=delta+turn")
    let (played, forks) = (run.episodes(.training), run.episodes(.fork))
    func context(_ episode: Episode, _ turn: Int) throws -> [Int32] {
      let reference = try #require(episode.turns[turn].span)
      let span = try #require(episode.tape[reference])
      return Array(episode.tape.segments[reference.segment].tokens[..<span.start])
    }
    var returns: [Int: [[Int32]: [Double]]] = [:]
    for fork in forks {
      let parent = try #require(fork.parent)
      let source = try #require(played.first { $0.name == parent.episode })
      let paid = fork.rewards[parent.turn...].reduce(0) { $0 + ($1 ?? 0) }
      returns[fork.origin.iteration, default: [:]][
        try context(source, parent.turn), default: []
      ].append(paid)
    }
    let labels = try #require(run.state.evidence[ProcessModel.self]?.labels)
    #expect(Set(labels.map(\.update)) == [1, 2])
    for label in labels {
      let paid = try #require(returns[label.update]?[label.tokens])
      #expect(paid.count == run.configuration.processModel.forks)
      #expect(abs(label.value - paid.reduce(0, +) / Double(paid.count)) < 1e-12)
    }
    #expect(Set(labels.map(\.tokens)) == Set(returns.values.flatMap(\.keys)))
    #expect(Set(labels.map(\.value)).count > 1)
  }
}

@Suite struct `An implicit process reward model` {
  /// The cross-entropy of one episode.
  private func crossEntropy(odds: Double, outcome: Double) -> Double {
    ImplicitReward.Loss.outcome.judge([[(odds, outcome)]]).loss
  }

  private func fresh(_ recipe: ImplicitReward = ImplicitReward()) -> ImplicitModel {
    ImplicitModel(from: ToyEpisodes.model(), recipe)
  }

  /// The losses of pairs in iStar's worked example.
  @Test(arguments: [(0.2, -0.1, 0.554355), (0.2, -0.15, 0.533382)])
  func `compares the better of a pair with the worse`(
    better: Double, worse: Double, printed: Double
  ) {
    let judged = ImplicitReward.Loss.pairs.judge([[(worse, 0), (better, 1)]])
    #expect(abs(judged.loss - printed) <= 5e-7)
    #expect(judged.accuracy == 1)
    // The derivative of -log sigma(better - worse).
    let slope = -1 / (1 + exp(better - worse))
    #expect(abs(judged.slopes[0][1] - slope) < 1e-15)
    #expect(abs(judged.slopes[0][0] + slope) < 1e-15)
  }

  @Test func `learns nothing from a group whose episodes earned the same`() {
    let judged = ImplicitReward.Loss.pairs.judge([[(0.3, 1), (-2, 1)], [(1, 0)]])
    #expect(judged.slopes == [[0, 0], [0]] && judged.loss == 0)
  }

  @Test(arguments: ImplicitReward.Loss.allCases)
  func `has the slopes that its loss falls by`(loss: ImplicitReward.Loss) {
    let group = [(odds: 0.4, outcome: 1.0), (odds: -0.3, outcome: 0), (odds: 1.1, outcome: 0.25)]
    let slopes = loss.judge([group]).slopes[0]
    for index in group.indices {
      func value(_ shift: Double) -> Double {
        var group = group
        group[index].odds += shift
        return loss.judge([group]).loss
      }
      #expect(abs((value(1e-5) - value(-1e-5)) / 2e-5 - slopes[index]) < 1e-8)
    }
  }

  @Test func `is compared with the policy that sampled where its recipe says so`() async throws {
    let toys = try await ToyEpisodes()
    let episode = toys.episode([([1], [2, 5]), ([6], [7])], reward: 1)
    let ratios = fresh(ImplicitReward { $0.reference = .policy }).read([episode], workers: 1)
      .numbers
    let own = fresh().model.score(
      episode.tape.segments.map { segment in
        TrainingSequence(
          tokens: segment.tokens,
          scored: segment.spans.filter { $0.kind == .sampled }.flatMap { Array($0.range) })
      }
    ).flatMap(\.logProbabilities)
    let behavior = episode.tape.segments.flatMap(\.spans).compactMap(\.logProbabilities).joined()
    let expected = zip(own, behavior).map { Double($0) - Double($1) }
    #expect(zip(ratios[0].joined(), expected).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  /// The cross-entropies in PRIME's worked example.
  @Test(arguments: [
    ("E1", 0.2, 1.0, 0.598139), ("E2", -0.1, 0, 0.644397), ("E3", 0.2, 1, 0.598139),
    ("E4", -0.15, 0, 0.620957),
  ])
  func `loses what the worked example prints`(
    episode: String, odds: Double, outcome: Double, printed: Double
  ) {
    let loss = crossEntropy(odds: odds, outcome: outcome)
    #expect(abs(loss - printed) <= 5e-7, "\(episode)")
  }

  @Test func `loses a finite amount however sure it is`() {
    for odds in [40, 800, 1e6, 1e300] {
      for sign in [1.0, -1] {
        let (right, wrong) = (sign > 0 ? 1.0 : 0, sign > 0 ? 0.0 : 1)
        #expect(crossEntropy(odds: sign * odds, outcome: right) < 1e-17)
        #expect(crossEntropy(odds: sign * odds, outcome: wrong) == odds)
        #expect(crossEntropy(odds: sign * odds, outcome: 0.5) == odds / 2)
      }
    }
    #expect(crossEntropy(odds: 0, outcome: 0.3) == log(2))
  }

  /// Episodes whose outcome depends on their first token.
  private func episodes() async throws -> [Episode] {
    let toys = try await ToyEpisodes()
    return (0..<6).map { number in
      let (first, last) = (Int32(2 + number % 2), Int32(7 + number % 3))
      return toys.episode([([1], [first, 5]), ([6], [last])], reward: Double(number % 2))
    }
  }

  @Test func `says nothing before its first step`() async throws {
    let model = fresh()
    let ratios = model.read(try await episodes(), workers: 2).numbers
    #expect(ratios == Array(repeating: [[0, 0], [0]], count: 6))
  }

  @Test func `tells good from bad a little better after each step`() async throws {
    let episodes = try await episodes()
    let configuration = Tiny.configuration {
      ($0.optimizer.minibatches, $0.critic.rate) = (1, 0.001)
    }
    var model = fresh()
    var losses: [Double] = []
    for step in 0..<8 {
      let report = try model.fit(
        [episodes], configuration, random: Randomness(seed: UInt64(step)), workers: 2)
      #expect(report.passedTokens == 6 * 5)
      losses.append(report.loss)
    }
    // All log-ratios are 0 before the first step, except for rounding, because matrices of other
    // sizes are multiplied in another order.
    #expect(abs(losses[0] - log(2)) < 1e-7)
    #expect(zip(losses, losses.dropFirst()).allSatisfy { $0 > $1 }, "\(losses)")
    let sums = model.read(episodes, workers: 1).numbers.map { $0.joined().reduce(0, +) }
    for (number, sum) in sums.enumerated() { #expect((sum > 0) == (number % 2 == 1)) }
    let last = try model.fit([episodes], configuration, random: Randomness(seed: 9), workers: 1)
    #expect(last.accuracy == 1)
    // The reported loss is the cross-entropy of the model's own log-ratios.
    let expected = sums.enumerated().map { number, sum in
      crossEntropy(odds: ImplicitReward().beta * sum, outcome: Double(number % 2))
    }
    #expect(abs(last.loss - expected.reduce(0, +) / 6) < 1e-7)
    let keepsReference = model.start == ToyEpisodes.model()
    #expect(keepsReference)
  }

  @Test func `learns the same for any number of workers`() async throws {
    let episodes = try await episodes()
    func fitted(workers: Int) throws -> ImplicitModel {
      var model = fresh()
      _ = try model.fit(
        [episodes], Tiny.configuration(), random: Randomness(seed: 1), workers: workers)
      return model
    }
    let isSame = try fitted(workers: 1) == fitted(workers: 3)
    #expect(isSame)
  }
}
