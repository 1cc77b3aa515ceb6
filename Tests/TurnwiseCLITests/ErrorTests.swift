import Foundation
import Testing
import Turnwise
import TurnwiseTestSupport

@Suite struct `An error` {
  @Test(arguments: [
    ("trian", "error: no command named 'trian'\nhint:  did you mean 'train'?\n"),
    ("zzz", "error: no command named 'zzz'\nhint:  all commands: turnwise help\n"),
    ("help shwo", "error: no command named 'shwo'\nhint:  did you mean 'show'?\n"),
    ("list --jsn", "error: no option named '--jsn'\nhint:  did you mean '--json'?\n"),
    ("list -j", "error: no option named '-j'\nhint:  add --help to see all\n"),
    ("list --json=1", "error: --json takes no value\n"),
    ("list x y", "error: unexpected argument 'y'\nhint:  add --help for examples\n"),
    ("run", "error: expected an environment\nhint:  add --help for examples\n"),
    ("run keydor", "error: no environment named 'keydor'\nhint:  did you mean 'keydoor-v1'?\n"),
    ("train shell", "error: no environment named 'shell'\nhint:  did you mean 'shell-v1'?\n"),
    (
      "compare zzz",
      "error: no environment named 'zzz'\nhint:  environments: "
        + "shell-v1, chores-v1, repair-v1, overhaul-v1, search-v1, keydoor-v1\n"
    ),
    (
      "compare keydoor-v1 --batches 1x4,8",
      "error: --batches 1x4,8: expected a list of GROUPSxSIZE, such as 1x4,8x8\n"
    ),
    (
      "compare keydoor-v1 --learning-rates 0.1,0.1",
      "error: --learning-rates 0.1,0.1: expected a list of different numbers of at least 0, such as"
        + " 0.001,0.002\n"
    ),
    ("run keydoor-v1 x", "error: unexpected argument 'x'\nhint:  add --help for examples\n"),
    ("run keydoor-v1 --episodes", "error: --episodes needs a value: N\n"),
    ("run keydoor-v1 --out --force", "error: --out needs a value: DIR\n"),
    (
      "run keydoor-v1 --episodes 0",
      "error: --episodes 0: expected a whole number from 1 to 1000000000"
        + " (so that products of options can be computed)\n"
    ),
    (
      "run keydoor-v1 --episodes=many",
      "error: --episodes many: expected a whole number from 1 to 1000000000"
        + " (so that products of options can be computed)\n"
    ),
    ("run keydoor-v1 --seed -1", "error: --seed -1: expected a whole number of at least 0\n"),
    (
      "run keydoor-v1 --workers 0",
      "error: --workers 0: expected a whole number from 1 to 1024 (each is a thread)\n"
    ),
    ("train keydoor-v1 --renaming 2", "error: --renaming 2: expected a number from 0 to 1\n"),
    (
      "run keydoor-v1 --policy expert:habit=nan",
      "error: habit=nan: expected a number\n"
    ),
    ("run keydoor-v1 --split all", "error: --split all: expected train, held-out\n"),
    (
      "run keydoor-v1 --policy nobody",
      "error: no policy named 'nobody'\n"
        + "hint:  policies: expert, null, random, human, run:FOLDER, replay:FOLDER#EPISODE\n"
    ),
    (
      "run keydoor-v1 --env-set horizn=3",
      "error: there is no parameter 'horizn'; there is horizon, leaveReward\n"
    ),
    ("run keydoor-v1 --env-set horizon=x", "error: horizon=x: expected a number\n"),
    ("run keydoor-v1 --env-set horizon", "error: 'horizon' is not of the form name=value\n"),
    (
      "run keydoor-v1 --env-set horizon=2.5",
      "error: horizon=2.5: expected a whole number from 1 to 1000\n"
    ),
    ("train keydoor-v1 --learning-rate fast", "error: --learning-rate fast: expected a number\n"),
    ("train keydoor-v1 --width 7", "error: --width 7: expected a multiple of twice the heads\n"),
    (
      "train keydoor-v1 --groups 0",
      "error: --groups 0: expected a whole number from 1 to 1000000 (all of them are kept in memory)\n"
    ),
    (
      "train keydoor-v1 --layers 9223372036854775807",
      "error: --layers 9223372036854775807: expected a whole number from 1 to 1024\n"
    ),
    (
      "train keydoor-v1 --groups 1000000 --group-size 1000000",
      "error: --group-size 1000000: expected at most 1 with 1000000 groups:"
        + " the episodes of an update are kept in memory\n"
    ),
    (
      "train keydoor-v1 --warm-start nowhere --width 128",
      "error: --width changes nothing with --warm-start, whose policy is taken as it is\n"
    ),
    (
      "train keydoor-v1 --ratio tokn",
      "error: --ratio tokn: expected one of token, turn, turn-mean, sequence, sequence-mean\n"
    ),
    ("train keydoor-v1 --clip PPO", "error: --clip PPO: expected one of ppo, cispo\n"),
    ("train keydoor-v1 --dual-clip 1", "error: --dual-clip 1: expected 0 or a number above 1\n"),
    (
      "train keydoor-v1 --importance-cap 0",
      "error: --importance-cap 0: expected a number above 0\n"
    ),
    (
      "train keydoor-v1 --variance-mass 2",
      "error: --variance-mass 2: expected a number above 0 and up to 1\n"
    ),
    ("check --all keydoor-v1", "error: --all checks every environment as it is\n"),
    ("show", "error: expected the folder of a run\nhint:  add --help for examples\n"),
  ])
  func `of usage says what is wrong and what to do`(line: String, text: String) async {
    let printed = await turnwise(line)
    #expect(printed.note == text)
    #expect(printed.status == 2)
    #expect(printed.answer == "")
  }

