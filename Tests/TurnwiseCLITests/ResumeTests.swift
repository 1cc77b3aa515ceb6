import Foundation
import Testing
import Turnwise
import TurnwiseCLI
import TurnwiseEnvironments
import TurnwiseTestSupport
import TurnwiseTrace

/// Options with which training takes a second.
private let small = """
  keydoor-v1 --env-set horizon=1 --updates 2 --groups 2 --group-size 2 --demonstrations 12 \
  --cloning-steps 4 --cloning-batch 2 --vocabulary 300 --width 8 --heads 1 --layers 1 \
  --feed-forward 8 --critic-episodes 2 --evaluation-episodes 2 --evaluation-every 1 \
  --action-tokens 8 --habit 0.3
  """

/// The files of a run or comparison by their path, without what may differ between equal ones.
private func contents(of folder: URL) throws -> [String: Data] {
  func plain(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let members):
      .object(members.filter { !["timing", "host"].contains($0.key) }.mapValues(plain))
    case .array(let items): .array(items.map(plain))
    default: value
    }
  }
  var found: [String: Data] = [:]
  for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
    let file = folder.appending(path: path)
    guard let data = try? Data(contentsOf: file) else { continue }
    switch file.pathExtension {
    case "json": found[path] = try JSON.encode(plain(JSON.decode(JSONValue.self, from: data)))
    case "jsonl":
      let lines = data.split(separator: UInt8(ascii: "\n"))
      found[path] = try JSON.encode(
        lines.map { plain(try JSON.decode(JSONValue.self, from: $0)) })
    default: found[path] = data
    }
  }
  return found
}

@Suite(.serialized) struct `A run that is resumed` {
  private let folder = TemporaryFolder()

  init() throws {
    try folder.create()
  }

  /// Runs a command to its end.
  private func done(_ line: String) async throws -> Printed {
    let printed = await turnwise(line)
    try #require(printed.status == 0, "\(printed.note)")
    return printed
  }

  /// Starts a command in a process of its own, in the folder.
  private func start(_ line: String) throws -> Process {
    let process = try turnwiseProcess(line, in: folder.url)
    try process.run()
    return process
  }

  /// Kills a run when its folder, or that of a run within it, has so many bytes of episodes, then resumes it.
  @Test(arguments: [
    ("train \(small) --credit token", "", [1, 20_000, 45_000]),
    (
      "train \(small) --credit process=delta+turn --process-labels 2 --process-forks 1 --save-every 2",
      "", [1, 25_000, 60_000]
    ),
    ("compare \(small) --credit rloo,turn --seeds 1", "turn-seed1", [1, 10_000, 45_000]),
  ])
  func `comes to the same files, whenever it was killed`(
    line: String, part: String, sizes: [Int]
  ) async throws {
    let whole = try start("\(line) --out whole")
    whole.waitUntilExit()
    try #require(whole.terminationStatus == 0)
    var expected = try contents(of: folder.url.appending(path: "whole"))
    let command = line.prefix { $0 != " " }
    for size in sizes {
      let run = folder.url.appending(path: "run")
      try? FileManager.default.removeItem(at: run)
      let process = try start("\(line) --out run")
      let episodes = TraceLayout(run.appending(path: part)).episodes
      while process.isRunning, ((try? Data(contentsOf: episodes).count) ?? 0) < size {
        usleep(1000)
      }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      #expect(process.terminationReason == .uncaughtSignal, "it ended before it could be killed")
      let resumed = try start("\(command) --resume run")
      resumed.waitUntilExit()
      #expect(resumed.terminationStatus == 0)
      let found = try contents(of: run)
      // The results of a comparison name its folder.
      expected["results.json"] = expected["results.json"].map {
        Data(String(decoding: $0, as: UTF8.self).replacing("\"whole\"", with: "\"run\"").utf8)
      }
      #expect(found.keys.sorted() == expected.keys.sorted())
      for (name, bytes) in expected where found[name] != bytes {
        Issue.record("\(name) differs after a kill at \(size) bytes")
      }
    }
  }

