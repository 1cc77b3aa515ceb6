import Testing
import TurnwiseCore
import TurnwiseEnvironments

@Suite struct `The judge of shell tasks` {
  /// The expert's episode without its last turn, which submits.
  private func solved(_ family: String) async throws -> (Session<Shell>, answer: String) {
    var session = try #require(try shellSessions(family, count: 1, seed: 9).first)
    while session.turns.count < 8 {
      let action = try #require(try session.expertAction())
      if let answer = action.calls.first?.arguments["answer"], case .string(let text) = answer {
        return (session, text)
      }
      await session.play(action)
      if let failure = session.ending?.failure { throw failure }
    }
    throw Failure(.policy, code: "endless", message: "The expert never submits.")
  }

  @Test(arguments: Shell().families)
  func `accepts the expert's work, with blanks around the answer and additional files`(
    family: String
  ) async throws {
    let (session, answer) = try await solved(family)
    let played = await play(["bash touch notes.tmp", "submit  \(answer) \n"], in: session)
    #expect(played.judgement?.success == true)
    #expect(played.judgement?.gold != nil)
  }

  @Test(arguments: Shell().families)
  func `rejects other answers if the task has a question`(family: String) async throws {
    let (session, answer) = try await solved(family)
    let hasQuestion = session.scenario.answer != nil
    for wrong in ["done", "", "\(answer)0", "7\(answer)"] {
      #expect(await play(["submit \(wrong)"], in: session).judgement?.success == !hasQuestion)
    }
  }

  @Test(arguments: Shell().families)
  func `rejects the right answer if another file was removed or changed`(
    family: String
  ) async throws {
    let (session, answer) = try await solved(family)
    let changing = session.scenario.results.map(\.path) + session.scenario.removed
    let other = try #require(session.scenario.files.first { !changing.contains($0.path) }).path
    for damage in ["rm \(other)", "echo >> \(other)", "chmod 777 \(other)", "mv \(other) moved"] {
      let played = await play(["bash \(damage)", "submit \(answer)"], in: session)
      #expect(played.judgement?.success == false)
      #expect(played.turns.last?.potential == 0)
    }
  }

  @Test(arguments: Shell().families)
  func `rejects the right answer without the work`(family: String) async throws {
    let (session, answer) = try await solved(family)
    let start = try #require(try shellSessions(family, count: 1, seed: 9).first)
    let played = await play(["submit \(answer)"], in: start)
    #expect(played.judgement?.success == session.scenario.results.isEmpty)
  }

  @Test(arguments: Shell().families)
  func `rejects work that was never submitted`(family: String) async throws {
    let (session, _) = try await solved(family)
    let played = await play(Array(repeating: "bash true", count: 8), in: session)
    #expect(played.ending == .truncated(.turnLimit))
    #expect(played.judgement?.success == false)
  }

  @Test func `accepts renaming the logs of the right folder only`() async throws {
    let session = try #require(try shellSessions("rename", count: 1).first)
    let everywhere = "bash for f in $(find . -name '*.log'); do mv $f ${f%.log}.old; done"
    #expect(await play([everywhere, "submit done"], in: session).judgement?.success == false)
  }

  @Test func `requires an executable script, not only its output`() async throws {
    let (session, answer) = try await solved("script")
    let path = try #require(session.scenario.results.first).path
    let played = await play(["bash chmod -x \(path)", "submit \(answer)"], in: session)
    #expect(played.judgement?.success == false)
  }
}
