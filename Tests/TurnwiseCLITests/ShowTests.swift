import Foundation
import Testing
import Turnwise
import TurnwiseTestSupport

@Suite struct `The reader of traces` {
  private let folder = TemporaryFolder()
  private static let example = repository("traces/examples/keydoor").path

  // MARK: - The committed example

  @Test(arguments: [
    ("show-list", ""), ("show-episode-1", " --episode 1"), ("show-episode-3", " --episode 3"),
  ])
  func `prints the example as it did`(name: String, flags: String) async throws {
    let printed = await turnwise("show \(Self.example)\(flags)")
    #expect(printed.answer == (try golden(name)))
    #expect(printed.status == 0 && printed.note == "")
  }

  @Test func `lists as many episodes as it is told to`() async {
    let printed = await turnwise("show \(Self.example) --limit 2")
    #expect(printed.answer.contains("\n      2  run "))
    #expect(!printed.answer.contains("\n      3  run "))
    #expect(printed.answer.contains("4 more; --limit N lists more"))
    let none = await turnwise("show \(Self.example) --purpose training")
    #expect(none.status == 0 && !none.answer.contains("  run "))
  }

  @Test(arguments: ["--episode 7", "--episode 0", "--episode x", "--purpose walk", "--limit 0"])
  func `refuses numbers and words that there are not`(flags: String) async {
    #expect(await turnwise("show \(Self.example) \(flags)").status == 2)
  }

  @Test func `answers in JSON`() async throws {
    let list = try await turnwise("show \(Self.example) --json").json
    guard case .array(let entries)? = list["episodes"] else {
      Issue.record("no list of episodes")
      return
    }
    #expect(list["run"]?["environment"] == "keydoor-v1")
    #expect(entries.map { $0["number"] } == (1...6).map { .integer($0) })
    #expect(entries.map { $0["success"] } == [false, true, true, false, false, true])
    let episode = try await turnwise("show \(Self.example) --episode 3 --json").json
    #expect(try episode.decode(EpisodeRecord.self).episode.turns.count == 8)
  }

  // MARK: - Credit

  private func record(_ credit: [String: [Double]]) async throws -> EpisodeRecord {
    var session = try Session(Duel(), origin: EpisodeOrigin(seed: 1, split: .train, scenario: 0))
    for word in ["parry", "thrust"] { await session.play(.call(word)) }
    return EpisodeRecord(
      purpose: .training, update: 3, episode: try session.episode(),
      credit: credit.mapValues { CreditRecord(turns: $0) })
  }

  /// Two turns, the first of which pays.
  struct Duel: Environment {
    static let id = "duel-v1"
    var tools: Toolbox<Int> {
      Toolbox {
        Move<Parry>()
        Move<Thrust>()
      }
    }
    enum Parry {}
    enum Thrust {}
    struct Move<Kind>: Tool {
      static var name: String { "\(Kind.self)".lowercased() }
      static var summary: String { "" }
      struct Arguments: Decodable {}
      func call(_ arguments: Arguments, on state: inout Int, using random: inout Randomness)
        -> ToolReply
      {
        state += 1
        return ToolReply(
          "Hit \(Text("\(state)")).", reward: state == 1 ? 0.25 : nil, endsEpisode: state == 2)
      }
    }
    func scenario(in split: Split, using random: inout Randomness) -> Split { split }
    func start(_ scenario: Split, using random: inout Randomness) -> Int { 0 }
    func judge(_ state: Int) -> Judgement { Judgement(success: true, gold: "\u{1B}[31m") }
  }

  private func write(_ records: [EpisodeRecord]) throws -> TraceLayout {
    let run = RunRecord(
      command: "train", turnwise: turnwiseVersion, environment: Duel.id, parameters: [:],
      configuration: ["credit": "turn"], host: [:])
    let writer = try TraceWriter(folder.url, run: run, replacing: true)
    for record in records { try writer.append(record) }
    return writer.layout
  }

  @Test func `prints reward and every estimator's credit of each turn`() async throws {
    _ = try write([
      try await record(["turn": [0.5, -0.125], "rloo": [1, 1], "token": [.nan, 0]])
    ])
    let printed = await turnwise("show \(folder.path) --episode 1")
    #expect(printed.status == 0)
    #expect(printed.answer == (try golden("show-credit")))
  }

