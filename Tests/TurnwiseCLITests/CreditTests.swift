import Foundation
import Testing
import Turnwise
import TurnwiseEnvironments
import TurnwiseTestSupport

@Suite struct `Crediting a run again` {
  private static let example = repository("traces/examples/group").path
  private let folder = TemporaryFolder()

  private func copyExample() throws -> TraceLayout {
    try FileManager.default.copyItem(at: repository("traces/examples/group"), to: folder.url)
    return TraceLayout(folder.url)
  }

  private func records(_ layout: TraceLayout) throws -> [EpisodeRecord] {
    var reader = try RecordReader<EpisodeRecord>(layout.episodes)
    let records = try reader.readAll()
    #expect(reader.cut == nil)
    return records
  }

  private func lines(_ layout: TraceLayout) throws -> [String] {
    try String(contentsOf: layout.episodes, encoding: .utf8).components(separatedBy: "\n")
  }

  // MARK: - The answer

  @Test func `gives what training recorded`() async throws {
    let printed = await turnwise("credit \(Self.example) --credit rloo,turn --json")
    #expect(printed.status == 0 && printed.note == "")
    let recorded = try records(TraceLayout(repository("traces/examples/group")))
    guard case .object(let answer) = try printed.json,
      case .array(let entries)? = answer["episodes"]
    else {
      Issue.record("no episodes")
      return
    }
    #expect(Set(answer.keys) == ["environment", "forkTurns", "episodes"])
    #expect(answer["environment"] == "keydoor-v1" && answer["forkTurns"] == 0)
    #expect(entries.map { $0["number"] } == (1...8).map { .integer($0) })
    for (entry, record) in zip(entries, recorded) {
      guard case .object(let members) = entry, case .object(let credit)? = members["credit"] else {
        Issue.record("no credit")
        return
      }
      #expect(Set(members.keys) == ["number", "name", "rewards", "credit"])
      #expect(members["name"] == .string(record.episode.name))
      let rewards = try #require(members["rewards"]).decode([Double?].self)
      #expect(rewards == record.episode.rewards)
      #expect(Set(credit.keys) == ["rloo", "turn"])
      for (name, value) in credit {
        let expected = try #require(record.credit?[name])
        let found = try value.decode(CreditRecord.self)
        #expect(found == expected)
      }
    }
  }

