import Testing
import TurnwiseCore
import TurnwiseEnvironments

@Suite struct `An agent that does not read` {
  @Test(arguments: [ExpertNoise.none, ExpertNoise(habit: 0.6, slip: 0.1)])
  func `solves at most a fifth of held-out tasks`(noise: ExpertNoise) async throws {
    let agent = BlindAgent(
      learningFrom: await playExpert(noise, try shellSessions(count: 120))
        .map { BlindAgent.Lesson($0, $0.scenario) })
    var played: [Session<Shell>] = []
    for session in try shellSessions(nil, .heldOut, count: 80) {
      played.append(await play(agent.actions(for: session.scenario), in: session))
    }
    #expect(played.allSatisfy { !$0.turns.isEmpty })
    #expect(played.successRate() <= 0.2)
  }
}
