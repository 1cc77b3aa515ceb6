import Foundation
import Testing
import Turnwise
import TurnwiseCLI
import TurnwiseEnvironments
import TurnwiseTestSupport

/// A corpus and questions that somebody wrote by hand, on the command line.
@Suite struct `A corpus from a folder` {
  private let folder = TemporaryFolder()
  private let out = TemporaryFolder()

  /// Copies the example.
  init() throws {
    try FileManager.default.copyItem(
      at: repository("environments/Search/Examples/rivers"), to: folder.url)
  }

  private func append(_ line: String, to file: String) throws {
    let handle = try FileHandle(forWritingTo: folder.url.appending(path: file))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data((line + "\n").utf8))
    try handle.close()
  }

  private func play(_ arguments: String) async throws -> JSONValue {
    let printed = await turnwise(
      "run search-v1 --tasks \(folder.path) --json --out \(out.path) --force \(arguments)")
    #expect(printed.status == 0, "\(printed.note)")
    return try printed.json
  }

  @Test func `is played and scored with no Swift written`() async throws {
    for split in Split.allCases {
      let expert = try await play("--episodes 30 --split \(split.rawValue)")
      #expect(expert["success"] == 1 && expert["failed"] == 0)
      #expect(expert["families"]?["1 hop"] != nil && expert["families"]?["2 hops"] != nil)
    }
    #expect(try await play("--episodes 4 --policy null")["success"] == 0)
    #expect(try await play("--episodes 30 --policy random")["success"] == 0)
  }

  @Test func `keeps every law, in two processes`() throws {
    let checked = try turnwiseProgram("check search-v1 --tasks \(folder.path) --scenarios 3")
    #expect(checked.status == 0, "\(checked.answer)\(checked.note)")
    #expect(checked.answer.contains("ok      the scripted expert succeeds"))
    #expect(!checked.answer.contains("BROKEN") && !checked.answer.contains("open  "))
  }

  @Test func `stays in the run when the folder is gone`() async throws {
    _ = try await play("--policy expert:habit=0.5 --episodes 4 --seed 3")
    let corpus = try Data(contentsOf: folder.url.appending(path: "corpus.jsonl"))
    try FileManager.default.removeItem(at: folder.url)
    let layout = TraceLayout(out.url)
    let run = try layout.readRun()
    let name = Digest(of: Array(corpus)).hexadecimal
    #expect(run.parameters["files"]?["corpus"]?["sha256"] == .string(name))
    let search = try Parameters.setting(run.parameters, of: Search(), blobs: layout.blobStore())
    var reader = try RecordReader<EpisodeRecord>(layout.episodes)
    for episode in try reader.readAll().map(\.episode) {
      #expect(await Replay.verify(episode, in: search, blobs: layout.blobStore()) == nil)
      let lost = try #require(await Replay.verify(episode, in: Search()))
      #expect(lost.description.contains("The question belongs to another corpus"))
    }
    let shown = await turnwise("show \(out.path) --episode 1")
    #expect(shown.status == 0)
  }

  @Test func `is trained on, and credited by forks when the folder is gone`() async throws {
    let trained = TemporaryFolder()
    // Short questions, so that little imitation will do.
    let questions = folder.url.appending(path: "questions.jsonl")
    let lines = try String(contentsOf: questions, encoding: .utf8).split(separator: "\n")
    try Data(lines.filter { $0.contains("Which capital") }.joined(separator: "\n").utf8)
      .write(to: questions)
    let small =
      "--demonstrations 60 --cloning-steps 400 --cloning-batch 4 --width 32 --heads 2 "
      + "--feed-forward 64 --habit 0.3 --updates 2 --groups 2 --group-size 4 "
      + "--evaluation-episodes 4 --evaluation-every 2 --critic-episodes 4"
    let printed = await turnwise(
      "train search-v1 --tasks \(folder.path) --credit rloo --out \(trained.path) --json \(small)")
    #expect(printed.status == 0, "\(printed.note)")
    let chance = try await play("--policy random --split train --episodes 20")
    let learnt = try await play("--policy \(trained.path) --split train --episodes 20")
    #expect(chance["success"] == 0)
    // What was imitated is often done.
    #expect(try (learnt["success"]?.decode(Double.self) ?? 0) >= 0.5, "\(learnt)")
    try FileManager.default.removeItem(at: folder.url)
    let credited = await turnwise("credit \(trained.path) --credit fork:k=1 --update 1 --limit 1")
    #expect(credited.status == 0, "\(credited.note)")
    #expect(credited.answer.contains("forks took"))
  }

  @Test func `is refused with words of data, before anything is written`() async throws {
    try append(#"{"question": "Wo?", "answer": "Ulm", "evidence": ["ulm"]}"#, to: "questions.jsonl")
    for command in ["run", "train", "compare", "check"] {
      let out = command == "check" ? "" : " --out \(out.path)"
      let printed = await turnwise("\(command) search-v1 --tasks \(folder.path)\(out)")
      #expect(
        printed.note == "error: \(folder.path)/questions.jsonl:29: 'evidence' 'ulm' is not a "
          + "document of the corpus\nhint:  evidence names documents of corpus.jsonl by their ids\n"
      )
      #expect(printed.status == 3 && printed.answer == "")
    }
    #expect(!FileManager.default.fileExists(atPath: out.path))
  }

  @Test func `with questions of one split is enough to play, but not to train`() async throws {
    try Data(#"{"question": "Wo?", "answer": "Ulm", "evidence": ["empty"]}"#.utf8)
      .write(to: folder.url.appending(path: "questions.jsonl"))
    let text =
      "error: \(folder.path)/questions.jsonl: no question is for held-out\nhint:  write "
      + "\"split\": \"held-out\" into some lines, or play the other split\n"
    for command in ["run", "train", "compare"] {
      let printed = await turnwise(
        "\(command) search-v1 --tasks \(folder.path) --out \(out.path)")
      #expect(printed.note.hasSuffix(text), "\(printed.note)")
      #expect(printed.status == 3)
    }
  }

  @Test func `is warned of what was left out, and of answers that no document holds`() async throws
  {
    try append(#"{"_id": 5, "text": "more", "url": "x"}"#, to: "corpus.jsonl")
    try append(#"{"question": "Wo?", "answer": "Ulm"}"#, to: "questions.jsonl")
    let warnings =
      "warning: \(folder.path)/corpus.jsonl: ignored unknown fields: 'url'\n"
      + "warning: \(folder.path)/questions.jsonl: no document contains an answer of line 29\n"
    for command in ["check", "run --policy random --episodes 1 --out \(out.path)"] {
      let words = command.split(separator: " ", maxSplits: 1)
      let rest = words.count > 1 ? " \(words[1])" : ""
      let printed = await turnwise("\(words[0]) search-v1 --tasks \(folder.path)\(rest)")
      #expect(printed.note.contains(warnings), "\(printed.note)")
    }
  }

  @Test func `is judged by SQuAD's rule where --env-set asks for it`() async throws {
    _ = try await play("--episodes 1 --env-set answers=squad")
    #expect(try TraceLayout(out.url).readRun().parameters["answers"] == .string("squad"))
    let wrong = await turnwise(
      "run search-v1 --tasks \(folder.path) --env-set answers=loose --out \(out.path)")
    #expect(wrong.status == 2 && wrong.note.contains("standard"), "\(wrong.note)")
  }

  @Test func `without evidence has no expert, and its author is told what it takes`() async throws {
    for (name, split) in [("Wo?", "train"), ("Wann?", "held-out")] {
      let line = #"{"question": "\#(name)", "answer": "Ulm", "split": "\#(split)"}"# + "\n"
      let file = folder.url.appending(path: "questions.jsonl")
      if split == "train" { try Data().write(to: file) }
      try append(String(line.dropLast()), to: "questions.jsonl")
    }
    let train = await turnwise("train search-v1 --tasks \(folder.path) --out \(out.path)")
    #expect(
      train.note.hasSuffix(
        "error: search-v1 has no scripted expert to imitate\n"
          + "hint:  --warm-start RUN needs none, nor does --demonstrations-from RUN after "
          + "'turnwise run search-v1 --policy random --split train --episodes 2000'; "
          + "a task from a folder can have evidence that can be found\n"))
    let run = await turnwise(
      "run search-v1 --tasks \(folder.path) --policy random --out \(out.path) --force")
    #expect(run.status == 0)
  }
}
