import Foundation
import Testing
import TurnwiseCore
import TurnwiseTestSupport
import TurnwiseTrace

@Suite struct `A trace` {
  private let folder = TemporaryFolder()

  private func records() async throws -> [EpisodeRecord] {
    let episodes = try await keyDoorEpisodes(.expert(ExpertNoise(habit: 0.5, slip: 0.2)), count: 4)
    return episodes.enumerated().map { index, episode in
      EpisodeRecord(
        purpose: .training, update: index, episode: episode,
        credit: ["turn": CreditRecord(turns: episode.turns.indices.map { Double($0) - 0.5 })])
    }
  }

  // MARK: - Writing

  @Test func `is read as it was written`() async throws {
    let records = try await records()
    let writer = try TraceWriter(folder.url, run: .sample, replacing: false)
    for record in records { try writer.append(record) }
    try writer.append(MetricsRecord(update: 0, metrics: ["reward": 0.5], timing: ["all": 2]))
    try writer.append(MetricsRecord(update: 1, metrics: ["reward": 0.75]))

    let reading = try Reading(writer.layout.episodes)
    #expect(reading.cut == nil && reading.error == nil)
    #expect(reading.records.map(\.episode) == records.map(\.episode))
    #expect(reading.records.map(\.credit) == records.map(\.credit))
    #expect(reading.records.map(\.update) == [0, 1, 2, 3])
    let run = try writer.layout.readRun()
    #expect(run.environment == "keydoor-v1" && run.host == ["workers": 2])
    var metrics = try RecordReader<MetricsRecord>(writer.layout.metrics)
    #expect(try metrics.readAll().map { $0.metrics["reward"]?.value } == [0.5, 0.75])
  }

  @Test func `can be read while it is being written`() async throws {
    let records = try await records()
    let writer = try TraceWriter(folder.url, run: .sample, replacing: false)
    #expect(try Reading(writer.layout.episodes).records.isEmpty)
    for (count, record) in records.enumerated() {
      try writer.append(record)
      #expect(try Reading(writer.layout.episodes).records.count == count + 1)
    }
  }

