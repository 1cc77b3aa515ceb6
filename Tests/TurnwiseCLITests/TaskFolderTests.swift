import Foundation
import Testing
import Turnwise
import TurnwiseCLI
import TurnwiseEnvironments
import TurnwiseTestSupport

/// Tasks that somebody wrote by hand, on the command line.
@Suite struct `Tasks from a folder` {
  private let folder = TemporaryFolder()
  private let out = TemporaryFolder()

  private func write(_ path: String, _ text: String, executable: Bool = false) throws {
    let file = folder.url.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    try FileManager.default.setAttributes(
      [.posixPermissions: executable ? 0o755 : 0o644], ofItemAtPath: file.path)
  }

  /// Writes three tasks: two to train on and one that is held out.
  private func writeTasks() throws {
    try write(
      "count/task.json", #"{"instruction": "How many lines has a.txt? Submit the number."}"#)
    try write("count/files/a.txt", "x\ny\nz\n")
    try write("count/check", "#!/bin/bash\n[ \"$1\" = 3 ]\n", executable: true)
    try write("count/solution", "wc -l < a.txt\n\nsubmit 3\n")
    try write("move/task.json", #"{"instruction": "Move b.txt to old.", "turnLimit": 5}"#)
    try write("move/files/b.txt", "b\n")
    try write(
      "move/check", "#!/bin/bash\ncd /workspace\n[ ! -e b.txt ] && [ \"$(<old/b.txt)\" = b ]\n",
      executable: true)
    try write("move/solution", "mkdir old\n\nmv b.txt old\n")
    try write(
      "sort/task.json", #"{"instruction": "Sort c.txt into d.txt.", "split": "held-out"}"#)
    try write("sort/files/c.txt", "b\na\n")
    try write(
      "sort/check", "#!/bin/bash\ncmp /workspace/d.txt check-files/d.txt\n", executable: true)
    try write("sort/check-files/d.txt", "a\nb\n")
    try write("sort/solution", "sort c.txt > d.txt\n")
  }

  private func play(_ arguments: String) async throws -> (Printed, JSONValue) {
    let printed = await turnwise(
      "run shell-v1 --tasks \(folder.path) --json --out \(out.path) --force \(arguments)")
    #expect(printed.status == 0, "\(printed.note)")
    return (printed, try printed.json)
  }

  @Test func `are played and scored with no Swift written`() async throws {
    try writeTasks()
    let (_, held) = try await play("--episodes 3")
    #expect(held["success"] == 1 && held["families"]?["sort"]?["episodes"] == 3)
    let (_, train) = try await play("--episodes 20 --split train")
    #expect(train["success"] == 1 && train["failed"] == 0)
    #expect(train["families"]?["count"] != nil && train["families"]?["move"] != nil)
    let (_, idle) = try await play("--episodes 4 --split train --policy null")
    #expect(idle["success"] == 0)
  }

  @Test func `keep every law, in two processes`() throws {
    try writeTasks()
    let checked = try turnwiseProgram("check shell-v1 --tasks \(folder.path) --scenarios 3")
    #expect(checked.status == 0, "\(checked.answer)\(checked.note)")
    #expect(checked.answer.contains("ok      the scripted expert succeeds"))
    #expect(!checked.answer.contains("BROKEN") && !checked.answer.contains("open"))
  }

  @Test func `stay in the run when the folder is gone`() async throws {
    try writeTasks()
    _ = try await play("--policy expert:habit=0.5 --episodes 4 --split train --seed 3")
    try FileManager.default.removeItem(at: folder.url)
    let layout = TraceLayout(out.url)
    let run = try layout.readRun()
    // The bytes of files are in the blobs, and only there.
    let text = try String(contentsOf: layout.run, encoding: .utf8)
    #expect(text.contains("sha256") && !text.contains("#!/bin/bash"))
    let shell = try Parameters.setting(run.parameters, of: Shell(), blobs: layout.blobStore())
    #expect(shell.folderTasks.map(\.name) == ["count", "move", "sort"])
    var reader = try RecordReader<EpisodeRecord>(layout.episodes)
    let episodes = try reader.readAll().map(\.episode)
    #expect(episodes.count == 4)
    for episode in episodes {
      let divergence = await Replay.verify(episode, in: shell, blobs: layout.blobStore())
      #expect(divergence == nil)
      let lost = try #require(await Replay.verify(episode, in: Shell()))
      #expect(lost.description.contains("There is no task '\(episode.family)' here"))
    }
    #expect(await turnwise("show \(out.path)").status == 0)
  }

  @Test func `that have changed are told from those that were recorded`() async throws {
    try writeTasks()
    _ = try await play("--episodes 2")
    try write("sort/files/c.txt", "b\nc\na\n")
    let shell = try Shell().playing(tasksIn: folder.url)
    var reader = try RecordReader<EpisodeRecord>(TraceLayout(out.url).episodes)
    let episode = try #require(try reader.readAll().first?.episode)
    let divergence = try #require(await Replay.verify(episode, in: shell))
    #expect(divergence.field == .scenario)
    #expect(divergence.description.contains("The task 'sort' differs from the one"))
  }

  @Test func `are trained on, and a policy warns of tasks that it did not learn`() async throws {
    try writeTasks()
    let trained = TemporaryFolder()
    let small =
      "--demonstrations 40 --cloning-steps 150 --cloning-batch 4 --width 32 --heads 2 "
      + "--feed-forward 64 --habit 0.3 --updates 2 --groups 2 --group-size 4 "
      + "--evaluation-episodes 2 --evaluation-every 2 --critic-episodes 4"
    let printed = await turnwise(
      "train shell-v1 --tasks \(folder.path) --credit rloo --out \(trained.path) --json \(small)")
    #expect(printed.status == 0, "\(printed.note)")
    var reader = try RecordReader<EpisodeRecord>(TraceLayout(trained.url).episodes)
    let records = try reader.readAll()
    let training = records.filter { $0.purpose == .training }.map(\.episode)
    #expect(training.count == 16 && Set(training.map(\.family)).isSubset(of: ["count", "move"]))
    let evaluated = records.filter { $0.purpose == .evaluation }.map(\.episode)
    #expect(!evaluated.isEmpty && evaluated.allSatisfy { $0.family == "sort" })

    let again = "--policy \(trained.path) --split train --episodes 16"
    let (same, scored) = try await play(again)
    #expect(!same.note.contains("warning"))
    // What was imitated is mostly done; chance does none of it.
    #expect(try (scored["success"]?.decode(Double.self) ?? 0) >= 0.5)
    let (_, chance) = try await play("--policy random --split train --episodes 16")
    #expect(chance["success"] == 0)

    try write("move/files/b.txt", "b\n\n")
    try write("more/task.json", #"{"instruction": "Make e."}"#)
    try write("more/check", "#!/bin/bash\n[ -e /workspace/e ]\n", executable: true)
    let (other, _) = try await play(again)
    #expect(
      other.note.contains(
        "warning: \(trained.path) was trained with other values of: tasks.more, tasks.move\n"))

    // Forks need the environment, which the run has with its tasks.
    try FileManager.default.removeItem(at: folder.url)
    let credited = await turnwise("credit \(trained.path) --credit fork:k=1 --update 1 --limit 1")
    #expect(credited.status == 0, "\(credited.note)")
    #expect(credited.answer.contains("forks took"))
  }

  @Test func `are refused with words of data, before anything is written`() async throws {
    try writeTasks()
    try write("move/task.json", #"{"instruction": "x", "turnLimit": -1}"#)
    for command in ["run", "train", "compare", "check"] {
      let out = command == "check" ? "" : " --out \(out.path)"
      let printed = await turnwise("\(command) shell-v1 --tasks \(folder.path)\(out)")
      #expect(
        printed.note == "error: \(folder.path)/move/task.json: 'turnLimit' is -1; "
          + "expected a whole number from 1 to 1000\n")
      #expect(printed.status == 3 && printed.answer == "")
    }
    #expect(!FileManager.default.fileExists(atPath: out.path))
  }

  @Test func `of one split are enough to play, but not to train`() async throws {
    try writeTasks()
    try FileManager.default.removeItem(at: folder.url.appending(path: "sort"))
    let text =
      "error: \(folder.path): no task is for held-out\nhint:  write \"split\": \"held-out\" into the "
      + "task.json of some tasks, or play the other split\n"
    for command in ["run", "train", "compare"] {
      let printed = await turnwise(
        "\(command) shell-v1 --tasks \(folder.path) --out \(out.path)")
      #expect(printed.note.hasSuffix(text), "\(printed.note)")
      #expect(printed.status == 3)
    }
    #expect(!FileManager.default.fileExists(atPath: out.path))
    _ = try await play("--episodes 2 --split train")
  }

  @Test func `without a solution are no example, but can be trained on from elsewhere`()
    async throws
  {
    try writeTasks()
    for name in ["count", "sort", "move"] {
      try FileManager.default.removeItem(at: folder.url.appending(path: "\(name)/solution"))
    }
    let hint = "a task from a folder can have a solution\n"
    let run = await turnwise("run shell-v1 --tasks \(folder.path) --out \(out.path)")
    #expect(
      run.note == "error: shell-v1 has no scripted expert for 'sort'\n"
        + "hint:  use --policy random; \(hint)")
    let train = await turnwise("train shell-v1 --tasks \(folder.path) --out \(out.path)")
    #expect(
      train.note.hasSuffix(
        "error: shell-v1 has no scripted expert to imitate\n"
          + "hint:  --warm-start RUN needs none, nor does --demonstrations-from RUN after "
          + "'turnwise run shell-v1 --policy random --split train --episodes 2000'; \(hint)"))
    #expect(run.status == 2 && train.status == 2)
  }

  @Test func `of which some have a solution are imitated and played in these, with a warning`()
    async throws
  {
    try writeTasks()
    try FileManager.default.removeItem(at: folder.url.appending(path: "move/solution"))
    let warning = "warning: 1 of 2 tasks have a solution; left out: 'move'\n"
    let (printed, answer) = try await play("--episodes 20 --split train")
    #expect(printed.note.contains(warning))
    #expect(answer["success"] == 1 && answer["failed"] == 0)
    #expect(answer["families"]?["move"] == nil && answer["families"]?["count"] != nil)
    // Whoever else plays, plays all.
    let (idle, all) = try await play("--episodes 20 --split train --policy null")
    #expect(!idle.note.contains("warning") && all["families"]?["move"] != nil)

    let trained = TemporaryFolder()
    let train = await turnwise(
      "train shell-v1 --tasks \(folder.path) --out \(trained.path) --demonstrations 20 "
        + "--cloning-steps 2 --width 32 --heads 2 --feed-forward 64 --updates 1 --groups 1 "
        + "--group-size 2 --evaluation-episodes 1 --critic-episodes 1 --credit rloo")
    #expect(train.status == 0, "\(train.note)")
    #expect(train.note.contains(warning))
    #expect(train.note.components(separatedBy: warning).count == 2)
  }

  @Test func `have names that a terminal does not obey`() async throws {
    try writeTasks()
    let name = "a\u{1B}]0;title\u{07}\u{202E}\n"
    try FileManager.default.moveItem(
      at: folder.url.appending(path: "move"), to: folder.url.appending(path: name))
    let shown = #"a\u{1B}]0;title\u{07}\u{202E}\n"#
    let run =
      "run shell-v1 --tasks \(folder.path) --split train --out \(out.path) --force --policy"
    let printed = await turnwise("\(run) null")
    #expect(printed.answer.contains("  \(shown)  0.0 % of"), "\(printed.answer)")
    try FileManager.default.removeItem(at: folder.url.appending(path: "\(name)/solution"))
    let warned = await turnwise("\(run) expert")
    #expect(warned.note.contains(#"left out: 'a\u{1B}]0;title\u{07}\u{202E}"#), "\(warned.note)")
    try FileManager.default.removeItem(at: folder.url.appending(path: "\(name)/check"))
    let refused = await turnwise("\(run) null")
    #expect(refused.status == 3 && refused.note.contains(#"/a\u{1B}]0;title"#))
    for text in [printed.answer, printed.note, warned.answer, warned.note, refused.note] {
      #expect(!text.unicodeScalars.contains { ["\u{1B}", "\u{07}", "\u{202E}"].contains($0) })
    }
  }

  @Test func `that an environment cannot have are no advice`() async {
    let printed = await turnwise(
      ["run", "mute-v1"], tool: CommandLineTool(environments: [Mute()]))
    #expect(
      printed.note == "error: mute-v1 has no scripted expert\nhint:  use --policy random\n")
    let train = await turnwise(
      ["train", "mute-v1", "--out", out.path], tool: CommandLineTool(environments: [Mute()]))
    #expect(
      train.note.hasSuffix(
        "error: mute-v1 has no scripted expert to imitate\n"
          + "hint:  --warm-start RUN needs none, nor does --demonstrations-from RUN after "
          + "'turnwise run mute-v1 --policy random --split train --episodes 2000'\n"),
      "\(train.note)")
  }

  /// Nobody shows how to play this, and no folder could.
  private struct Mute: Environment {
    static let id = "mute-v1"
    var tools: Toolbox<Int> { Toolbox {} }
    func scenario(in split: Split, using random: inout Randomness) -> Split { split }
    func start(_ scenario: Split, using random: inout Randomness) -> Int { 0 }
    func judge(_ state: Int) -> Judgement { Judgement(success: false) }
  }

  @Test func `go with environments that read them`() async {
    let printed = await turnwise("run keydoor-v1 --tasks \(folder.path)")
    #expect(printed.status == 2)
    #expect(
      printed.note
        == "error: keydoor-v1 cannot read tasks from a folder, so --tasks cannot be used\n"
        + "hint:  --tasks works with shell-v1, search-v1\n")
    let unset = await turnwise("run shell-v1 --env-set tasks={}")
    #expect(unset.status == 2 && unset.note.hasPrefix("error: there is no parameter 'tasks'"))
    let all = await turnwise("check --all --tasks \(folder.path)")
    #expect(all.status == 2 && all.note == "error: --all checks every environment as it is\n")
  }
}
