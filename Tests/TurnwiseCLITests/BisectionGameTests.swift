import Testing
import Turnwise
import TurnwiseCLI

/// The game that `turnwise bench` times environments with.
@Suite struct `The bisection game` {
  private func session<E: Environment>(_ environment: E, number: Int) throws -> Session<E>
  where E.Scenario == Int {
    try Session(
      environment, scenario: number, origin: EpisodeOrigin(seed: 1, split: .train, scenario: 0))
  }

  private func bisected<E: Environment>(
    _ environment: E, number: Int, _ action: (Int) -> Action
  ) async throws -> Session<E> where E.Scenario == Int {
    var (session, player) = (try session(environment, number: number), BisectingPlayer())
    while session.ending == nil {
      let answer = session.turns.last?.replies.first?.text
      await session.play(action(player.guess(after: answer)))
    }
    return session
  }

  @Test func `is won by halving, in words and by tool alike`() async throws {
    var turns = 0
    for number in 0...127 {
      let words = try await bisected(
        BisectionGame(), number: number, BisectionGame.action)
      let typed = try await bisected(
        TypedBisectionGame(), number: number, TypedBisectionGame.action)
      #expect(words.ending == .terminated && words.judgement?.success == true)
      #expect(
        words.turns.last?.replies.first?.text.string == "Correct after \(words.turns.count) turns.")
      #expect(words.turns.map(\.replies) == typed.turns.map(\.replies))
      #expect(words.turns.map(\.reward) == typed.turns.map(\.reward))
      #expect(words.turns.map(\.stateKey) == typed.turns.map(\.stateKey))
      #expect(try words.episode().totalReward == 1)
      turns += words.turns.count
    }
    // 127 numbers fill seven levels of a tree; one more hangs below them.
    #expect(turns == (1...7).reduce(0) { $0 + $1 << ($1 - 1) } + 8)
  }

  @Test(arguments: [
    ("<guess>63</guess>", "Higher.", 0),
    ("I say <guess>101</guess>, or <guess>1</guess>", "Lower.", 0),
    ("<guess><guess>99</guess>", "Higher.", 0), ("<guess></guess> <guess>99</guess>", "Higher.", 0),
    ("<guess>99999999999999999999999</guess>", "Lower.", 0),
    ("<guess>100</guess>", "Correct after 1 turns.", 1), ("", "Bad format.", -1),
    ("<guess>100</gues", "Bad format.", -1), ("<guess>-1</guess>", "Bad format.", -1),
    ("100", "Bad format.", -1),
  ])
  func `takes the first guess in the words`(words: String, answer: String, reward: Double)
    async throws
  {
    var session = try session(BisectionGame(), number: 100)
    await session.play(Action(text: Text(words), calls: []))
    #expect(session.turns.first?.replies.first?.text.string == answer)
    #expect(session.turns.first?.reward == reward)
  }

  @Test func `ends after eight turns`() async throws {
    var session = try session(BisectionGame(), number: 100)
    for _ in 0..<10 { await session.play(.nothing) }
    #expect(session.ending == .truncated(.turnLimit) && session.turns.count == 8)
    #expect(session.judgement?.success == false)
    #expect(try session.episode().totalReward == -8)
  }

  @Test func `keeps the laws of environments`() async throws {
    let words = await EnvironmentChecker(BisectionGame()).check()
    let typed = await EnvironmentChecker(TypedBisectionGame()).check()
    #expect(words.violations.isEmpty && typed.violations.isEmpty)
  }
}