  @Test func `reads what training wrote`() async throws {
    let train = """
      train keydoor-v1 --env-set horizon=1 --updates 1 --groups 2 --group-size 2 --demonstrations 12 \
      --cloning-steps 2 --cloning-batch 2 --vocabulary 300 --width 8 --heads 1 --layers 1 \
      --feed-forward 8 --critic-episodes 2 --evaluation-episodes 2 --action-tokens 8 --out \(folder.path)
      """
    let trained = await turnwise(train)
    try #require(trained.status == 0, "\(trained.note)")
    #expect(trained.answer.contains("read it: turnwise show "))
    let list = await turnwise("show \(folder.path) --purpose training")
    #expect(list.answer.contains("train keydoor-v1  credit turn  seed 0000000000000001"))
    let numbers = list.answer.split(separator: "\n").compactMap {
      Int($0.trimmingCharacters(in: .whitespaces).prefix { $0.isNumber })
    }
    #expect(numbers.count == 4)
    let episode = await turnwise("show \(folder.path) --episode \(numbers.first ?? 0)")
    #expect(episode.status == 0)
    #expect(episode.answer.contains("\nturn 1  process "))
    let title = episode.answer.split(separator: "\n").first { $0.hasPrefix("#  ") }
    #expect(
      title?.split(separator: " ")
        == ["#", "reward", "process", "rloo", "token", "turn", "action"])
  }

  // MARK: - Hostile text

  private static let hostile =
    "\u{1B}]52;c;ZXZpbA==\u{7}\u{1B}]0;title\u{1B}\\\u{9B}2J\r\u{202E}\u{2066}\u{7F}\u{8}"

  @Test(arguments: ["", "--episode 1", "--json", "--episode 1 --json"])
  func `shows no control that a trace holds`(flags: String) async throws {
    var record = try await record([Self.hostile: [1, 2], "turn": [1, 2]])
    record.episode.family = Self.hostile
    record.episode.name = Self.hostile
    record.episode.turns[0].observation = Observation(Text(Self.hostile))
    record.episode.turns[0].action = Action(
      text: Text(Self.hostile), calls: [], problem: Self.hostile)
    record.episode.turns[0].replies = [
      ToolReply(Text(Self.hostile + "\n" + Self.hostile)), ToolReply(Text([0x9B, 0xFF, 0x0D])),
    ]
    record.episode.judgement?.gold = .string(Self.hostile)
    var failed = record
    failed.episode.ending = .failed(Failure(.policy, code: Self.hostile, message: Self.hostile))
    let layout = try write([failed, record])
    var run = try layout.readRun()
    (run.command, run.environment) = (Self.hostile, Self.hostile)
    run.configuration = ["credit": .string(Self.hostile), "seed": .string(Self.hostile)]
    try JSON.encode(run).write(to: layout.run)

    let printed = await turnwise("show \(folder.path) \(flags)")
    #expect(printed.status == 0)
    let controls = Array((printed.answer + printed.note).unicodeScalars).filter {
      [.control, .format].contains($0.properties.generalCategory) && $0 != "\n"
    }
    #expect(controls == [])
    #expect(printed.answer.contains(flags.contains("json") ? #"\u001b]52;c"# : #"\u{1B}]52;c"#))
    if flags.contains("json") { #expect(throws: Never.self) { try printed.json } }
    if flags == "--episode 1" { #expect(printed.answer.contains(#"\x9B\xFF\r"#)) }
  }

  // MARK: - Folders of runs

  @Test func `lists the runs in a folder`() async throws {
    let printed = await turnwise("show \(repository("traces/examples").path)")
    #expect(printed.status == 0)
    for name in ["keydoor", "group"] { #expect(printed.answer.contains(name)) }
    let json = try await turnwise("show \(repository("traces/examples").path) --json").json
    guard case .array(let runs)? = json["runs"] else {
      Issue.record("no runs")
      return
    }
    #expect(runs.map { $0["run"] } == ["group", "keydoor"])
  }

  @Test func `lists the runs in folders of a folder, as in a fresh checkout`() async throws {
    _ = try folder.copyExample(to: "examples/keydoor")
    let json = try await turnwise("show \(folder.path) --json").json
    guard case .array(let runs)? = json["runs"] else {
      Issue.record("no runs")
      return
    }
    #expect(runs.map { $0["run"] } == ["examples/keydoor"])
    #expect(await turnwise("show \(folder.path)/examples/keydoor").status == 0)
  }

  @Test func `names what is damaged among the runs in a folder`() async throws {
    let layout = try folder.copyExample(to: "run")
    try Data("{}\n".utf8).write(to: layout.metrics)
    let printed = await turnwise("show \(folder.path)")
    #expect(printed.status == 3)
    #expect(printed.answer.contains("keydoor-v1"))
    #expect(printed.note.contains("run/metrics.jsonl line 1"), "\(printed.note)")
    try Data("[".utf8).write(to: layout.run)
    let unread = await turnwise("show \(folder.path)")
    #expect(unread.status == 3 && unread.answer.contains("(unreadable)"))
    #expect(unread.note.contains("run/run.json"), "\(unread.note)")
  }

  // MARK: - Files that are not as they should be

  @Test func `passes over lines of blanks`() async throws {
    let layout = try folder.copyExample()
    let lines = try String(contentsOf: layout.episodes, encoding: .utf8)
      .split(separator: "\n").map(String.init)
    let blank = [lines[0], "", " \t\r", lines[1], "\r"] + lines[2...] + ["", "  "]
    try Data(blank.joined(separator: "\n").utf8).write(to: layout.episodes)
    let printed = await turnwise("show \(folder.path)")
    #expect(printed.status == 0 && printed.note == "")
    let episode = await turnwise("show \(folder.path) --episode 4")
    #expect(episode.status == 0 && episode.answer.contains("episode 4  "))
  }

  @Test func `names the file of rewards that add up to infinity`() async throws {
    var record = try await record([:])
    record.episode.turns[0].reward = 1e308
    record.episode.judgement = Judgement(success: true, reward: 1e308)
    record.episode.turns[1].reward = 1e308
    _ = try write([record])
    let printed = await turnwise("show \(folder.path) --json")
    #expect(printed.status == 3)
    #expect(
      printed.note.contains("episodes.jsonl line 1 (byte 0): contradicts itself: its rewards"))
  }

  @Test(arguments: [1, 4, 7], ["", "--episode 1", "--json"])
  func `names file, line and byte of garbage`(line: Int, flags: String) async throws {
    let layout = try folder.copyExample()
    var lines = try String(contentsOf: layout.episodes, encoding: .utf8)
      .split(separator: "\n").map(String.init)
    let byte = lines[..<(line - 1)].reduce(0) { $0 + $1.utf8.count + 1 }
    lines.insert("garb\u{1B}age", at: line - 1)
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: layout.episodes)
    let printed = await turnwise("show \(folder.path) \(flags)")
    #expect(printed.status == 3)
    // What can be read is shown all the same.
    #expect(printed.answer.isEmpty == (flags == "--episode 1" && line == 1))
    #expect(
      printed.note.hasPrefix(
        "error: \(folder.path)/episodes.jsonl line \(line) (byte \(byte)): "
          + "is not a valid record: has 'g' where a value was expected"))
    #expect(!printed.note.contains("\u{1B}"))
  }

  @Test(arguments: ["run.json", "episodes.jsonl"])
  func `refuses another version`(file: String) async throws {
    let layout = try folder.copyExample()
    let url = layout.folder.appending(path: file)
    let text = try String(contentsOf: url, encoding: .utf8)
    let changed = text.replacing("\"version\" : 2", with: "\"version\" : 99")
      .replacing("\"version\":2", with: "\"version\":99")
    try Data(changed.utf8).write(to: url)
    let printed = await turnwise("show \(folder.path)")
    #expect(printed.status == 3)
    #expect(
      printed.note.hasPrefix(
        "error: \(folder.path)/\(file) line 1 (byte 0): has version 99; this program reads versions up to 2\n"
          + "hint:  read it with a newer Turnwise\n"))
    #expect(printed.answer == "")
  }

  @Test func `refuses a record that contradicts itself`() async throws {
    var record = try await record(["turn": [1, 2]])
    record.credit?["turn"]?.turns.removeLast()
    _ = try write([record])
    let printed = await turnwise("show \(folder.path)")
    #expect(printed.status == 3)
    #expect(
      printed.note.contains("line 1 (byte 0): contradicts itself: 'turn' credits 1 of 2 turns"))
  }

  /// How many bytes of the last record are left.
  @Test(arguments: [1, 2, 100, 1500, -2])
  func `shows what comes before a cut, with a warning`(left: Int) async throws {
    let layout = try folder.copyExample()
    let data = try Data(contentsOf: layout.episodes)
    let start = try #require(data.dropLast().lastIndex(of: UInt8(ascii: "\n"))) + 1
    let end = left > 0 ? start + left : data.count + left
    try data[..<end].write(to: layout.episodes)
    let whole = await turnwise("show \(Self.example)")
    let printed = await turnwise("show \(folder.path)")
    #expect(printed.status == 0)
    #expect(
      printed.note
        == "warning: \(folder.path)/episodes.jsonl line 6 (byte \(start)): "
        + "the file ends inside this record; everything before it is shown\n")
    #expect(
      printed.answer
        == whole.answer.components(separatedBy: "\n").filter { !$0.hasPrefix("      6") }.joined(
          separator: "\n"))
    #expect(await turnwise("show \(folder.path) --episode 5").status == 0)
    #expect(await turnwise("show \(folder.path) --episode 6").status == 2)
  }
}