  @Test func `is not written into a folder that holds something`() throws {
    try folder.create()
    let note = folder.url.appending(path: "note.txt")
    try Data("mine".utf8).write(to: note)
    let error = #expect(throws: TraceError.self) {
      _ = try TraceWriter(folder.url, run: .sample, replacing: false)
    }
    #expect(error?.problem == .notEmpty)
    #expect(error?.hint?.contains("--force") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["note.txt"])
  }

  @Test func `replaces an earlier run and nothing else`() async throws {
    let blobs = BlobStore()
    blobs.add(Blob([1]))
    let first = try TraceWriter(folder.url, run: .sample, replacing: false)
    try first.append(try await records()[0], blobs: blobs)
    try first.append(MetricsRecord(update: 0, metrics: [:]))
    let note = folder.url.appending(path: "note.txt")
    try Data("mine".utf8).write(to: note)

    try first.close()

    let second = try TraceWriter(folder.url, run: .sample, replacing: true)
    #expect(try Reading(second.layout.episodes).records.isEmpty)
    try second.close()
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
    #expect(names == ["episodes.jsonl", "metrics.jsonl", "note.txt", "run.json"])
  }

  @Test func `is refused by a place where nothing can be written`() {
    let error = #expect(throws: TraceError.self) {
      _ = try TraceWriter(URL(filePath: "/dev/null/run"), run: .sample, replacing: false)
    }
    guard case .system = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `holds the bytes of each blob once`() async throws {
    let records = try await records()
    let writer = try TraceWriter(folder.url, run: .sample, replacing: false)
    let (first, second) = (Blob(Array("first".utf8)), Blob([0xFF, 0]))
    var scenario = records[0]
    for _ in 0..<3 {
      let blobs = BlobStore()
      scenario.episode.scenario = try JSONValue(encoding: [first, second, first], blobs: blobs)
      try writer.append(scenario, blobs: blobs)
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: writer.layout.blobs.path)
    #expect(names.sorted() == [first, second].map(\.digest.hexadecimal).sorted())
    let line = try String(contentsOf: writer.layout.episodes, encoding: .utf8)
    #expect(!line.contains("base64"))

    let store = writer.layout.blobStore()
    let read = try Reading(writer.layout.episodes).records[2].episode.scenario
    #expect(
      try read.decode([Blob].self, blobs: store).map(\.bytes)
        == [first, second, first].map(\.bytes))
    try Data("other".utf8).write(to: writer.layout.blobs.appending(path: first.digest.hexadecimal))
    #expect(throws: DecodingError.self) {
      try read.decode([Blob].self, blobs: writer.layout.blobStore())
    }
  }

  @Test func `writes numbers that are not finite as null`() async throws {
    var record = try await records()[0]
    let count = record.episode.turns.count
    record.credit = ["turn": CreditRecord(turns: (0..<count).map { $0 == 0 ? .nan : .infinity })]
    let layout = try TraceWriter.write([record], in: folder)
    let text = try String(contentsOf: layout.episodes, encoding: .utf8)
    #expect(text.contains(#""turn":{"turns":[null,null"#))
    let read = try #require(try Reading(layout.episodes).records.first)
    #expect(read.credit?["turn"]?.turns.allSatisfy { $0.value.isNaN } == true)
  }

  @Test(arguments: [1, 2, 7]) func `is the same for the same seed with any number of workers`(
    workers: Int
  ) async throws {
    let other = TemporaryFolder()
    let noise = ExpertNoise(habit: 0.5, slip: 0.3)
    func lines(_ folder: TemporaryFolder, _ workers: Int, _ host: JSONValue) async throws -> Data {
      var run = RunRecord.sample
      run.host = ["workers": host]
      let records = try await keyDoorEpisodes(.expert(noise), workers: workers).map {
        EpisodeRecord(purpose: .run, episode: $0)
      }
      return try Data(contentsOf: TraceWriter.write(records, in: folder, run: run).episodes)
    }
    #expect(try await lines(folder, workers, 1) == lines(other, 3, 2))
  }

  @Test func `keeps what may differ under timing and host`() throws {
    var record = MetricsRecord(update: 1, metrics: ["reward": 0.5], timing: ["all": 2])
    func members(_ value: some Encodable) throws -> [String: JSONValue] {
      try Parameters.settings(of: value)
    }
    let before = try members(record)
    record.timing = ["seconds": FiniteNumber(99)]
    let after = try members(record)
    #expect(before.keys.filter { before[$0] != after[$0] } == ["timing"])
    var run = RunRecord.sample
    run.host = ["workers": 9, "name": "elsewhere"]
    let (here, there) = (try members(RunRecord.sample), try members(run))
    #expect(here.keys.filter { here[$0] != there[$0] } == ["host"])
  }

  // MARK: - Files that are not as they should be

  private func damaged(_ line: Int, _ text: String, newline: Bool = true) async throws -> (
    reading: Reading, byte: Int
  ) {
    let layout = try TraceWriter.write(try await records(), in: folder)
    var lines = try String(contentsOf: layout.episodes, encoding: .utf8)
      .split(separator: "\n").map(String.init)
    let byte = lines[..<(line - 1)].reduce(0) { $0 + $1.utf8.count + 1 }
    lines.insert(text, at: line - 1)
    let whole = lines.joined(separator: "\n") + (newline ? "\n" : "")
    try Data(whole.utf8).write(to: layout.episodes)
    return (try Reading(layout.episodes), byte)
  }

  @Test(
    arguments: [1, 3, 5],
    ["garbage", "{", "[]", "7", "\"x\"", "{\"version\":1}", "{\"version\":\"1\"}", "\u{0}"])
  func `with a line of garbage anywhere names file, line and byte`(line: Int, text: String)
    async throws
  {
    let (reading, byte) = try await damaged(line, text)
    let error = try #require(reading.error)
    #expect((error.line, error.byte) == (line, byte))
    #expect(error.file.hasSuffix("episodes.jsonl"))
    #expect(
      "\(error)".hasPrefix("\(error.file) line \(line) (byte \(byte)): is not a valid record: "))
    // What comes after it is read all the same.
    #expect(reading.records.count == 4)
    #expect(reading.cut == nil)
  }

  @Test(arguments: [1, 3, 5], ["", " ", "\t \r"])
  func `may have lines of blanks`(line: Int, text: String) async throws {
    let (reading, _) = try await damaged(line, text)
    #expect(reading.error == nil && reading.cut == nil && reading.records.count == 4)
  }

  @Test(arguments: [
    ("\u{0}\u{0}", "has the byte 00 where a value was expected at byte 0"),
    (#"{"version":1,"x":"\ud83d"}"#, #"has half of a surrogate pair (\ud83d) at byte 18"#),
    (#"{"version":1,"x":"\ud83dA"}"#, #"has half of a surrogate pair (\ud83d) at byte 18"#),
    (#"{"version":1,"version":1}"#, "has the member 'version' twice at byte 13"),
    (#"{"version":1,"x":01}"#, "has a number that begins with 0 at byte 17"),
    (#"{"version":1,"x":1e999}"#, "has a number that is too large at byte 17"),
    (#"{"version":1"#, "ends where ',' or '}' was expected at byte 12"),
    ("{\"version\":1,\"x\":\"a\u{0}b\"}", "has the byte 00 within a string at byte 19"),
    (
      String(repeating: "[", count: 100_000),
      "is nested more than \(JSONText.depthLimit) deep at byte \(JSONText.depthLimit)"
    ),
  ])
  func `with a damaged line gives the true reason`(text: String, reason: String) async throws {
    let (reading, _) = try await damaged(3, text)
    #expect(reading.error?.problem == .notARecord(reason))
    #expect(reading.records.count == 4)
  }

  @Test func `that is a pipe is refused and not waited for`() async throws {
    let layout = try TraceWriter.write(try await records(), in: folder)
    for file in [layout.episodes, layout.run] {
      try FileManager.default.removeItem(at: file)
      try #require(mkfifo(file.path, 0o644) == 0)
    }
    let expected = TraceError.Problem.system("is not a regular file")
    #expect((#expect(throws: TraceError.self) { try layout.readRun() })?.problem == expected)
    let error = #expect(throws: TraceError.self) {
      _ = try RecordReader<EpisodeRecord>(layout.episodes)
    }
    #expect(error?.problem == expected)
  }

  @Test func `that shrinks while it is read ends there`() async throws {
    let layout = try TraceWriter.write(try await records(), in: folder)
    let line = try Data(contentsOf: layout.episodes)
    for _ in 0..<60 {
      let file = try FileHandle(forWritingTo: layout.episodes)
      try file.seekToEnd()
      try file.write(contentsOf: line)
      try file.close()
    }
    var reader = try RecordReader<EpisodeRecord>(layout.episodes)
    #expect(reader.next() != nil)
    try #require(truncate(layout.episodes.path, 0) == 0)
    while reader.next() != nil {}
    #expect(reader.damagedLines <= 1)
  }

  @Test func `that ends in garbage without a line end is not one that was cut`() async throws {
    let (reading, byte) = try await damaged(5, "garbage", newline: false)
    #expect(reading.error?.line == 5 && reading.error?.byte == byte)
  }

  @Test(arguments: [0, TraceLayout.version + 1, -1, 1_000_000], [true, false])
  func `of another version says which`(version: Int, newline: Bool) async throws {
    let line = #"{"version":\#(version),"shape":"unknown"}"#
    let (reading, byte) = try await damaged(5, line, newline: newline)
    let error = try #require(reading.error)
    #expect(error.problem == .version(version, expected: TraceLayout.version))
    #expect((error.line, error.byte) == (5, byte))
    #expect(error.hint?.contains(version > 0 ? "newer" : "that wrote it") == true)
  }

  @Test func `that contradicts itself says how`() async throws {
    let record = try await records()[0]
    let count = record.episode.turns.count
    func problem(_ change: (inout EpisodeRecord) -> Void) -> String? {
      var changed = record
      change(&changed)
      return changed.problem
    }
    #expect(record.problem == nil)
    #expect(
      problem { $0.credit = ["turn": CreditRecord(turns: [1])] }
        == "'turn' credits 1 of \(count) turns")
    #expect(
      problem {
        $0.credit = ["token": CreditRecord(turns: .init(repeating: 0, count: count), tokens: [[1]])]
      }
        == "the tokens that 'token' credits are not the sampled ones")
    #expect(
      problem { $0.episode.tape.append([7], as: .observation, turn: 1000) }
        == "span 0 of segment 0 belongs to turn 1001 of \(count)")
    #expect(
      problem { $0.episode.tape.append([7], as: .observation, turn: -1) }
        == "span 0 of segment 0 belongs to turn -1 of \(count)")
    #expect(
      problem {
        $0.episode.tape.append([7], as: .observation, turn: 1)
        $0.episode.tape.append([8], as: .observation, turn: 0)
      } == "span 1 of segment 0 belongs to turn 1, after one of turn 2")
    #expect(
      problem {
        $0.episode.tape.append([7], as: .observation, turn: 0)
        _ = $0.episode.tape.appendSampled([8], logProbabilities: [0], turn: 0)
      } == "span 1 of segment 0 was sampled in turn 1, which names another span")
    #expect(
      problem { $0.episode.tape.append([-7], as: .observation, turn: 0) }
        == "segment 0 has the token -7")
    #expect(problem { $0.episode.origin.member = -1 } == "its member is -1")
    #expect(
      problem { $0.episode.turns[1].span = .init(segment: 0, span: 4) }
        == "turn 2 names span 4 of segment 0, which contains none of its tokens")
    #expect(
      problem {
        _ = $0.episode.tape.appendSampled([1], logProbabilities: [0], turn: 0)
        $0.episode.turns[1].span = .init(segment: 0, span: 0)
      } == "turn 2 names span 0 of segment 0, which contains none of its tokens")

    var changed = record
    changed.credit = ["turn": CreditRecord(turns: [])]
    let layout = try TraceWriter.write([record, changed], in: folder)
    let error = try #require(try Reading(layout.episodes).error)
    #expect(error.line == 2)
    #expect("\(error)".contains("contradicts itself: 'turn' credits 0 of \(count) turns"))
  }

  @Test func `cut anywhere inside its last record is read up to there`() async throws {
    let short = Array(try await records().prefix(2))
    let layout = try TraceWriter.write(short, in: folder)
    let whole = try Data(contentsOf: layout.episodes)
    let last = try #require(whole.dropLast().lastIndex(of: UInt8(ascii: "\n"))) + 1
    var faults: [Int] = []
    for end in (last + 1)..<(whole.count - 1) {
      try whole[..<end].write(to: layout.episodes)
      let reading = try Reading(layout.episodes)
      let expected = TraceError(
        .cutShort, file: layout.episodes.relativePath, line: 2, byte: last)
      if reading.records.count != 1 || reading.error != nil || reading.cut != expected {
        faults.append(end)
      }
    }
    #expect(faults == [])
    // Without its line end alone, or at a line end, the file is whole.
    for (end, count) in [(last, 1), (whole.count - 1, 2), (0, 0)] {
      try whole[..<end].write(to: layout.episodes)
      let reading = try Reading(layout.episodes)
      #expect(reading.cut == nil && reading.error == nil && reading.records.count == count)
    }
  }

  @Test func `that is missing says so`() throws {
    let layout = TraceLayout(folder.url)
    #expect(throws: TraceError(.missing, file: layout.run.relativePath)) { try layout.readRun() }
    #expect(throws: TraceError(.missing, file: layout.episodes.relativePath)) {
      try RecordReader<EpisodeRecord>(layout.episodes)
    }
  }

  @Test(arguments: [
    "", "{", "[]", "{\"version\":1}", #"{"version":1,"command":7}"#, "\u{1B}]0;x\u{7}",
  ])
  func `has a run that is checked like its records`(text: String) throws {
    let layout = try TraceWriter.write([], in: folder)
    try Data(text.utf8).write(to: layout.run)
    let error = #expect(throws: TraceError.self) { try layout.readRun() }
    #expect((error?.line, error?.byte) == (1, 0))
    guard case .notARecord = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `has a run whose version is checked first`() throws {
    let layout = try TraceWriter.write([], in: folder)
    try Data(#"{"version":99}"#.utf8).write(to: layout.run)
    let error = #expect(throws: TraceError.self) { try layout.readRun() }
    #expect(error?.problem == .version(99, expected: TraceLayout.version))
  }
}
