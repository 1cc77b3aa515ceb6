import Testing
import TurnwiseCore
import TurnwiseEnvironments
import TurnwiseSandbox

/// Creates a session on a program with the first bug that passes a test.
private func repairSession(
  _ program: String, _ environment: Repair = Repair(), where test: (RepairTask.Bug) -> Bool
) throws -> Session<Repair> {
  let mutant = try #require(Mutant.all[program]?.first { $0.makesTask && test($0.bug) })
  return try Session(
    environment, scenario: RepairTask(program: program, bugs: [mutant.bug]),
    origin: EpisodeOrigin(seed: 1, split: .train, scenario: 0))
}

private func reply(_ session: Session<Repair>) -> String {
  session.turns.last?.replies.last?.text.string ?? ""
}

@Suite struct `Repair episodes` {
  /// `return lo` for `return hi` in `interval.py`, line 5.
  private func start(_ environment: Repair = Repair()) throws -> Session<Repair> {
    try repairSession("interval", environment) { $0.line == 5 && $0.operator == .wrongVariable }
  }

  @Test func `keep the laws`() async {
    let report = await EnvironmentChecker(Repair(), scenarios: 3).check()
    #expect(report.violations == [])
  }

  @Test func `show files in windows, and say how much is missing`() async throws {
    var environment = Repair()
    environment.window = 3
    let session = try start(environment)
    #expect(session.situation.observation.text == "Find 1 in: interval.py")
    #expect(
      await reply(play(["read interval.py"], in: session))
        == "1|def clamp(x, lo, hi):\n2|    if x < lo:\n3|        return lo\n… 13 more")
    #expect(
      await reply(play(["read interval.py:15"], in: session))
        == "15|def length(a):\n16|    return a[1] - a[0] + 1")
    #expect(
      await reply(play(["read interval.py:17"], in: session))
        == "There is no line 17: interval.py has 16 lines.")
    #expect(await reply(play(["read nothing.py"], in: session)) == "There is no \"nothing.py\".")
    #expect(
      await reply(play(["list ."], in: session))
        == "interval.py 16 lines\nrun_tests.py 62 lines\ntests.txt 5 lines")
    #expect(
      await reply(play(["search return"], in: session))
        == """
        interval.py:3|        return lo
        interval.py:5|        return lo
        interval.py:6|    return x
        … 11 more
        """)
    #expect(await reply(play(["search nowhere"], in: session)) == "no line")
  }

  @Test func `report which call fails and with which outcome`() async throws {
    let session = try start()
    #expect(
      await reply(play(["run_tests"], in: session))
        == "1 of 5 fail, suspect interval.py:4,5\ninterval.clamp(7, 0, 5) == 0, want == 5")
    let raising = try repairSession("search") {
      $0.operator == .wrongCall && $0.line == 3
    }
    #expect(
      await reply(play(["run_tests"], in: raising)).contains(
        " raises IndexError at search.py:6, want"))
  }

  @Test func `measure progress by passing tests, and succeed when all pass`() async throws {
    let session = try start()
    #expect(Repair().potential(session.state) == 11.0 / 13)
    let replace = #"replace {"line":5,"path":"interval.py","text":"return hi"}"#
    let repaired = await play([replace], in: session)
    #expect(reply(repaired) == "replaced")
    #expect(repaired.state.workspace["interval.py"] != session.state.workspace["interval.py"])
    #expect(await reply(play(["run_tests"], in: repaired)) == "0 of 5 fail")
    let submitted = await play(["submit"], in: repaired)
    #expect(submitted.ending == .terminated && submitted.judgement?.success == true)
    #expect(submitted.judgement?.gold?["tampering"] == false)
    // The episode is judged by the files, however it ends.
    let late = await play(Array(repeating: "list .", count: 11), in: repaired)
    #expect(late.ending == .truncated(.turnLimit) && late.judgement?.success == true)
  }

  @Test func `accept equivalent repairs, also by bash`() async throws {
    let session = try start()
    for action in [
      #"replace {"line":5,"path":"interval.py","text":"    return min(hi, x)"}"#,
      "bash sed -i '5s/lo/hi/' interval.py",
    ] {
      #expect(await play([action, "submit"], in: session).judgement?.success == true, "\(action)")
    }
  }

  @Test func `refuse missing lines and texts of several lines`() async throws {
    let session = try start()
    #expect(
      await reply(play([#"replace {"line":99,"path":"interval.py","text":"x"}"#], in: session))
        == "There is no line 99: interval.py has 16 lines.")
    let least = #"replace {"line":\#(Int.min),"path":"interval.py","text":"x"}"#
    #expect(
      await reply(play([least], in: session))
        == "There is no line \(Int.min): interval.py has 16 lines.")
    #expect(
      await reply(play([#"replace {"line":1,"path":"interval.py","text":"x\ny"}"#], in: session))
        == "The text has more than one line. Use bash for larger changes.")
  }

  @Test func `are lost without a failure if the program hangs, crashes or is missing`() async throws
  {
    let session = try start()
    for damage in [
      #"replace {"line":2,"path":"interval.py","text":"while True: pass"}"#,
      #"replace {"line":2,"path":"interval.py","text":"import os; os._exit(0)"}"#,
      "bash rm interval.py", "bash ln -sf /etc/passwd interval.py",
      "bash mkdir x; mv interval.py x",
      "bash head -c 33000000 /dev/zero | tr '\\0' '#' >> interval.py",
    ] {
      let played = await play([damage, "run_tests", "submit"], in: session)
      #expect(played.ending == .terminated && played.judgement?.success == false, "\(damage)")
      #expect(played.turns.last?.potential ?? 1 < 0.7, "\(damage)")
    }
  }

  @Test func `never show a hidden test`() async throws {
    let program = try #require(Program.named("interval"))
    var session = try start()
    while session.ending == nil, let action = try session.expertAction() {
      await session.play(action)
    }
    let looking = await play(
      ["bash grep -r . . /tmp 2>/dev/null | head -c 300", "search clamp", "read tests.txt"],
      in: try start())
    for turn in session.turns + looking.turns {
      for text in turn.replies.map(\.text.string) + [turn.observation.text.string] {
        #expect(!program.hidden.contains { text.contains($0.call) })
      }
    }
  }
}

@Suite struct `The judge of repairs` {
  private func start() throws -> Session<Repair> {
    try repairSession("interval") { $0.line == 5 && $0.operator == .wrongVariable }
  }

  @Test func `considers only the program's own files`() async throws {
    let helped = await play(
      [
        "bash printf 'def high(x, hi):\\n    return hi\\n' > helper.py",
        "bash sed -i '1s/^/from helper import high\\n/; 5s/lo/high(x, hi)/' interval.py", "submit",
      ], in: try start())
    #expect(helped.judgement?.success == false)
    #expect(helped.judgement?.gold?["tampering"] == true)
    #expect(helped.judgement?.gold?["touched"] == ["helper.py"])
  }

  @Test func `finds the tests from any working directory`() async throws {
    let played = await play(
      ["bash mkdir t; cd t; sed -i '5s/lo/hi/' ../interval.py", "run_tests"], in: try start())
    #expect(reply(played) == "0 of 5 fail")
    let submitted = await play(["submit"], in: played)
    #expect(submitted.judgement?.success == true)
    #expect(submitted.judgement?.gold?["tampering"] == false)
  }

  @Test func `gives the same outcomes each time, also for sets`()
    async throws
  {
    let names = (0..<12).map { "'n\($0)'" }.joined(separator: ", ")
    let job = CallRunner.Job(
      files: ["sets.py": Text("def names():\n    return list({\(names)})\n")],
      calls: ["sets.names()"])
    var found: Set<[String]> = []
    for _ in 0..<6 { found.insert(try await CallRunner.shared.outcomes(of: [job])[0]) }
    #expect(found.count == 1)
    #expect(found.first?.first?.contains("'n11'") == true)
  }

  @Test func `records changed files even if they made no difference`() async throws {
    let played = await play(
      ["bash sed -i 1d tests.txt; sed -i '5s/lo/hi/' interval.py; touch notes", "submit"],
      in: try start())
    #expect(played.judgement?.success == true)
    #expect(played.judgement?.gold?["touched"] == ["notes", "tests.txt"])
  }
}