  @Test func `prints a turn a line, as many episodes as it is told to`() async throws {
    let printed = await turnwise("credit \(Self.example) --credit rloo,turn --limit 2")
    #expect(printed.status == 0)
    let recorded = try records(TraceLayout(repository("traces/examples/group")))
    let turns = recorded[..<2].reduce(0) { $0 + $1.episode.turns.count }
    let lines = printed.answer.split(separator: "\n")
    #expect(
      lines[0].split(separator: " ") == ["episode", "turn", "reward", "rloo", "turn", "action"])
    #expect(lines.count { $0.contains("-0.333") } == turns)
    #expect(printed.answer.contains("6 more; --limit N prints more"))
    let one = await turnwise("credit \(Self.example) --credit rloo --episode 3")
    #expect(one.answer.contains("      3     1") && !one.answer.contains("more;"))
  }

  @Test func `uses what the run allows where nothing is named`() async throws {
    let json = try await turnwise("credit \(Self.example) --episode 3 --json").json
    guard case .array(let entries)? = json["episodes"],
      case .object(let credit)? = entries.first?["credit"]
    else {
      Issue.record("no credit")
      return
    }
    #expect(entries.count == 1 && Set(credit.keys) == ["rloo", "turn", "process"])
  }

  @Test func `warns where episodes are alone on their scenarios`() async {
    let run = repository("traces/examples/keydoor").path
    let printed = await turnwise("credit \(run) --credit turn --episode 1")
    #expect(printed.status == 0)
    #expect(
      printed.note
        == "warning: each scenario has only one episode: estimators that compare episodes give 0\n"
    )
  }

  // MARK: - Refusals

  @Test(arguments: [
    ("token", "the run saved no critic"), ("turn-gae", "the run saved no critic"),
    ("fork", "the run saved no policy that could play on"),
    ("process=delta+turn", "the run saved no process reward model"),
    ("prime", "say which reward shaper pays: process=SHAPER+prime"),
  ])
  func `says what keeps an estimator from being used`(name: String, lack: String) async {
    let printed = await turnwise("credit \(Self.example) --credit rloo,\(name)")
    #expect(printed.status == 2 && printed.answer == "")
    #expect(printed.note == "error: '\(name)' cannot be used here: \(lack)\n")
  }

  @Test(arguments: [
    ("--purpose run", "error: no run episode matches; turnwise show lists all episodes\n"),
    ("--purpose fork", "error: no fork episode matches; turnwise show lists all episodes\n"),
    (
      "--purpose walk",
      "error: --purpose walk: expected run, training, evaluation, demonstration, fork\n"
    ),
    ("--episode 9", "error: no training episode matches; turnwise show lists all episodes\n"),
    (
      "--episode 0",
      "error: --episode 0: expected a whole number from 1 to 1000000000"
        + " (so that products of options can be computed)\n"
    ),
    ("--update 2", "error: no training episode matches; turnwise show lists all episodes\n"),
    (
      "--limit 0 --credit rloo",
      "error: --limit 0: expected a whole number from 1 to 1000000000"
        + " (so that products of options can be computed)\n"
    ),
  ])
  func `says what there is not`(flags: String, text: String) async {
    let printed = await turnwise("credit \(Self.example) \(flags)")
    #expect(printed.status == 2 && printed.answer == "")
    #expect(printed.note == text)
  }

  @Test func `says where a run should be`() async {
    #expect(await turnwise("credit").note.hasPrefix("error: expected the folder of a run\n"))
    let missing = await turnwise("credit /nowhere/at/all")
    #expect(missing.status == 4 && missing.note.contains("run.json: no such file or folder\n"))
  }

  // MARK: - Writing

  @Test func `adds credit and leaves all else as it was`() async throws {
    let layout = try copyExample()
    // What a later writer might have added, in the record and deep inside it.
    var before = try lines(layout)
    before[2] = before[2].replacing(
      #"{"credit":"#, with: #"{"colour":{"of":[1,2.5,null,true,"ü"]},"credit":"#)
    before[3] = before[3].replacing(#""judgement":{"#, with: #""judgement":{"doubt":0.125,"#)
    #expect(before[2].contains("colour") && before[3].contains("doubt"))
    try Data(before.joined(separator: "\n").utf8).write(to: layout.episodes)
    let old = try records(layout)

    let printed = await turnwise(
      "credit \(folder.path) --credit gigpo,turn:gamma=0.5 --write --episode 3")
    try #require(printed.status == 0, "\(printed.note)")
    #expect(printed.answer.contains("written to "))
    let after = try lines(layout)
    #expect(after.count == before.count)
    // The group of episode 3 is lines 1 to 4; the others keep their bytes.
    #expect(Array(after[4...]) == Array(before[4...]))
    for (line, was) in zip(after, before).prefix(4) {
      guard case .object(var new) = try JSON.decode(JSONValue.self, from: Data(line.utf8)),
        case .object(var credit)? = new["credit"]
      else {
        Issue.record("no record")
        return
      }
      #expect(credit.removeValue(forKey: "gigpo") != nil)
      #expect(credit.removeValue(forKey: "turn:gamma=0.5") != nil)
      new["credit"] = .object(credit)
      #expect(try JSON.decode(JSONValue.self, from: Data(was.utf8)) == .object(new))
    }
    #expect(after[2].contains(#""colour":{"of":[1,2.5,null,true,"ü"]}"#))
    #expect(after[3].contains(#""doubt":0.125"#))
    let new = try records(layout)
    #expect(new.map(\.episode) == old.map(\.episode))
    #expect(new[2].credit?["gigpo"]?.turns.contains { $0.value != 0 } == true)

    // Show reads it, and writing the same again changes nothing.
    let shown = await turnwise("show \(folder.path) --episode 3")
    #expect(shown.status == 0 && shown.answer.contains("gigpo"))
    let bytes = try Data(contentsOf: layout.episodes)
    _ = await turnwise("credit \(folder.path) --credit gigpo,turn:gamma=0.5 --write --episode 3")
    let isSame = try Data(contentsOf: layout.episodes) == bytes
    #expect(isSame)
  }

  @Test func `writes nothing unless it is told to`() async throws {
    let layout = try copyExample()
    let bytes = try Data(contentsOf: layout.episodes)
    for flags in ["--credit gigpo", "--credit gigpo --json", "--credit token --write"] {
      _ = await turnwise("credit \(folder.path) \(flags)")
      let isSame = try Data(contentsOf: layout.episodes) == bytes
      #expect(isSame, "\(flags)")
    }
  }

  @Test(arguments: [1, 3000, -2])
  func `reads what comes before a cut, but does not write there`(left: Int) async throws {
    let layout = try copyExample()
    let whole = try Data(contentsOf: layout.episodes)
    let start = try #require(whole.dropLast().lastIndex(of: UInt8(ascii: "\n"))) + 1
    let cut = whole[..<(left > 0 ? start + left : whole.count + left)]
    try cut.write(to: layout.episodes)
    let place =
      "\(folder.path)/episodes.jsonl line 8 (byte \(start)): the file ends inside this record"
    let printed = await turnwise("credit \(folder.path) --credit rloo --json")
    #expect(printed.status == 0)
    #expect(printed.note.hasPrefix("warning: \(place); everything before it is credited\n"))
    #expect(printed.note.contains("members"), "\(printed.note)")
    guard case .array(let entries)? = try printed.json["episodes"] else {
      Issue.record("no episodes")
      return
    }
    #expect(entries.count == 7)
    let refused = await turnwise("credit \(folder.path) --credit rloo --write")
    #expect(refused.status == 3 && refused.answer == "")
    #expect(refused.note == "error: \(place)\n")
    let isSame = try Data(contentsOf: layout.episodes) == Data(cut)
    #expect(isSame)
  }

  @Test func `names line and byte of garbage, and changes nothing`() async throws {
    let layout = try copyExample()
    var all = try lines(layout)
    let byte = all[0].utf8.count + 1
    all[1] = "garbage"
    let bytes = Data(all.joined(separator: "\n").utf8)
    try bytes.write(to: layout.episodes)
    let printed = await turnwise("credit \(folder.path) --credit rloo --write")
    #expect(printed.status == 3)
    #expect(
      printed.note.hasPrefix(
        "error: \(folder.path)/episodes.jsonl line 2 (byte \(byte)): is not a valid record: "))
    let isSame = try Data(contentsOf: layout.episodes) == bytes
    #expect(isSame)
  }

  @Test func `credits what can be read around damage`() async throws {
    let layout = try copyExample()
    var all = try lines(layout)
    all[1] = "garbage"
    all.insert("  ", at: 3)
    try Data(all.joined(separator: "\n").utf8).write(to: layout.episodes)
    let printed = await turnwise("credit \(folder.path) --credit rloo --json")
    #expect(printed.status == 3)
    #expect(printed.note.contains("episodes.jsonl line 2 (byte "))
    guard case .array(let entries)? = try printed.json["episodes"] else {
      Issue.record("no episodes")
      return
    }
    // The numbers are those of the lines.
    #expect(entries.map { $0["number"] } == [1, 3, 5, 6, 7, 8, 9])
  }

  @Test func `leaves out an episode that comes twice, and says so`() async throws {
    let layout = try copyExample()
    var all = try lines(layout)
    all.insert(all[0], at: 1)
    all.remove(at: 3)
    try Data(all.joined(separator: "\n").utf8).write(to: layout.episodes)
    let printed = await turnwise("credit \(folder.path) --credit rloo --json")
    #expect(printed.status == 0)
    #expect(printed.note.contains("line 2: episode "))
    #expect(printed.note.contains("is in line 1 already; left out"))
    #expect(printed.note.contains("the group of line 1 has 3 of at least 4 members"))
  }

  @Test func `appends to a run without episodes`() async throws {
    let layout = try copyExample()
    let some = try records(layout)
    try Data().write(to: layout.episodes)
    try layout.addCredit([:])
    let bytes = try Data(contentsOf: layout.episodes)
    #expect(bytes == Data())
    try layout.addCredit([:], appending: [some[2], some[0]])
    #expect(try records(layout).map(\.episode) == [some[2].episode, some[0].episode])
  }

  // MARK: - A run that saved its models

  private func train(_ flags: String = "") async throws -> TraceLayout {
    let line = """
      train keydoor-v1 --env-set horizon=1 --updates 1 --groups 2 --group-size 2 --demonstrations 12 \
      --cloning-steps 2 --cloning-batch 2 --vocabulary 300 --width 8 --heads 1 --layers 1 \
      --feed-forward 8 --critic-episodes 2 --evaluation-episodes 2 --action-tokens 8 --out \(folder.path)
      """
    let trained = await turnwise(line + " " + flags)
    try #require(trained.status == 0, "\(trained.note)")
    return TraceLayout(folder.url)
  }

  @Test func `asks the critic that the run saved`() async throws {
    let layout = try await train("--credit token --critic-epochs 0")
    let recorded = try records(layout)
    let json = try await turnwise("credit \(folder.path) --credit token,turn-gae --json").json
    guard case .array(let entries)? = json["episodes"] else {
      Issue.record("no episodes")
      return
    }
    #expect(entries.count == 4)
    for entry in entries {
      let number = try #require(entry["number"]).decode(Int.self)
      // The critic has not moved since.
      let token = try #require(entry["credit"]?["token"]).decode(CreditRecord.self)
      #expect(token == recorded[number - 1].credit?["token"])
      #expect(entry["credit"]?["turn-gae"] != nil)
    }
    #expect(await turnwise("credit \(folder.path) --json").answer.contains("\"token\""))
  }

  @Test func `plays forks in the run's environment and appends them`() async throws {
    let layout = try await train()
    let before = try lines(layout)
    let old = try records(layout)
    let printed = await turnwise("credit \(folder.path) --credit fork:k=2,rloo --write --json")
    try #require(printed.status == 0, "\(printed.note)")
    #expect(printed.note == "forks are played by the policy that the run ended with\n")
    let after = try lines(layout)
    for (line, was) in zip(after, before) where !was.contains(#""purpose":"training""#) {
      #expect(line == was || was.isEmpty)
    }
    let new = try records(layout)
    #expect(new.prefix(old.count).map(\.episode) == old.map(\.episode))
    for record in new.prefix(old.count) where record.purpose == .training {
      #expect(record.credit?["fork:k=2"]?.turns.count == record.episode.turns.count)
      #expect(record.credit?["turn"] != nil)
    }
    let forks = new.dropFirst(old.count)
    #expect(!forks.isEmpty)
    var game = KeyDoor()
    game.horizon = 1
    var turns = 0
    for fork in forks {
      #expect(fork.purpose == .fork)
      let parent = try #require(fork.episode.parent)
      #expect(old.contains { $0.purpose == .training && $0.episode.name == parent.episode })
      #expect(await Replay.verify(fork.episode, in: game) == nil)
      turns += fork.episode.turns.count - parent.turn
    }
    #expect(try printed.json["forkTurns"] == .integer(turns))
    // The same forks again are not written twice.
    let bytes = try Data(contentsOf: layout.episodes)
    _ = await turnwise("credit \(folder.path) --credit fork:k=2,rloo --write")
    let isSame = try Data(contentsOf: layout.episodes) == bytes
    #expect(isSame)
    // They are not credited themselves, and do not disturb what is credited next.
    let again = try await turnwise("credit \(folder.path) --credit rloo --json").json
    let entries = try (again["episodes"]).items
    #expect(entries.count == 4)
    let shown = await turnwise("show \(folder.path) --purpose fork --limit 1")
    #expect(shown.status == 0 && shown.answer.contains("\n"))
  }
}
