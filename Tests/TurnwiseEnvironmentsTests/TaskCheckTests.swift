import Foundation
import Testing
import TurnwiseCore
import TurnwiseEnvironments
import TurnwiseSandbox

@Suite struct `The check of a task from a folder` {
  /// Plays actions, in an episode on the only task that is held out.
  private func play(
    _ actions: [String], check: String? = nil, in folder: TaskFolderFixture? = nil
  ) async throws -> Session<Shell> {
    let folder = try folder ?? TaskFolderFixture()
    if let check { try folder.write("three/check", "#!/bin/bash\n" + check, executable: true) }
    return await TurnwiseEnvironmentsTests.play(actions, in: try folder.session())
  }

  @Test func `judges the files that the agent has left, submitted or not`() async throws {
    let submitted = try await play(["bash echo 2 > out", "submit done"])
    #expect(submitted.judgement == Judgement(success: true))
    #expect(submitted.ending == .terminated)
    let limited = try await play(["bash echo 2 > out"] + Array(repeating: "bash true", count: 7))
    #expect(limited.judgement == Judgement(success: true))
    #expect(limited.ending == .truncated(.turnLimit))
    let wrong = try await play(["bash echo 3 > out", "submit 2"])
    #expect(wrong.judgement == Judgement(success: false))
  }

  @Test func `gets the submitted answer, byte for byte`() async throws {
    let check =
      "[ \"$1\" = \"$(printf 'a \\'\"'\"'$(touch x) \\\\ b')\" ] && [ ! -e /workspace/x ] && printf '%s\\n' \"$1\" | cmp - answer\n"
    let answer = "a '$(touch x) \\ b"
    let folder = try TaskFolderFixture()
    try folder.write("three/check", "#!/bin/bash\n" + check, executable: true)
    // Only the file contains the line end.
    var session = try folder.session()
    await session.play(.call("submit", ["answer": .string(answer + "\n")]))
    #expect(session.judgement?.success == true)
    #expect(try await play(["submit a"], check: check).judgement?.success == false)
  }

  @Test func `may report a score and gold`() async throws {
    let check = "echo '{\"score\": 0.25, \"gold\": [1, \"x\"]}' > \"$2\"; exit 1\n"
    let judgement = try await play(["submit x"], check: check).judgement
    #expect(judgement == Judgement(success: false, reward: 0.25, gold: [1, "x"]))
  }

