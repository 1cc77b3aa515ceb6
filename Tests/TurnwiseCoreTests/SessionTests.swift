import Synchronization
import Testing
import TurnwiseCore

/// A game of one tool, whose machinery misbehaves as the scenario says.
struct Fragile: Environment {
  static let id = "fragile-v1"
  var turnLimit: Int { 3 }
  var counter = Counter()

  enum Trouble: String, Codable, Sendable, CaseIterable {
    case none, step, stepAlways, judge, judgeBusy, judgeBusyAlways, stepReward, judgeReward,
      potential, start
  }
  struct State: Codable, Sendable {
    var trouble: Trouble
    var numbers: [UInt64] = []
    var isOver = false
  }
  /// Counts what is not part of any state: calls of the engine.
  final class Counter: Codable, Sendable {
    private let counts = Mutex((steps: 0, judgements: 0))
    init() {}
    init(from decoder: any Decoder) {}
    func encode(to encoder: any Encoder) {}
    var steps: Int { counts.withLock(\.steps) }
    var judgements: Int { counts.withLock(\.judgements) }
    func countStep() -> Int {
      counts.withLock {
        $0.steps += 1
        return $0.steps
      }
    }
    func countJudgement() -> Int {
      counts.withLock {
        $0.judgements += 1
        return $0.judgements
      }
    }
  }

  var tools: Toolbox<State> { Toolbox {} }
  func scenario(in split: Split, using random: inout Randomness) -> Trouble { .none }
  func start(_ scenario: Trouble, using random: inout Randomness) throws -> State {
    if scenario == .start { throw Unready() }
    return State(trouble: scenario, numbers: [random.next()])
  }
  func step(_ state: inout State, _ action: Action, using random: inout Randomness) async throws
    -> Outcome
  {
    let count = counter.countStep()
    state.numbers.append(random.next())
    if state.trouble == .step, count < 3 { throw Self.busy }
    if state.trouble == .stepAlways { throw Self.busy }
    if action.text == "throw" { throw Unready() }
    if action.text == "end" { state.isOver = true }
    return Outcome(
      reward: state.trouble == .stepReward ? .infinity : nil, isTerminal: action.text == "end")
  }
  private static let busy = Failure(
    .sandbox, code: "busy", message: "Try again.", isRetryable: true)
  func potential(_ state: State) -> Double? { state.trouble == .potential ? .nan : nil }
  func judge(_ state: State) async throws -> Judgement {
    let count = counter.countJudgement()
    if state.trouble == .judgeBusy, count < 3 { throw Self.busy }
    if state.trouble == .judgeBusyAlways { throw Self.busy }
    if state.trouble == .judge { throw Unready() }
    return Judgement(success: state.isOver, reward: state.trouble == .judgeReward ? .nan : 1)
  }
}

@Suite struct `A session` {
  private static let wait = Action(text: "wait", calls: [])
  private static let end = Action(text: "end", calls: [])

  private func fragile(_ trouble: Fragile.Trouble = .none) throws -> Session<Fragile> {
    try Session(
      Fragile(), scenario: trouble, origin: EpisodeOrigin(seed: 1, split: .train, scenario: 0))
  }

  // MARK: - Forks

  @Test func `that is forked stays where it was`() async throws {
    var session = try Session.climb()
    await session.play(.call("go", ["steps": 2]))
    let (key, turns) = (try session.stateKey, session.turns)
    var fork = session.forked("a")
    await fork.play(.call("go", ["steps": 3]))
    #expect(try session.stateKey == key)
    #expect(session.turns == turns)
    #expect(fork.turns.count == 2 && fork.turns.first == turns.first)
    #expect(try fork.stateKey != key)
  }

  @Test func `that is forked has luck of its own, named by the fork`() async throws {
    let session = try Session.climb()
    func luck(_ session: Session<Climb>) async -> Text? {
      var session = session
      await session.play(.call("go", ["steps": 1]))
      return session.turns.last?.replies.first?.text
    }
    let (own, a, b) = (
      await luck(session), await luck(session.forked("a")), await luck(session.forked("b"))
    )
    #expect(Set([own, a, b]).count == 3)
    #expect(await luck(session.forked("a")) == a)
    #expect(await luck(session) == own)
    let decisions = [session, session.forked("a"), session.forked("b")].map(\.situation.random.key)
    #expect(Set(decisions).count == 3)
  }

