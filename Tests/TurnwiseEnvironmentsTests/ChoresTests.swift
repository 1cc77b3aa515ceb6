import Testing
import TurnwiseCore
import TurnwiseEnvironments
import TurnwiseSandbox

/// Creates sessions on days.
private func days(
  _ split: Split = .train, count: Int, seed: UInt64 = 1, _ change: (inout Chores) -> Void = { _ in }
) throws -> [Session<Chores>] {
  var chores = Chores()
  change(&chores)
  return try (0..<count).map {
    try Session(chores, origin: EpisodeOrigin(seed: seed, split: split, scenario: $0))
  }
}

private func playExpert(_ sessions: [Session<Chores>], _ noise: ExpertNoise = .none) async
  -> [Session<Chores>]
{
  let played = await Rollout(.expert(noise), workers: 2).play(sessions)
  for failure in played.compactMap(\.ending?.failure).prefix(1) { Issue.record("\(failure)") }
  return played
}

extension Session {
  fileprivate var earned: Double { (try? episode().totalReward) ?? .nan }
}

@Suite struct `A working day` {
  static let dials: [@Sendable (inout Chores) -> Void] = [
    { $0.jobs = 3 }, { ($0.jobs, $0.reward) = (3, .end) }, { ($0.jobs, $0.routine) = (2, 3) },
    { ($0.jobs, $0.luck) = (3, 0.5) }, { ($0.jobs, $0.irreversible) = (2, true) },
    {
      ($0.jobs, $0.reward, $0.routine) = (2, .end, 2)
      ($0.luck, $0.irreversible) = (0.5, true)
    },
  ]

  @Test(arguments: dials.indices)
  func `keeps the laws`(dial: Int) async throws {
    var chores = Chores()
    Self.dials[dial](&chores)
    let report = await EnvironmentChecker(chores, scenarios: 3).check()
    for verdict in report.verdicts {
      if case .broken(let reason) = verdict.outcome { Issue.record("\(verdict.law): \(reason)") }
    }
  }

