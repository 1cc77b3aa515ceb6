import Testing
import TurnwiseCore
import TurnwiseEnvironments

@Suite struct `A shell episode` {
  @Test(arguments: Shell().families)
  func `is solved by the expert in three to eight turns with short replies`(family: String)
    async throws
  {
    for split in Split.allCases {
      let played = await playExpert(.none, try shellSessions(family, split, count: 10))
      #expect(played.successRate() == 1)
      for session in played {
        #expect((3...8).contains(session.turns.count))
        for reply in session.turns.flatMap(\.replies) { #expect(reply.text.bytes.count < 150) }
      }
    }
  }

  @Test(arguments: Shell().families)
  func `never loses progress when the expert plays`(family: String) async throws {
    for session in await playExpert(.none, try shellSessions(family, count: 4)) {
      let potentials = session.turns.compactMap(\.potential)
      #expect(potentials.count == session.turns.count)
      #expect(potentials.first == 0 && potentials.last == 1)
      #expect(zip(potentials, potentials.dropFirst()).allSatisfy { $0 <= $1 })
    }
  }

  @Test func `is often, but not always, lost by an expert with a habit`() async throws {
    let noise = ExpertNoise(habit: 0.6, slip: 0.1)
    let played = await playExpert(noise, try shellSessions(count: 100))
    #expect((0.3...0.65).contains(played.successRate()))
  }

  @Test func `keeps the laws`() async throws {
    let report = await EnvironmentChecker(Shell(), scenarios: 5).check()
    for verdict in report.verdicts {
      if case .broken(let reason) = verdict.outcome { Issue.record("\(verdict.law): \(reason)") }
    }
  }

  @Test func `shows the errors and the status of commands`() async throws {
    let session = try #require(try shellSessions("owner", count: 1).first)
    let played = await play(["bash cat ./nowhere", "bash printf a; exit 3"], in: session)
    #expect(
      played.turns.map { $0.replies[0].text.string } == [
        "cat: ./nowhere: No such file or directory\nexit 1", "a\nexit 3",
      ])
  }

  @Test func `shows no more of an output than the limit`() async throws {
    let session = try #require(try shellSessions("owner", count: 1).first)
    let played = await play(["bash seq 1000"], in: session)
    let text = try #require(played.turns.first?.replies.first?.text.string)
    #expect(text.hasPrefix("1\n2\n3\n") && text.hasSuffix("\n999\n1000"))
    #expect(text.contains(" bytes omitted …]\n") && text.utf8.count < 440)
  }

  @Test func `shows the error in an output that is cut`() async throws {
    let session = try #require(try shellSessions("owner", count: 1).first)
    let played = await play(
      ["bash seq 1 200; ls nosuch", "bash ls nosuch; seq 1 200", "bash printf '漢字%.0s' {1..200}"],
      in: session)
    let texts = played.turns.map { $0.replies[0].text }
    for text in texts[..<2] {
      #expect(text.string.contains("ls: cannot access 'nosuch': No such file or directory"))
    }
    #expect(texts[0].string.hasSuffix("\nexit 2"))
    #expect(texts.allSatisfy { $0.validString != nil })
  }

  @Test func `shows both outputs in the order in which they were written`() async throws {
    let session = try #require(try shellSessions("owner", count: 1).first)
    let played = await play(
      [
        "bash echo o1; echo e1 >&2; echo o2; echo e2 >&2",
        "bash true && { echo b >&2; echo >&2; echo a >&2; }",
        "bash ls nosuch2 | sort nosuch1",
      ], in: session)
    #expect(
      played.turns.map { $0.replies[0].text.string } == [
        "o1\ne1\no2\ne2", "b\n\na",
        "ls: cannot access 'nosuch2': No such file or directory\n"
          + "sort: cannot read: nosuch1: No such file or directory\nexit 2",
      ])
  }

  @Test func `refuses a command with a NUL byte and continues`() async throws {
    let session = try #require(try shellSessions("owner", count: 1).first)
    let played = await play(["bash echo \0", "bash echo gavu"], in: session)
    #expect(played.turns.map { $0.replies[0].isRefusal } == [true, false])
    #expect(try played.turns.first?.stateKey == session.stateKey)
  }

  @Test func `seeds RANDOM from the episode's own stream`() async throws {
    let sessions = try shellSessions("owner", count: 1, seed: 5) + shellSessions("owner", count: 2)
    var outputs: [Text] = []
    for session in sessions + sessions {
      let played = await play(["bash echo $RANDOM"], in: session)
      outputs += played.turns.flatMap(\.replies).map(\.text)
    }
    #expect(outputs.count == 6 && outputs[..<3] == outputs[3...])
    #expect(Set(outputs).count == 3)
  }
}
