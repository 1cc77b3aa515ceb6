import Testing
import TurnwiseCore
import TurnwiseEnvironments
import TurnwiseSandbox

@Suite struct `An overhaul` {
  static let dials: [@Sendable (inout Overhaul) -> Void] = [
    { $0.bugs = 3 }, { $0.bugs = 1 }, { ($0.bugs, $0.reward) = (2, .end) },
    { ($0.bugs, $0.changes, $0.programTurns) = (4, 1, 8) },
  ]

  @Test(arguments: dials.indices)
  func `keeps the laws`(dial: Int) async throws {
    var overhaul = Overhaul()
    Self.dials[dial](&overhaul)
    let report = await EnvironmentChecker(overhaul, scenarios: 3).check()
    for verdict in report.verdicts {
      if case .broken(let reason) = verdict.outcome { Issue.record("\(verdict.law): \(reason)") }
    }
  }

  @Test func `is done by the expert in fifteen to thirty turns, in any order`() async throws {
    for split in Split.allCases {
      for session in await playAll(.expert(.none), try overhauls(split, count: 20)) {
        #expect((15...30).contains(session.turns.count))
        #expect(session.judgement?.success == true && abs(session.earned - 1) < 1e-9)
      }
    }
    let members = try (0..<16).map {
      try Session(
        Overhaul(), origin: EpisodeOrigin(seed: 1, split: .train, scenario: 0, member: $0))
    }
    let played = await playAll(.expert(.none), members)
    let orders = Set(played.map { $0.turns.compactMap(\.shares).joined().map(\.subtask) })
    #expect(orders.count >= 4, "\(orders)")
  }