  @Test(arguments: Chores().kinds)
  func `has jobs of each kind that the expert does in three to eight turns`(kind: String)
    async throws
  {
    for split in Split.allCases {
      let played = await playExpert(
        try days(split, count: 10) { ($0.jobs, $0.kinds) = (1, [kind]) })
      #expect(played.successRate() == 1)
      for session in played {
        #expect((3...8).contains(session.turns.count))
        for reply in session.turns.flatMap(\.replies) { #expect(reply.text.bytes.count < 150) }
      }
    }
  }

  @Test func `has different kinds of jobs, and days of the splits share no job`() throws {
    for session in try days(count: 20) {
      #expect(Set(session.scenario.jobs.map(\.family)).count == 8)
    }
    func jobs(_ split: Split) throws -> Set<String> {
      Set(try days(split, count: 50).flatMap(\.scenario.jobs).map(\.instruction))
    }
    let (train, heldOut) = (try jobs(.train), try jobs(.heldOut))
    #expect(train.isDisjoint(with: heldOut))
  }

  @Test func `pays each job when it is done, and names it`() async throws {
    let session = try #require(await playExpert(try days(count: 1) { $0.jobs = 4 }).first)
    let episode = try session.episode()
    let paid = episode.shares.joined().map { [$0.subtask: $0.value] }
    #expect(paid == (1...4).map { ["job\($0)": 0.25] })
    #expect(episode.turns.map(\.subtask).first == "job1" && episode.score == 1)
    for (turn, shares) in zip(episode.turns, episode.shares) {
      #expect(shares.allSatisfy { $0.subtask == turn.subtask })
    }
  }

  @Test func `pays the same in all at the end, without names`() async throws {
    let noise = ExpertNoise(habit: 0.5, slip: 0.1)
    let byJob = await playExpert(try days(count: 12) { $0.jobs = 4 }, noise)
    let atEnd = await playExpert(
      try days(count: 12) { ($0.jobs, $0.reward) = (4, .end) }, noise)
    #expect(byJob.map(\.earned) == atEnd.map(\.earned))
    #expect(Set(byJob.map(\.earned)).count > 2)
    for session in atEnd {
      let episode = try session.episode()
      #expect(episode.shares.allSatisfy { $0.isEmpty })
      #expect(episode.turns.allSatisfy { $0.reward == nil })
    }
  }

  @Test func `starts a new context with each job, whose folder is put away when it is over`()
    async throws
  {
    let session = try #require(await playExpert(try days(count: 1) { $0.jobs = 3 }).first)
    let contexts = try session.episode().contexts
    #expect(contexts.count == 3 && contexts.map(\.turns.count).reduce(0, +) == session.turns.count)
    for (number, context) in contexts.enumerated() {
      #expect(Set(context.turns.map(\.subtask)) == ["job\(number + 1)"])
      #expect(context.turns[0].observation.text.string.hasPrefix("Job \(number + 1) of 3: "))
    }
    #expect(session.state.workspace.paths.isEmpty)
    let first = await play(["bash pwd", "submit no", "bash pwd; ls .."], in: try days(count: 1)[0])
    let texts = first.turns.map { $0.replies[0].text.string }
    #expect(texts[0] == "/workspace/job1" && texts[2].hasPrefix("/workspace/job2\njob2\njob3\n"))
  }

  @Test func `forgets how a job was done`() async throws {
    let start = try days(count: 1)[0]
    var (expert, other) = (start, start)
    while expert.state.job == 0 {
      let action = try #require(try expert.expertAction())
      if action.calls.first?.name == "submit" {
        other = await play(["bash export A=b; cd /; touch notes /tmp/x"], in: other)
      }
      await expert.play(action)
      await other.play(action)
    }
    #expect(try expert.stateKey == other.stateKey)
    let lost = await play(["submit no"], in: start)
    #expect(try lost.stateKey != expert.stateKey)
  }

  @Test func `loses a job whose turns are spent, and goes on with the next one`() async throws {
    let session = await play(
      Array(repeating: "bash true", count: 8), in: try days(count: 1) { $0.jobs = 2 }[0])
    #expect(session.state.job == 1 && session.ending == nil)
    #expect(session.turns[7].shares == [RewardShare(0, of: "job1")])
    let over = await play(Array(repeating: "bash true", count: 8), in: session)
    #expect(over.ending == .terminated && over.earned == 0)
    #expect(over.judgement?.success == false)
  }

  @Test(arguments: [
    "rm -rf /workspace/*", "cd ..; rm -r job2; ln -s / job2", "chmod 000 /workspace/job2",
    "cd ..; rm -r job2; echo x > job2", "cd ..; mv job2 job3",
  ])
  func `goes on when an agent destroys the next job, and is lost`(command: String) async throws {
    let session = await play(
      ["bash \(command)", "submit x", "bash pwd", "submit x"],
      in: try days(count: 1) { $0.jobs = 2 }[0])
    #expect(session.ending == .terminated && session.earned == 0)
    #expect(session.turns.count == 4 && session.turns[2].subtask == "job2")
  }

  @Test func `has routine turns that may come in any order and must come first`() async throws {
    let session = try days(count: 1) { ($0.jobs, $0.routine) = (1, 3) }[0]
    #expect(
      session.situation.observation.text.string.hasSuffix(" Tick: lamp, desk, door."))
    let played = await play(
      ["bash ls", "tick door", "tick door", "submit x", "tick lamp", "tick desk", "bash true"],
      in: session)
    #expect(
      played.turns.map { $0.replies[0].isRefusal } == [
        true, false, true, true, false, false, false,
      ])
    let other = await play(["tick desk", "tick lamp", "tick door"], in: session)
    let same = await play(["tick door", "tick desk", "tick lamp"], in: session)
    #expect(try other.stateKey == same.stateKey)
    var first: Set<String> = []
    for session in await playExpert(try days(count: 12) { ($0.jobs, $0.routine) = (1, 3) }) {
      first.insert(session.turns[0].action.text.string)
      #expect(session.judgement?.success == true)
    }
    #expect(first.count == 3)
  }

  @Test func `loses right work by chance, after the decision`() async throws {
    let played = await playExpert(try days(count: 40) { ($0.jobs, $0.luck) = (4, 0.3) })
    #expect(played.allSatisfy { $0.judgement?.success == true })
    let mean = played.map(\.earned).reduce(0, +) / 40
    #expect((0.2...0.4).contains(mean), "\(mean)")
    let session = played[0]
    for (turn, next) in zip(session.turns, session.turns.dropFirst())
    where turn.action.calls[0].name == "submit" {
      #expect(turn.reward == nil && next.action.calls[0].name == "send" && next.reward != nil)
    }
  }

  @Test func `has luck that differs between the members of a group`() async throws {
    var chores = Chores()
    (chores.jobs, chores.luck) = (1, 0.5)
    let members = try (0..<16).map {
      try Session(
        chores, origin: EpisodeOrigin(seed: 1, split: .train, scenario: 0, member: $0))
    }
    let keys = Set(try members.map { try $0.stateKey })
    #expect(keys.count == 1, "they start alike")
    let played = await playExpert(members)
    #expect(Set(played.map { $0.turns.map(\.action) }).count == 1)
    #expect(Set(played.map(\.earned)) == [0, 1])
  }

  @Test func `refuses the calls of an action after the one that ends a job`() async throws {
    let start = try days(count: 1) { $0.jobs = 3 }[0]
    var session = start
    let calls = [ToolCall("submit", ["answer": "x"]), ToolCall("submit", ["answer": "y"])]
    await session.play(Action(text: "two", calls: calls))
    #expect(session.state.job == 1 && session.turns[0].shares == [RewardShare(0, of: "job1")])
    #expect(session.turns[0].replies.map(\.isRefusal) == [false, true])
    let both = [ToolCall("bash", ["command": "pwd"]), ToolCall("bash", ["command": "ls .."])]
    await session.play(Action(text: "two", calls: both))
    #expect(session.turns[1].replies.map { $0.text.string } == ["/workspace/job2", "job2\njob3"])
  }

  @Test func `pays for the choice at its beginning when it ends`() async throws {
    let start = try days(count: 1) { ($0.jobs, $0.irreversible) = (1, true) }[0]
    let choice = try #require(start.scenario.choice)
    let wrong = try #require(choice.branches.first { $0 != choice.planned })
    #expect(try start.expertAction()?.text.string == "bash cat plan.txt")
    var right = await play(["pick nowhere", "pick \(choice.planned)", "pick \(wrong)"], in: start)
    #expect(right.turns.map { $0.replies[0].isRefusal } == [true, false, true])
    while right.ending == nil { await right.play(try #require(try right.expertAction())) }
    let episode = try right.episode()
    #expect(episode.shares.last == [RewardShare(0.5, of: "job1"), RewardShare(0.5, of: "branch")])
    #expect(episode.turns.map(\.subtask).prefix(3) == ["branch", "branch", "job1"])
    var other = await play(["pick \(wrong)"], in: start)
    while other.ending == nil { await other.play(try #require(try other.expertAction())) }
    #expect(other.earned == 0.5 && other.judgement?.success == false)
  }

  @Test func `is lost by an agent that does not read`() async throws {
    let noise = ExpertNoise(habit: 0.5, slip: 0.1)
    let agent = BlindAgent(
      learningFrom: await playExpert(try days(count: 200) { $0.jobs = 1 }, noise)
        .map { BlindAgent.Lesson($0, $0.scenario.jobs[0]) })
    var played: [Session<Chores>] = []
    for session in try days(.heldOut, count: 100, { $0.jobs = 1 }) {
      played.append(await play(agent.actions(for: session.scenario.jobs[0]), in: session))
    }
    #expect(played.allSatisfy { !$0.turns.isEmpty })
    #expect(played.successRate() <= 0.2)
  }

  @Test func `lists its jobs`() async throws {
    let session = await play(["submit no", "todo"], in: try days(count: 1) { $0.jobs = 3 }[0])
    let lines = session.turns[1].replies[0].text.string.split(separator: "\n")
    let instructions = session.scenario.jobs.map(\.instruction)
    #expect(
      lines.map(String.init) == [
        "1 over: \(instructions[0])", "2 now: \(instructions[1])", "3 later: \(instructions[2])",
      ])
    let long = await play(["todo"], in: try days(count: 1) { $0.jobs = 40 }[0])
    let text = long.turns[0].replies[0].text.string
    #expect(text.utf8.count < 420 && text.hasSuffix(" more"))
  }

  @Test func `has no wording that divides the syllables of made-up words`() throws {
    for session in try days(count: 30, { $0.irreversible = true }) {
      for job in session.scenario.jobs {
        let names = Set(job.clues.values)
        for word in job.instruction.split(whereSeparator: { !$0.isLetter }).map(String.init)
        where !names.contains(word) {
          #expect(!dividesSyllables(word), "\(word)")
        }
      }
    }
    for word in ["ecco", "eco", "echoo", "lamp", "desk", "door", "mail", "date", "clock", "plant"] {
      #expect(!dividesSyllables(word), "\(word)")
    }
  }
}