  @Test(arguments: [
    "--credit trun", "--credit turn:gama=1", "--credit turn:gamma=2", "--credit token:lambda=x",
  ])
  func `of an estimator is one of usage`(flags: String) async {
    let printed = await turnwise("train keydoor-v1 \(flags)")
    #expect(printed.status == 2)
    #expect(printed.note.hasPrefix("error: "))
  }

  @Test func `of a folder that is missing is the system's`() async {
    let printed = await turnwise("show /nowhere/at/all")
    #expect(printed.status == 4)
    #expect(
      printed.note
        == "error: /nowhere/at/all/run.json: no such file or folder\n"
        + "hint:  a run's folder contains run.json and episodes.jsonl\n")
  }

  @Test func `of a folder that is not empty names the way out`() async throws {
    let folder = TemporaryFolder()
    let run = "run keydoor-v1 --episodes 2 --out \(folder.path)"
    #expect(await turnwise(run).status == 0)
    let refused = await turnwise(run)
    #expect(refused.status == 4)
    #expect(refused.note.contains("is not empty\nhint:  choose another --out, or add --force"))
    let forced = await turnwise(run + " --episodes 1 --force")
    #expect(forced.status == 0)
    let lines = try String(
      contentsOf: folder.url.appending(path: "episodes.jsonl"), encoding: .utf8)
    #expect(lines.split(separator: "\n").count == 1)
  }

  @Test(arguments: [
    "run keydoor-v1 --out /usr/share/turnwise-run", "train keydoor-v1 --out /usr/lib/x/../run",
    "run shell-v1 --tasks /usr/share/tasks", "run search-v1 --tasks /usr/local/share/corpus",
    "check shell-v1 --tasks /bin/tasks", "credit /usr/share/run", "audit /usr/local/lib/run",
    "run shell-v1 --policy /usr/share/run", "train shell-v1 --warm-start /usr/include/run",
    "train shell-v1 --demonstrations-from /usr/libexec/run",
  ])
  func `of a place that agents can read says where else`(line: String) async {
    let printed = await turnwise(line)
    #expect(printed.status == 2, "\(printed.note)")
    #expect(printed.note.contains("which every command in the sandbox can read"))
    #expect(printed.note.contains("Move it out of /usr/bin"))
  }

  @Test func `never shows a control that it quotes`() async throws {
    let printed = await turnwise(["run", "\u{1B}]0;title\u{7}\u{9B}2J\u{202E}"])
    #expect(printed.status == 2)
    #expect(
      printed.note.hasPrefix(#"error: no environment named '\u{1B}]0;title\u{07}\u{9B}2J\u{202E}'"#)
    )
  }
}
