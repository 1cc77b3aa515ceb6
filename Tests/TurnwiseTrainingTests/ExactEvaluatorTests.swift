import Foundation
import Testing
import TurnwiseCore
import TurnwiseModel
import TurnwiseTrace
import TurnwiseTraining

@Suite struct `An exact evaluation` {
  /// Switches of which a note names the right one, and a policy that has learnt to read the note in
  /// half of the episodes.
  private static let clone = Task {
    var configuration = Tiny.configuration {
      ($0.imitation.demonstrations, $0.cloning.steps, $0.imitation.habit, $0.imitation.slip) = (
        200, 250, 0.5, 0
      )
      $0.cloning.temperature = 0.5
    }
    configuration.model.actionTokens = 8
    let episodes = try await WarmStart.demonstrations(
      in: Switchboard(), configuration, workers: 2)
    return try WarmStart(cloning: episodes, configuration, workers: 2).policy
  }

  private func origin(_ member: Int = 0) -> EpisodeOrigin {
    EpisodeOrigin(seed: 5, split: .train, scenario: 3, member: member)
  }

  private func sampled(_ policy: LanguagePolicy, _ count: Int) async throws -> [Episode] {
    let sessions = try (0..<count).map { try Session(Switchboard(), origin: origin($0)) }
    return try await Rollout(.policy(policy), workers: 2).play(sessions).map { try $0.episode() }
  }

  /// Set TURNWISE_EXACT_EPISODES to 100000 for the strictest form of the test.
  @Test func `is met by sampling, within what is left open and four standard errors`()
    async throws
  {
    let policy = try await Self.clone.value
    let exact = try await ExactEvaluator<Switchboard>(policy, cutoff: 1e-6, workers: 2)
      .evaluate(Session(Switchboard(), origin: origin()))
    #expect(exact.unresolved < 0.02 && exact.histories > 10)
    #expect(exact.success > 0.1 && exact.success < 0.95)
    let asked = ProcessInfo.processInfo.environment["TURNWISE_EXACT_EPISODES"].flatMap { Int($0) }
    let count = asked ?? 4000
    let episodes = try await sampled(policy, count)
    let successes = Double(episodes.count(where: \.isSuccess)) / Double(count)
    let error = (exact.success * (1 - exact.success) / Double(count)).squareRoot()
    #expect(abs(successes - exact.success) < 4 * error + exact.unresolved, "\(exact) \(successes)")
    let returns = episodes.reduce(0) { $0 + ($1.totalReward ?? 0) } / Double(count)
    #expect(abs(returns - exact.value) < 4 * error + exact.unresolved * exact.span)
    print("exact \(exact.success) ± \(exact.unresolved), \(count) episodes: \(successes)")
  }

  @Test func `follows every turn that is visited, and its advantages add up to the return`()
    async throws
  {
    let policy = try await Self.clone.value
    let episodes = try await sampled(policy, 16)
    let exact = try await ExactEvaluator<Switchboard>(policy, cutoff: 1e-4, workers: 1)
      .evaluate(Session(Switchboard(), origin: origin()), visiting: episodes)
    #expect(exact.turns.map(\.count) == episodes.map(\.turns.count))
    for (episode, turns) in zip(episodes, exact.turns) {
      // The game is not random, so V of the start plus all advantages is the return (Kakade and
      // Langford 2002).
      let sum = turns.reduce(exact.value) { $0 + $1.advantage }
      #expect(abs(sum - (episode.totalReward ?? .nan)) < 1e-9)
      for (before, after) in zip(turns, turns.dropFirst()) {
        #expect(abs(before.actionValue - after.value) < 1e-12)
      }
      #expect(turns.allSatisfy { $0.bound < 0.2 && $0.standardError == 0 })
    }
  }

  @Test func `does not depend on the number of workers, nor on who is visited`() async throws {
    let policy = try await Self.clone.value
    let start = try Session(Switchboard(), origin: origin())
    let one = try await ExactEvaluator<Switchboard>(policy, workers: 1).evaluate(start)
    let three = try await ExactEvaluator<Switchboard>(policy, workers: 3).evaluate(start)
    #expect(one.value == three.value && one.histories == three.histories)
    let episodes = try await sampled(policy, 8)
    let visited = try await ExactEvaluator<Switchboard>(policy).evaluate(start, visiting: episodes)
    #expect(abs(visited.value - one.value) <= one.unresolved * one.span)
  }

  @Test func `has the gradient that finite differences have`() async throws {
    let policy = try await Self.clone.value
    let start = try Session(Switchboard(), origin: origin())
    let exact = try await ExactEvaluator<Switchboard>(policy).evaluate(start)
    let gradient = exact.gradient(tolerance: 0, workers: 2)
    let length = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    #expect(length > 1e-3)
    /// Returns the value after a step along the gradient; the step is not small, as Float has seven
    /// digits.
    func value(_ step: Double) async throws -> Double {
      var moved = policy
      for index in gradient.indices {
        moved.model.parameters[index] += Float(step * Double(gradient[index]) / length)
      }
      return try await ExactEvaluator<Switchboard>(moved).evaluate(start).value
    }
    let step = 2e-3
    let slope = try await (value(step) - value(-step)) / (2 * step)
    #expect(abs(slope / length - 1) < 0.02, "\(slope) \(length)")
    // The path along the larger terms gives nearly all of the gradient.
    let most = exact.gradient(tolerance: 1e-2)
    let cosine = zip(gradient, most).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    #expect(cosine / length / length > 0.95)
  }

  @Test func `is refused where there are too many histories`() async throws {
    let policy = try await Self.clone.value
    let start = try Session(Switchboard(), origin: origin())
    await #expect(throws: ExactEvaluationError.tooManyHistories(limit: 3, cutoff: 1e-5)) {
      _ = try await ExactEvaluator<Switchboard>(policy, nodeLimit: 3).evaluate(start)
    }
  }

  @Test func `is refused where the environment draws, and where another policy played`()
    async throws
  {
    let policy = try await Self.clone.value
    var episode = try await sampled(policy, 1)[0]
    let start = try Session(Switchboard(), origin: origin())
    episode.turns[0].span = nil
    await #expect(
      throws: ExactEvaluationError.notVisited(episode: episode.name, turn: 0)
    ) {
      _ = try await ExactEvaluator<Switchboard>(policy).evaluate(start, visiting: [episode])
    }
    let dice = try Session(Dice(), origin: origin())
    await #expect(throws: ExactEvaluationError.randomEnvironment("dice-v1", turn: 0)) {
      _ = try await ExactEvaluator<Dice>(policy).evaluate(dice)
    }
  }
}

/// Throws a die each turn.
private struct Dice: Environment {
  static let id = "dice-v1"
  struct Scenario: Codable { var split: Split }
  struct State: Codable { var eyes = 0 }
  var turnLimit: Int { 2 }
  var tools: Toolbox<State> { Toolbox {} }
  func scenario(in split: Split, using random: inout Randomness) -> Scenario {
    Scenario(split: split)
  }
  func start(_ scenario: Scenario, using random: inout Randomness) -> State { State() }
  func step(_ state: inout State, _ action: Action, using random: inout Randomness) async
    -> Outcome
  {
    state.eyes = Int.random(in: 1...6, using: &random)
    return Outcome()
  }
  func judge(_ state: State) -> Judgement { Judgement(success: state.eyes == 6) }
}