  @Test func `pays each program when it is submitted, and names it`() async throws {
    let session = try #require(
      await playAll(.expert(.none), try overhauls(count: 1) { $0.bugs = 4 }).first)
    let episode = try session.episode()
    let paid = Dictionary(
      uniqueKeysWithValues: episode.shares.joined().map { ($0.subtask, $0.value) })
    #expect(
      paid == Dictionary(uniqueKeysWithValues: session.scenario.parts.map { ($0.program, 0.25) }))
    for (turn, shares) in zip(episode.turns, episode.shares) {
      #expect(shares.allSatisfy { $0.subtask == turn.subtask })
      #expect(shares.isEmpty == (turn.action.calls[0].name != "submit"))
    }
  }

  @Test func `pays the same in all at the end, without names`() async throws {
    let noise = ExpertNoise(habit: 0.5, slip: 0.1)
    let byBug = await playAll(.expert(noise), try overhauls(count: 12))
    let atEnd = await playAll(.expert(noise), try overhauls(count: 12) { $0.reward = .end })
    for (one, other) in zip(byBug, atEnd) { #expect(abs(one.earned - other.earned) < 1e-9) }
    #expect(Set(atEnd.map(\.earned)).count > 2)
    for session in atEnd {
      let episode = try session.episode()
      #expect(episode.shares.allSatisfy { $0.isEmpty })
      #expect(episode.turns.allSatisfy { $0.reward == nil })
    }
  }

  @Test func `charges for a submitted program that breaks, and pays when it is mended`()
    async throws
  {
    let start = try overhauls(count: 1)[0]
    let names = start.scenario.parts.map(\.program)
    let played = await play(
      [
        try start.opening(names[0]), try start.replacement(of: names[0]), "submit",
        try start.opening(names[1]),
        try start.replacement(of: names[0], breaking: true), try start.replacement(of: names[0]),
      ], in: start)
    let paid = try played.episode().shares.map { $0.first }
    #expect(paid[2] == RewardShare(1.0 / 3, of: names[0]))
    // The turn of the second program is to blame.
    #expect(paid[4] == RewardShare(-1.0 / 3, of: names[1]))
    #expect(paid[5] == RewardShare(1.0 / 3, of: names[1]))
    #expect(abs(played.earned - 1.0 / 3) < 1e-9)
  }

  @Test func `never pays a broken program at the end`() async throws {
    for reward in RepairTiming.allCases {
      let start = try overhauls(count: 1) { ($0.bugs, $0.reward) = (2, reward) }[0]
      let names = start.scenario.parts.map(\.program)
      let played = await play(
        [
          try start.opening(names[0]), try start.replacement(of: names[0]), "submit",
          try start.opening(names[1]),
          try start.replacement(of: names[1]),
          try start.replacement(of: names[0], breaking: true), "submit",
        ], in: start)
      #expect(played.ending == .terminated && played.judgement?.success == false)
      #expect(abs(played.earned - 0.5) < 1e-9, "\(reward)")
    }
  }

  @Test func `starts a new context when a program is opened, changed or submitted`() async throws {
    let session = try #require(await playAll(.expert(.none), try overhauls(count: 1)).first)
    let contexts = try session.episode().contexts
    #expect(contexts.count == 9)
    #expect(contexts.map(\.turns.count).reduce(0, +) == session.turns.count)
    for (number, context) in contexts.enumerated() {
      #expect(Set(context.turns.map(\.subtask)).count == 1)
      let text = context.turns[0].observation.text.string
      #expect(text.hasPrefix(number % 3 == 0 ? "Open one of: " : "Find the bug of "))
      let calls = context.turns.map { $0.action.calls[0].name }
      #expect(calls.last == ["open", "replace", "submit"][number % 3])
    }
  }

  @Test func `says in a new context what the old one showed`() async throws {
    let start = try overhauls(count: 1) {
      ($0.bugs, $0.programs, $0.contextTurns, $0.window) = (1, ["wrap"], 3, 2)
    }[0]
    let played = await play(
      [try start.opening("wrap"), "run_tests", "read wrap.py", "read wrap.py:17"], in: start)
    let first = "Find the bug of wrap in: wrap.py\nTurns left: 13, changes left: 2."
    #expect(played.turns[1].observation.text == Text(first))
    #expect(
      played.situation.observation.text == """
        Find the bug of wrap in: wrap.py
        Turns left: 10, changes left: 2. Read: wrap.py:1-2,17-18
        The last reply was:
        \(played.turns[3].replies[0].text)
        """)
    #expect(played.situation.startsContext)
    let changed = await play([try start.replacement(of: "wrap")], in: played)
    #expect(
      changed.situation.observation.text == """
        Find the bug of wrap in: wrap.py
        Turns left: 9, changes left: 1. Read: wrap.py:1-2,17-18
        """)
  }

  @Test func `has a potential that is the part of the work that was not paid`() async throws {
    for reward in RepairTiming.allCases {
      var session = try overhauls(count: 1) { $0.reward = reward }[0]
      let overhaul = session.environment
      #expect(overhaul.potential(session.state) == 0)
      var paid = 0.0
      while session.ending == nil, let action = try session.expertAction() {
        let before = try #require(overhaul.potential(session.state))
        await session.play(action)
        let after = try #require(overhaul.potential(session.state))
        paid += session.turns.last?.reward ?? 0
        #expect(0...1 ~= after)
        // What was done is paid or still in the potential, and the expert never loses any of it.
        #expect(after + (session.turns.last?.reward ?? 0) >= before - 1e-9)
      }
      let rest = try #require(overhaul.potential(session.state))
      #expect(abs(paid + rest - 1) < 1e-9)
    }
  }

  @Test func `submits a program whose turns are spent as it is`() async throws {
    let start = try overhauls(count: 1) { ($0.bugs, $0.programTurns) = (2, 4) }[0]
    let names = start.scenario.parts.map(\.program)
    let right = await play(
      [try start.opening(names[1]), try start.replacement(of: names[1]), "list .", "list ."],
      in: start)
    #expect(right.turns.last?.shares == [RewardShare(0.5, of: names[1])])
    #expect(right.situation.observation.text == "Open one of: 1 \(Text(names[0]))\nTurns left: 4")
    // Without an open program, the next one is lost, and the reward names nothing.
    let over = await play(Array(repeating: "list .", count: 4), in: right)
    #expect(over.ending == .terminated && over.earned == 0.5)
    #expect(over.turns.last?.reward == 0 && over.turns.last?.shares == nil)
  }

  @Test func `refuses more changes than its rules allow, also by bash`() async throws {
    let start = try overhauls(count: 1)[0]
    let name = start.scenario.parts[0].program
    let path = try start.bug(of: name).path
    let breaking = try start.replacement(of: name, breaking: true)
    let spent = await play([try start.opening(name), breaking, breaking], in: start)
    for action in [breaking, "bash echo >> \(path)"] {
      let refused = await play([action], in: spent)
      #expect(refused.turns.last?.replies[0].isRefusal == true)
      #expect(refused.state.workspace == spent.state.workspace)
    }
    let next = await play(["bash touch notes", "submit", "list ."], in: spent)
    #expect(next.turns.map { $0.replies[0].isRefusal }.suffix(3) == [false, false, true])
  }

  @Test func `opens one program after the other`() async throws {
    let start = try overhauls(count: 1)[0]
    let names = start.scenario.parts.map(\.program)
    let played = await play(
      [
        "run_tests", "open 4", try start.opening(names[0]), try start.opening(names[1]), "submit",
        try start.opening(names[0]), "submit",
      ], in: start)
    #expect(
      played.turns.map { $0.replies[0].isRefusal } == [
        true, true, false, true, false, true, true,
      ])
    #expect(
      played.turns[0].replies[0].text.string
        == "Open one of: 1 \(names[0]), 2 \(names[1]), 3 \(names[2]).")
    #expect(played.turns[3].replies[0].text.string == "Submit \(names[0]) first.")
    var session = start
    await session.play(
      Action(
        text: "two",
        calls: [ToolCall("open", ["number": 1]), ToolCall("submit")]))
    #expect(session.turns[0].replies.map(\.isRefusal) == [false, true])
  }

  @Test func `comes from programs whose files have different names`() throws {
    let paths = Program.all.flatMap { $0.files.map(\.path) }
    #expect(Set(paths).count == paths.count)
  }

  @Test func `has programs and bugs of its split`() throws {
    func bugs(_ split: Split) throws -> Set<RepairTask> {
      Set(try overhauls(split, count: 150).flatMap(\.scenario.parts))
    }
    let (train, heldOut) = (try bugs(.train), try bugs(.heldOut))
    #expect(train.isDisjoint(with: heldOut) && train.count > 250)
    #expect(!train.contains { Program.unseen.contains($0.program) })
    #expect(heldOut.contains { Program.unseen.contains($0.program) })
    for session in try overhauls(count: 50, { $0.bugs = 8 }) {
      #expect(Set(session.scenario.parts.map(\.program)).count == 8)
    }
    #expect {
      try overhauls(count: 1) { ($0.bugs, $0.programs) = (2, ["cart"]) }
    } throws: {
      ($0 as? Failure)?.code == "no-task"
    }
  }

  @Test func `from another version is refused with a reason`() throws {
    var task = try overhauls(count: 1)[0].scenario
    task.parts[1].bugs[0].before += " "
    var random = Randomness(seed: 1)
    #expect {
      try Overhaul().start(task, using: &random)
    } throws: {
      ($0 as? Failure)?.code == "other-program"
    }
  }
}