  @Test(arguments: [
    ("echo nonsense > \"$2\"", "wrote no valid report: it is not a JSON object"),
    ("head -c 2M /dev/zero > \"$2\"; exit 1", "stopped by the limit on output"),
    (
      "echo '{\"score\": 1}' > \"$2\"; exit 1",
      "wrote no valid report: 'score' is not a number from 0 to less than 1"
    ),
    (
      "echo '{\"score\": 0.5}' > \"$2\"",
      "wrote no valid report: 'score' is not 1, which is the reward of success"
    ),
    ("kill -PIPE $PPID; sleep 1", "not started"),
  ])
  func `without a verdict is a loss, never a failure, and the gold says why`(
    check: String, reason: String
  ) async throws {
    // The check rejects the initial files, so the agent may have caused the problem.
    let session = try await play(["submit x"], check: "[ -n \"$1\" ] || exit 1\n\(check)\n")
    #expect(session.ending == .terminated)
    #expect(
      session.judgement
        == Judgement(success: false, gold: ["problem": .string("check: " + reason)]))
  }

  @Test func `and its files and the solution are hidden from the agent`() async throws {
    let folder = try TaskFolderFixture()
    try folder.write("three/check", "#!/bin/bash\n# SECRET-1\nexit 1\n", executable: true)
    try folder.write("three/check-files/x", "SECRET-2\n")
    try folder.write("three/solution", "echo SECRET-3\n")
    let look =
      "bash ls -AR --ignore=usr --ignore=proc / 2>/dev/null | grep -c check-files; "
      + "grep -rls SECRE[T] /workspace /tmp /proc/self/environ; env | grep SECRE[T]"
    let session = try await play([look], in: folder)
    #expect(session.turns[0].replies[0].text.string.hasPrefix("0\n"))
    #expect(!session.turns[0].replies[0].text.string.dropFirst(2).contains("/"))
    // They are also missing in the situation and in the state that is recorded.
    let text = String(decoding: try JSON.encode(session.state), as: UTF8.self)
    #expect(!text.contains("SECRET") && !"\(session.situation)".contains("SECRET"))
  }

  @Test func `is not affected by the agent's shell and programs`() async throws {
    let check = """
      [ "$(pwd)" = /tmp/check ] || exit 3
      [ -z "$TRICK$BASH_ENV$PYTHONPATH" ] || exit 4
      [ "$(type -P cmp)" = /usr/bin/cmp ] || exit 5
      [ -e "$HOME/check-files/x" ] || exit 6
      python3 -c 'import sys; sys.exit(7 if hasattr(sys, "trick") else 0)' || exit 7
      [ "$(ls -A /workspace | tr '\\n' ' ')" = '.check .check- .local bin ' ] || exit 8
      """
    let folder = try TaskFolderFixture()
    try folder.write("three/check-files/x", "")
    try folder.remove("three/files/in")
    let tricks = [
      "export TRICK=1 BASH_ENV=/workspace/bin/cmp PYTHONPATH=/workspace/bin; "
        + "export PATH=/workspace/bin:$PATH",
      "mkdir bin .check; touch .check-; printf 'exit 0' | tee bin/cmp > bin/check; chmod +x bin/*",
      "d=$(python3 -c 'import site; print(site.getusersitepackages())'); mkdir -p $d; "
        + "echo 'import sys; sys.trick = 1' > $d/usercustomize.py; cd bin",
    ]
    let session = try await play(tricks.map { "bash " + $0 } + ["submit"], check: check, in: folder)
    #expect(session.judgement?.success == true, "\(session.turns.map(\.replies))")
  }

  @Test func `judges a full workspace`() async throws {
    let fill = "bash head -c 30M /dev/zero > big; mkdir n; cd n; seq 2000 | xargs touch"
    let session = try await play([fill, "bash echo 2 > /workspace/out", "submit x"])
    #expect(session.state.workspace.entries.count > 2000)
    #expect(session.judgement?.success == true)
  }

  @Test func `that the agent makes hang or crash is a loss`() async throws {
    let check = "[ -x /workspace/program ] && /workspace/program\n"
    for program in ["yes", "kill -SEGV $$", "no-such-program"] {
      let write = "bash printf '#!/bin/bash\\n\(program)\\n' > program; chmod +x program"
      let session = try await play([write, "submit x"], check: check)
      #expect(session.judgement?.success == false, "\(program)")
      #expect(session.judgement?.reward == 0, "\(program)")
    }
  }

  @Test func `judges a fork independently of its parent`() async throws {
    let parent = try await play(["bash true"])
    let fork = await TurnwiseEnvironmentsTests.play(
      ["bash echo 2 > out", "submit x"], in: parent.forked("what-if"))
    #expect(fork.judgement?.success == true)
    let other = await TurnwiseEnvironmentsTests.play(["submit x"], in: parent)
    #expect(other.judgement?.success == false)
  }
}

@Suite struct `The solution of a task from a folder` {
  private func actions(_ solution: String, _ noise: ExpertNoise = .none) async throws -> [String] {
    let folder = try TaskFolderFixture()
    try folder.write("three/solution", solution)
    let played = await playExpert(noise, [try folder.session()])
    return played[0].turns.map(\.action.text.string)
  }

  @Test func `is played turn by turn, and submits`() async throws {
    #expect(
      try await actions("#!/bin/bash\n\n# Look.\ncat in\n \n\ncat <<E > out\n# x\n2\nE\n")
        == ["bash cat in", "bash cat <<E > out\n# x\n2\nE", "submit done"])
    #expect(
      try await actions("cat in\n\ncat in\n\nsubmit 2 or so\n\nls\n")
        == ["bash cat in", "bash cat in", "submit 2 or so"])
  }

  @Test func `skips steps and takes useless ones as the noise says`() async throws {
    let folder = try TaskFolderFixture()
    let sessions = try (0..<200).map { number in
      try Session(
        folder.shell(), origin: EpisodeOrigin(seed: 1, split: .train, scenario: number))
    }
    let noisy = await playExpert(ExpertNoise(habit: 0.65, slip: 0), sessions)
    let share = noisy.successRate()
    #expect(0.4 < share && share < 0.9, "\(share)")
    #expect(await playExpert(.none, sessions).successRate() == 1)
    let slipping = await playExpert(ExpertNoise(habit: 0, slip: 0.3), sessions)
    #expect(slipping.contains { $0.turns.count > 3 })
    #expect(slipping.contains { $0.judgement?.success == false })
  }

  @Test func `may have Windows line ends`() async throws {
    #expect(
      try await actions("cat in\r\n\r\necho 2 > out\r\nls\r\n\r\nsubmit 2\r\n")
        == ["bash cat in", "bash echo 2 > out\nls", "submit 2"])
  }

  @Test func `that is missing leaves only its own task without an expert`() async throws {
    let folder = try TaskFolderFixture()
    try folder.remove("three/solution")
    #expect(try folder.session().expertAction() == nil)
    let played = await Rollout(.expert(.none), workers: 1).play([try folder.session()])
    #expect(played[0].ending?.failure?.code == "no-expert")
    #expect(try folder.session(.train).expertAction() != nil)
  }
}