  @Test func `says what it cuts off, and where it goes on`() async throws {
    let out = folder.url.appending(path: "run").path
    _ = try await done("train \(small) --out \(out)")
    let layout = TraceLayout(URL(filePath: out))
    let before = try Data(contentsOf: layout.episodes)
    // Whole lines that were added to a complete run stay.
    let more = before + before.split(separator: UInt8(ascii: "\n"))[4].prefix(40)
    try more.write(to: layout.episodes)
    let resumed = try await done("train --resume \(out)")
    #expect(
      resumed.note.contains("cut off 1 episode written after the last saved state\n"),
      "\(resumed.note)")
    #expect(resumed.note.contains("\(out) is complete\n"))
    #expect(try Data(contentsOf: layout.episodes) == before)
  }

  @Test(arguments: ["train \(small)", "compare \(small) --credit rloo,turn --seeds 1"])
  func `prints its answer and changes nothing if it is complete`(line: String) async throws {
    let out = folder.url.appending(path: "run").path
    let first = try await done("\(line) --json --out \(out)").json
    let before = try contents(of: URL(filePath: out))
    let command = line.prefix { $0 != " " }
    let again = try await done("\(command) --resume \(out) --json").json
    #expect(again["curve"] == first["curve"] && again["differences"] == first["differences"])
    #expect(try contents(of: URL(filePath: out)) == before)
    let words = try await done("\(command) --resume \(out)")
    #expect(words.answer.contains("held-out success"))
  }

  @Test func `takes its options from the run`() async throws {
    let out = folder.url.appending(path: "run").path
    _ = try await done("train \(small) --out \(out)")
    for option in ["--seed 2", "--updates 9", "--out x", "--env-set horizon=2", "--force"] {
      let refused = await turnwise("train --resume \(out) \(option)")
      #expect(refused.status == 2)
      let flag = option.prefix { $0 != " " }
      #expect(
        refused.note
          == "error: \(flag) cannot be used with --resume, which takes the environment and options from the run\n"
          + "hint:  leave it out; --workers, --save-every and --json can be set\n")
    }
    #expect(await turnwise("train keydoor-v1 --resume \(out)").status == 2)
    _ = try await done("train --resume \(out) --workers 1 --save-every 5 --json")
  }

  @Test func `is refused to a command that did not begin it`() async throws {
    let example = repository("traces/examples/keydoor").path
    let run = await turnwise("train --resume \(example)")
    #expect(run.status == 2 && run.note.contains("was written by 'run', so 'train' cannot"))
    let out = folder.url.appending(path: "compare").path
    _ = try await done("compare \(small) --credit rloo,turn --seeds 1 --out \(out)")
    let train = await turnwise("train --resume \(out)")
    #expect(
      train.note.contains("hint:  continue it with 'turnwise compare --resume' and the folder"))
    let arm = await turnwise("compare --resume \(out)/rloo-seed1")
    #expect(arm.status == 2 && arm.note.contains("is one run of a comparison"))
    let missing = await turnwise("train --resume \(out)/nothing")
    #expect(missing.status == 4 && missing.note.contains("no such file or folder"))
  }

  @Test func `is refused if an earlier version saved it, which can still be played and credited`()
    async throws
  {
    let earlier = folder.url.appending(path: "earlier")
    try FileManager.default.copyItem(
      at: repository("Tests/TurnwiseTrainingTests/Golden/version1/process-model"), to: earlier)
    let refused = await turnwise("train --resume \(earlier.path)")
    #expect(refused.status == 2)
    #expect(refused.note.contains("was saved by an earlier version"))
    let played = try await done(
      "run keydoor-v1 --env-set horizon=1 --policy \(earlier.path) --episodes 2 --json --out \(folder.path)/played"
    )
    #expect(try played.json["episodes"] == 2)
    let credit = try await done(
      "credit \(earlier.path) --credit turn-gae,process=delta+turn,fork:k=1 --json")
    guard case .array(let episodes)? = try credit.json["episodes"] else {
      Issue.record("\(credit.answer)")
      return
    }
    #expect(!episodes.isEmpty)
  }

  @Test func `keeps what was added after its end`() async throws {
    let out = folder.url.appending(path: "run")
    _ = try await done("train \(small) --out \(out.path)")
    _ = try await done("credit \(out.path) --credit fork:k=1 --write")
    let layout = TraceLayout(out)
    let before = try Data(contentsOf: layout.episodes)
    _ = try await done("train --resume \(out.path)")
    #expect(try Data(contentsOf: layout.episodes) == before)
  }

  @Test(arguments: [
    ("width", 7, "model.width=7: expected a multiple of twice the heads"),
    ("layers", 0, "model.layers=0: expected a whole number from 1"),
  ])
  func `with options that cannot be is refused`(name: String, value: Int, reason: String)
    async throws
  {
    let out = folder.url.appending(path: "run")
    _ = try await done("train \(small) --out \(out.path)")
    let layout = TraceLayout(out)
    guard
      case .object(var record) = try JSON.decode(JSONValue.self, from: Data(contentsOf: layout.run)),
      case .object(var configuration)? = record["configuration"],
      case .object(var model)? = configuration["model"]
    else {
      Issue.record("no configuration")
      return
    }
    model[name] = .integer(value)
    configuration["model"] = .object(model)
    record["configuration"] = .object(configuration)
    try JSON.encode(record).write(to: layout.run)
    let refused = await turnwise("train --resume \(out.path)")
    #expect([2, 3].contains(refused.status) && refused.note.contains(reason), "\(refused.note)")
  }

  @Test func `is refused while somebody writes into its folder`() async throws {
    let out = folder.url.appending(path: "run")
    _ = try await done("train \(small) --out \(out.path)")
    let writer = try TraceWriter(resuming: out, command: "credit") {
      try $0.readProgress()?.length ?? TraceLength()
    }
    let refused = await turnwise("train --resume \(out.path)")
    #expect(refused.status == 4 && refused.note.contains("is being written to by 'credit'"))
    try writer.close()
  }
}
