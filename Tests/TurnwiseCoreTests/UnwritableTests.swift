import Testing
import TurnwiseCore

/// A search whose best cost is infinite until something is found.
struct Hunt: Environment {
  static let id = "hunt-v1"

  struct Scenario: Codable, Sendable {
    var number: Int
    var limit = 1.0
  }
  struct State: Codable, Sendable {
    var scenario: Scenario
    var best = [Double.infinity]
    var reward = 0.0
  }
  struct Look: Tool {
    static let name = "look"
    static let summary = "Looks."
    struct Arguments: Decodable { var cost: Double }
    func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness)
      -> ToolReply
    {
      state.best = [arguments.cost]
      return ToolReply("Found.", reward: arguments.cost)
    }
  }

  var gold: JSONValue?
  var judged = 1.0
  var turnLimit: Int { 2 }
  var tools: Toolbox<State> { Toolbox { Look() } }
  func scenario(in split: Split, using random: inout Randomness) -> Scenario {
    Scenario(number: .random(in: 0..<100, using: &random))
  }
  func start(_ scenario: Scenario, using random: inout Randomness) -> State {
    State(scenario: scenario)
  }
  func judge(_ state: State) -> Judgement {
    Judgement(success: state.best[0].isFinite, reward: judged, gold: gold)
  }

  func session(limit: Double = 1) throws -> Session<Hunt> {
    try Session(
      self, scenario: Scenario(number: 1, limit: limit),
      origin: EpisodeOrigin(seed: 1, split: .train, scenario: 0))
  }
}

@Suite struct `An episode that cannot be written as JSON` {
  private static let look = Action.call("look", ["cost": 2])

  @Test func `fails alone, and names the field and what to do`() async throws {
    let idle = try await play(Hunt().session(), [.nothing, .nothing])
    let found = try await play(Hunt().session(), [Self.look, .nothing])
    #expect(found.ending == .truncated(.turnLimit) && found.finalState?["best"] == [2])
    let failure = try #require(idle.ending.failure)
    #expect(failure.boundary == .environment && failure.code == "not-encodable")
    #expect(
      failure.message
        == "state.best.0 is infinite: JSON cannot represent it; store nil or a large number.")
    #expect(idle.turns.count == 2 && idle.finalState == nil)
    #expect(idle.totalReward == nil && idle.judgement == nil)
    #expect(try JSON.decode(Episode.self, from: JSON.encode(idle)) == idle)
  }

  @Test func `is whole where the state is not recorded`() async throws {
    var session = try Hunt().session()
    for _ in 0..<2 { await session.play(.nothing) }
    #expect(try session.episode().ending == .truncated(.turnLimit))
  }

  @Test func `fails where the scenario cannot be written`() async throws {
    let episode = try await play(Hunt().session(limit: .nan), [Self.look, .nothing])
    #expect(episode.scenario == .null)
    #expect(
      episode.ending.failure?.message
        == "scenario.limit is not a number: JSON cannot represent it; store nil or a large number.")
  }

  @Test func `keeps a failure that came before`() async throws {
    var session = try Hunt().session()
    session.fail(Failure(.policy, code: "lost", message: "Lost."))
    #expect(try session.episode(includingState: true).ending.failure?.code == "lost")
  }

  @Test func `fails at the judge where the hidden answer is infinite`() async throws {
    let hunt = Hunt(gold: ["costs": [1, .number(.infinity)]])
    let episode = try await play(hunt.session(), [Self.look, .nothing])
    #expect(episode.ending.failure?.boundary == .judge)
    #expect(episode.ending.failure?.message.hasPrefix("gold.costs.1 is infinite") == true)
  }

  @Test(arguments: [1e12, -1e12, 1.001e12, -1e308, 1e308])
  func `has no reward whose sums could overflow`(reward: Double) async throws {
    let isAllowed = reward.magnitude <= Outcome.rewardLimit
    let turn = try await play(Hunt().session(), [.call("look", ["cost": .init(reward)]), .nothing])
    #expect((turn.ending.failure == nil) == isAllowed)
    let judged = try await play(Hunt(judged: reward).session(), [Self.look, .nothing])
    #expect((judged.ending.failure == nil) == isAllowed)
    if !isAllowed {
      #expect(turn.ending.failure?.code == "reward-limit")
      #expect(judged.ending.failure?.boundary == .judge)
      #expect(judged.totalReward == nil || judged.totalReward == 2)
    }
  }

  private func play(_ session: Session<Hunt>, _ actions: [Action]) async throws -> Episode {
    var session = session
    for action in actions { await session.play(action) }
    return try session.episode(includingState: true)
  }
}
