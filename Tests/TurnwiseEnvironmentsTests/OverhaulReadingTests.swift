import Testing
import TurnwiseCore
import TurnwiseEnvironments

@Suite struct `What an agent has read in an overhaul` {
  /// A session in which `wrap` is open, which is one file of 18 lines.
  private func wrap() async throws -> Session<Overhaul> {
    let start = try overhauls(count: 1) { ($0.bugs, $0.programs) = (2, ["wrap", "life"]) }[0]
    return await play([try start.opening("wrap")], in: start)
  }

  private func key(_ actions: [String], in session: Session<Overhaul>) async throws -> StateKey {
    try await play(actions, in: session).stateKey
  }

  @Test func `is part of the state, without the order in which it was read`() async throws {
    let start = try await wrap()
    let nothing = try await key(["list ."], in: start)
    let top = try await key(["read wrap.py"], in: start)
    let tested = try await key(["run_tests"], in: start)
    #expect(Set([nothing, top, tested]).count == 3)
    #expect(
      try await key(["read wrap.py:9", "read wrap.py"], in: start)
        == key(["read wrap.py", "read wrap.py:9"], in: start))
    #expect(
      try await key(["run_tests", "read wrap.py"], in: start)
        == key(["read wrap.py", "run_tests"], in: start))
    // The other program and the tests are not what must be read.
    #expect(try await key(["read wrap_tests.txt"], in: start) == nothing)
  }

  @Test func `is noted line by line, whatever shows it`() async throws {
    let start = try await wrap()
    let read = await play(["read wrap.py:16"], in: start)
    #expect(read.state.reading.lines == ["wrap.py": [16, 17, 18]])
    for command in [
      "sed -n 16,18p wrap.py", "grep -n '' wrap.py | tail -3", "tail -3 wrap.py | cat -n",
    ] {
      let shown = await play(["bash \(command)"], in: start)
      #expect(shown.state.reading == read.state.reading, "\(command)")
    }
    let found = await play(["search center"], in: start)
    #expect(found.state.reading.lines == ["wrap.py": [16]])
    #expect(await play(["bash wc wrap.py"], in: start).state.reading.lines.isEmpty)
  }

  @Test func `ends with a change for reports, and with the program for everything`() async throws {
    let start = try await wrap()
    let replace = try start.replacement(of: "wrap")
    let tested = await play(["bash python3 run_tests.py wrap_tests.txt"], in: start)
    #expect(tested.state.reading.hasReport)
    let changed = await play(["read wrap.py", replace], in: tested)
    #expect(!changed.state.reading.hasReport && !changed.state.reading.lines.isEmpty)
    let submitted = await play(["run_tests", "submit"], in: changed)
    #expect(submitted.state.reading.lines.isEmpty && !submitted.state.reading.hasReport)
    // How a program was repaired is forgotten.
    let blind = await play(
      [replace, "bash cd /tmp; touch x /workspace/x; A=b", "submit"], in: start)
    #expect(try blind.stateKey != start.stateKey)
    #expect(blind.state.workspace == submitted.state.workspace)
    #expect(blind.state.reading == submitted.state.reading)
  }

  @Test func `does not tell in which order programs were repaired`() async throws {
    let start = try overhauls(count: 1)[0]
    let names = start.scenario.parts.map(\.program)
    func repair(_ name: String) throws -> [String] {
      [try start.opening(name), "list .", try start.replacement(of: name), "submit"]
    }
    let first = await play(try repair(names[0]) + repair(names[1]), in: start)
    let second = await play(try repair(names[1]) + repair(names[0]), in: start)
    #expect(try first.stateKey == second.stateKey)
    #expect(first.situation.observation.text == "Open one of: 3 \(Text(names[2]))\nTurns left: 14")
  }

  @Test func `counts as half of a program when it is the wrong line`() async throws {
    let start = try overhauls(count: 1) { $0.bugs = 2 }[0]
    let name = start.scenario.parts[0].program
    let bug = try start.bug(of: name)
    let opened = await play([try start.opening(name)], in: start)
    #expect(opened.environment.potential(opened.state) == 0)
    let read = await play(["read \(bug.path):\(bug.line)"], in: opened)
    #expect(read.environment.potential(read.state) == 0.25)
    let mended = await play([try start.replacement(of: name)], in: read)
    #expect(mended.environment.potential(mended.state) == 0.5)
    let guessed = await play([try start.replacement(of: name)], in: opened)
    #expect(guessed.environment.potential(guessed.state) == 0.5)
    let paid = await play(["submit"], in: mended)
    #expect(paid.environment.potential(paid.state) == 0 && paid.turns.last?.reward == 0.5)
  }
}
