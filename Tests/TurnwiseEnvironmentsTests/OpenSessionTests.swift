import Foundation
import Testing
import TurnwiseCore
import TurnwiseEnvironments

@Suite struct `An open session` {
  private func start(_ environment: any Environment, scenario: Int = 3) throws -> OpenSession {
    try OpenSession(
      environment, origin: EpisodeOrigin(seed: 5, split: .train, scenario: scenario))
  }

  @Test(arguments: builtInEnvironments.indices)
  func `plays what a session plays, forks alike, and goes on after it was saved at any turn`(
    index: Int
  ) async throws {
    let environment = builtInEnvironments[index]
    var (session, resumed) = (try start(environment), try start(environment))
    let blobs = BlobStore()
    while session.ending == nil {
      let action = try #require(try session.expertAction(ExpertNoise(habit: 0.3, slip: 0.3)))
      let saved = try JSON.encode(resumed.saved(blobs: blobs))
      resumed = try OpenSession(
        environment, saved: JSON.decode(JSONValue.self, from: saved), blobs: blobs)
      #expect(try resumed.stateKey == session.stateKey)
      #expect(resumed.situation.random == session.situation.random)
      #expect(
        try resumed.forked("a").forked("b").episode() == session.forked("a").forked("b").episode())
      await session.play(action)
      await resumed.play(action)
    }
    #expect(session.judgement != nil && !session.turns.isEmpty)
    #expect(
      try session.episode(includingState: true) == resumed.episode(includingState: true))
    #expect(session.environment == type(of: environment).id)
  }

  @Test func `is not restored as one of another environment`() throws {
    let saved = try start(KeyDoor()).saved()
    #expect(throws: DecodingError.self) { _ = try OpenSession(Shell(), saved: saved) }
    #expect(try OpenSession(KeyDoor(), saved: saved).session(of: KeyDoor.self) != nil)
    #expect(try OpenSession(KeyDoor(), saved: saved).session(of: Shell.self) == nil)
  }
}