  @Test func `records the whole line of its forks`() async throws {
    var session = try Session.climb()
    await session.play(.call("go", ["steps": 1]))
    session = session.forked("a")
    await session.play(.call("go", ["steps": 1]))
    session = session.forked("b").forked("c")
    let episode = try session.episode()
    #expect(episode.name == "train/0/0/0/1-a/2-b/2-c")
    #expect(episode.parent == session.lineage.last)
    #expect(episode.ancestors?.map(\.stream) == ["a", "b"])
    #expect(session.lineage.map(\.turn) == [1, 2, 2])
  }

  /// A decision that samples tokens.
  private func decision(_ tokens: [Int32], _ logProbabilities: [Float]) -> Decision {
    var tape = TokenTape()
    let span = tape.appendSampled(tokens, logProbabilities: logProbabilities, turn: 0)
    return .act(Self.wait, .init(tape: tape, span: span))
  }

  @Test func `that is forked in the middle of an action goes on with it`() async throws {
    let session = try fragile()
    let begun = ActionPrefix(tokens: [7, 8], logProbabilities: [-1, -2])
    var fork = session.forked("a", beginning: .tokens(begun))
    #expect(session.situation.begun == nil && fork.situation.begun == begun)
    #expect(fork.name == "train/0/0/0/0.2-a")
    #expect(fork.lineage.map(\.token) == [2])
    let between = session.forked("a")
    #expect(between.name == "train/0/0/0/0-a" && between.lineage.map(\.token) == [0])
    #expect(fork.situation.random != between.situation.random)
    let again = fork.forked("b")
    #expect(again.situation.begun == begun && again.lineage.map(\.token) == [2, 2])
    #expect(
      fork.forked("b", beginning: .tokens(.init(tokens: [], logProbabilities: []))).situation.begun
        == nil)

    await fork.play(.success(decision([7, 8, 9], [-1, -2, -3])))
    #expect(fork.turns.count == 1 && fork.ending == nil)
    #expect(fork.situation.begun == nil)
  }

  @Test func `fails at the policy where an action that was begun is not gone on with`() async throws
  {
    let begun = ActionPrefix(tokens: [7, 8], logProbabilities: [-1, -2])
    let others: [Decision] = [
      decision([7], [-1]), decision([7, 9, 8], [-1, -2, -2]), decision([7, 8], [-1, -1]),
      .act(Self.wait, nil),
    ]
    for other in others {
      var fork = try fragile().forked("a", beginning: .tokens(begun))
      await fork.play(.success(other))
      #expect(fork.ending?.failure?.code == "other-beginning")
      #expect(fork.turns.isEmpty)
    }
  }

  @Test func `writes the token that a fork left behind only where there is one`() throws {
    let begun = ActionPrefix(tokens: [7], logProbabilities: [-1])
    for (session, holds) in [
      (try fragile().forked("a"), false),
      (try fragile().forked("a", beginning: .tokens(begun)), true),
    ] {
      let parent = try #require(session.lineage.last)
      let written = try JSONValue(encoding: parent)
      #expect((written["token"] != nil) == holds)
      #expect(try written.decode(ForkParent.self) == parent)
    }
  }

  // MARK: - Streams

  @Test func `has a start and luck that members of a group share, and decisions that they do not`()
    async throws
  {
    var first = try Session.climb(member: 0)
    var second = try Session.climb(member: 1)
    #expect(first.situation.random.key != second.situation.random.key)
    await first.play(.call("go", ["steps": 1]))
    await second.play(.call("go", ["steps": 1]))
    #expect(first.turns == second.turns)
  }

  @Test func `has streams that are named by purpose, split and place, and by fork`() throws {
    let origin = EpisodeOrigin(seed: 1, split: .heldOut, iteration: 2, scenario: 5, member: 3)
    let session = try Session(Climb(), origin: origin)
    let policy = Randomness(seed: 1).stream("policy-held-out", 2, 5, 3)
    let episode = try session.episode()
    #expect(
      episode.environmentStream == Randomness(seed: 1).stream("environment-held-out", 2, 5).key)
    #expect(episode.policyStream == policy.key)
    let fork = try session.forked("what-if").episode()
    #expect(fork.policyStream == policy.stream("fork-what-if", 0).key)
  }

  @Test func `derives a policy's luck anew for each turn`() async throws {
    var session = try Session.climb()
    let first = session.situation.random
    #expect(session.situation.random == first)
    await session.play(.call("mark", ["word": "x"]))
    #expect(session.situation.random != first)
    var again = try Session.climb()
    await again.play(.call("mark", ["word": "y"]))
    #expect(again.situation.random == session.situation.random)
  }

  // MARK: - Endings

  @Test func `is judged once when it comes to its end`() async throws {
    var session = try fragile()
    await session.play(Self.wait)
    #expect(session.ending == nil && session.judgement == nil)
    await session.play(Self.end)
    await session.play(Self.end)
    #expect(session.ending == .terminated)
    #expect(session.judgement?.success == true)
    #expect(session.turns.count == 2)
    #expect(session.environment.counter.judgements == 1)
  }

  @Test func `is truncated and judged once at its turn limit`() async throws {
    var session = try fragile()
    for _ in 0..<5 { await session.play(Self.wait) }
    #expect(session.ending == .truncated(.turnLimit))
    #expect(session.turns.count == 3)
    #expect(session.judgement?.success == false)
    #expect(session.environment.counter.judgements == 1)
  }

  @Test func `is terminated where its last turn comes to an end`() async throws {
    var session = try fragile()
    for action in [Self.wait, Self.wait, Self.end] { await session.play(action) }
    #expect(session.ending == .terminated)
  }

  @Test func `is truncated and judged when a policy's context is full`() async throws {
    var session = try fragile()
    var tape = TokenTape()
    tape.append([1, 2], as: .template, turn: 0)
    await session.play(.success(.contextFull(tape)))
    #expect(session.ending == .truncated(.contextFull))
    #expect(session.tape == tape)
    #expect(session.turns.isEmpty)
    #expect(session.environment.counter.judgements == 1)
  }

  @Test func `fails without judgement where a policy fails`() async throws {
    let failure = Failure(.policy, code: "down", message: "No answer.")
    var session = try fragile()
    await session.play(.failure(failure))
    #expect(session.ending == .failed(failure))
    #expect(session.judgement == nil)
    #expect(session.environment.counter.judgements == 0)
    #expect(try session.episode().totalReward == nil)
  }

  @Test func `fails where the machinery throws, and keeps what was before`() async throws {
    var session = try fragile()
    await session.play(Self.wait)
    let key = try session.stateKey
    await session.play(Action(text: "throw", calls: []))
    #expect(session.ending?.failure?.boundary == .environment)
    #expect(session.turns.count == 1)
    let episode = try session.episode()
    #expect(episode.finalKey == key)
    #expect(episode.unfinishedAction?.text == "throw")
    #expect(episode.judgement == nil)
  }

  @Test(arguments: [
    (Fragile.Trouble.judge, Failure.Boundary.judge, "thrown"),
    (.stepReward, .environment, "not-finite"), (.judgeReward, .judge, "not-finite"),
    (.potential, .environment, "not-finite"),
  ])
  func `fails at the boundary where the trouble is`(
    trouble: Fragile.Trouble, boundary: Failure.Boundary, code: String
  ) async throws {
    var session = try fragile(trouble)
    let key = try session.stateKey
    await session.play(trouble == .judge || trouble == .judgeReward ? Self.end : Self.wait)
    #expect(session.ending?.failure?.boundary == boundary)
    #expect(session.ending?.failure?.code == code)
    #expect(session.judgement == nil)
    #expect(session.turns.isEmpty == (boundary == .environment))
    // A failed turn leaves no state behind.
    if boundary == .environment { #expect(try session.stateKey == key) }
    let episode = try session.episode(includingState: true)
    #expect(episode.totalReward == nil)
    #expect(try JSON.decode(Episode.self, from: JSON.encode(episode)) == episode)
  }

  @Test(arguments: [Float.nan, -.infinity])
  func `fails at the policy where a log-probability is not finite`(number: Float) async throws {
    var tape = TokenTape()
    let span = tape.appendSampled([1, 2], logProbabilities: [-1, number], turn: 0)
    var session = try fragile()
    await session.play(.success(.act(Self.wait, .init(tape: tape, span: span))))
    #expect(session.ending?.failure?.boundary == .policy)
    #expect(throws: Never.self) { try JSON.encode(session.episode()) }
  }

  @Test func `cannot start where the environment cannot`() {
    #expect(throws: Unready.self) { try fragile(.start) }
  }

  @Test func `is unfinished in a record that is made too early`() throws {
    #expect(try fragile().episode().ending.failure?.code == "unfinished")
  }

  // MARK: - Retries

  @Test func `tries a turn again with the same state and luck, and counts it`() async throws {
    var (session, smooth) = (try fragile(.step), try fragile())
    await session.play(Self.wait)
    await smooth.play(Self.wait)
    #expect(session.ending == nil)
    #expect(session.retries == 2)
    #expect(session.state.numbers == smooth.state.numbers)
    #expect(try session.episode().retries == 2)
  }

  @Test func `gives up after two more tries`() async throws {
    var session = try fragile(.stepAlways)
    await session.play(Self.wait)
    #expect(session.ending?.failure?.code == "busy")
    #expect(session.environment.counter.steps == 3)
    #expect(session.state.numbers.count == 1)
  }

  @Test func `asks a judge again, too, and counts it`() async throws {
    var session = try fragile(.judgeBusy)
    await session.play(Action(text: "end", calls: []))
    #expect(session.ending == .terminated && session.judgement?.success == true)
    #expect(session.retries == 2 && session.environment.counter.judgements == 3)
    var hopeless = try fragile(.judgeBusyAlways)
    await hopeless.play(Action(text: "end", calls: []))
    #expect(hopeless.ending?.failure?.code == "busy" && hopeless.judgement == nil)
    #expect(hopeless.environment.counter.judgements == 3)
  }

  @Test func `does not try again what will not get better`() async throws {
    var session = try fragile()
    await session.play(Action(text: "throw", calls: []))
    #expect(session.environment.counter.steps == 1)
    #expect(session.retries == 0)
  }

  // MARK: - Records

  @Test func `records what was seen, done and decided on`() async throws {
    var session = try Session.climb()
    let key = try session.stateKey
    var tape = TokenTape()
    tape.append([1], as: .observation, turn: 0)
    let span = tape.appendSampled([2, 3], logProbabilities: [-1, -2], turn: 0)
    let action = Action.call("go", ["steps": 2])
    await session.play(.success(.act(action, .init(tape: tape, span: span))))
    let turn = try #require(session.turns.first)
    #expect(turn.observation.text == "Rung 0 of 9.")
    #expect(turn.action == action)
    #expect(turn.stateKey == key)
    #expect(turn.reward == nil)
    #expect(session.tape[try #require(turn.span)]?.logProbabilities == [-1, -2])
  }

  @Test func `records no keys where they are not asked for, and is otherwise the same`()
    async throws
  {
    var records: [Episode] = []
    for recordsStateKeys in [true, false] {
      var session = try Session.climb()
      session.recordsStateKeys = recordsStateKeys
      await session.play(.call("go", ["steps": 9]))
      session = session.forked("a")
      await session.play(.call("mark", ["word": "x"]))
      await session.play(.call("finish"))
      records.append(try session.episode(includingState: true))
    }
    var (with, without) = (records[0], records[1])
    #expect(with.turns.allSatisfy { $0.stateKey != nil } && with.finalKey != nil)
    #expect(without.turns.allSatisfy { $0.stateKey == nil } && without.finalKey == nil)
    with.finalKey = nil
    for turn in with.turns.indices { with.turns[turn].stateKey = nil }
    #expect(with == without)
  }

  @Test func `adds the judgement's reward to the last turn of its record`() async throws {
    var session = try Session.climb()
    await session.play(.call("go", ["steps": 9]))
    await session.play(.call("finish"))
    let episode = try session.episode()
    #expect(episode.rewards == [nil, 1])
    #expect(episode.totalReward == 1)
    #expect(episode.isSuccess)
    #expect(episode.turns.map(\.reward) == [nil, nil])
  }
}
