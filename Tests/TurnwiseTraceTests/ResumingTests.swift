import Foundation
import Testing
import TurnwiseCore
import TurnwiseTestSupport
import TurnwiseTrace

@Suite struct `A run that is continued` {
  private let folder = TemporaryFolder()
  private let layout: TraceLayout

  /// A run of five episodes and three records of metrics.
  init() async throws {
    layout = TraceLayout(folder.url)
    let writer = try TraceWriter(folder.url, run: .sample, placement: .new)
    for episode in try await keyDoorEpisodes(.expert(.none), count: 5) {
      try writer.append(EpisodeRecord(purpose: .run, episode: episode))
    }
    for update in 0..<3 { try writer.append(MetricsRecord(update: update, metrics: [:])) }
    #expect(writer.length == TraceLength(episodes: 5, metrics: 3))
    try writer.close()
  }

  private func resume(_ episodes: Int, _ metrics: Int) throws -> TraceWriter {
    try TraceWriter(resuming: folder.url, command: "train") { _ in
      TraceLength(episodes: episodes, metrics: metrics)
    }
  }

  private func append(_ text: String, to file: URL) throws {
    let handle = try FileHandle(forWritingTo: file)
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(text.utf8))
    try handle.close()
  }

  @Test func `keeps its first records, and appends to them`() throws {
    let before = try Data(contentsOf: layout.episodes)
    let writer = try resume(2, 1)
    #expect(writer.cut == TraceLength(episodes: 3, metrics: 2))
    #expect(writer.length == TraceLength(episodes: 2, metrics: 1))
    let kept = try Data(contentsOf: layout.episodes)
    let isPrefix = before.starts(with: kept)
    #expect(isPrefix)
    try writer.append(MetricsRecord(update: 7, metrics: [:]))
    #expect(writer.length == TraceLength(episodes: 2, metrics: 2))
    try writer.close()
    var metrics = try RecordReader<MetricsRecord>(layout.metrics)
    #expect(try metrics.readAll().map(\.update) == [0, 7])
    var episodes = try RecordReader<EpisodeRecord>(layout.episodes)
    #expect(try episodes.readAll().count == 2)
  }

  @Test func `loses a line that was cut short`() throws {
    let before = try Data(contentsOf: layout.metrics)
    try append("{\"version\":1,\"upd", to: layout.metrics)
    let writer = try resume(5, 3)
    #expect(writer.cut == TraceLength(episodes: 0, metrics: 1))
    try writer.close()
    #expect(try Data(contentsOf: layout.metrics) == before)
  }

  @Test func `is refused where records are missing`() throws {
    let before = try contents()
    let error = #expect(throws: TraceError.self) { try resume(5, 4) }
    guard case .inconsistent(let words)? = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(words == "it has 3 records, but the trainer's state was saved after 4")
    #expect(try contents() == before)
  }

  @Test func `has one writer at a time`() throws {
    let writer = try resume(5, 3)
    let error = #expect(throws: TraceError.self) { try resume(0, 0) }
    guard case .held(let holder?)? = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(holder.command == "train")
    try writer.close()
    #expect(throws: Never.self) { try resume(5, 3).close() }
  }

  private func contents() throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    return try Dictionary(
      uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: folder.url.appending(path: $0))) }
    )
  }

  /// What a writer leaves that is killed before it has written `run.json`.
  @Test(arguments: [true, false])
  func `can be begun again if it was killed before it was a run`(hasWritten: Bool) throws {
    let holder = FolderHolder(process: 1, command: "train", since: "2026")
    try JSON.encode(holder).write(to: layout.writer)
    try FileManager.default.removeItem(at: layout.run)
    try Data("x".utf8).write(to: folder.url.appending(path: ".run.json.new"))
    for file in [layout.episodes, layout.metrics] {
      try Data((hasWritten ? "{}\n" : "").utf8).write(to: file)
    }
    guard hasWritten else {
      try TraceWriter(folder.url, run: .sample, placement: .empty).close()
      #expect(
        try contents().keys.sorted() == ["episodes.jsonl", "metrics.jsonl", "run.json"])
      return
    }
    // Records that somebody else may have put there are kept.
    #expect(throws: TraceError.self) {
      try TraceWriter(folder.url, run: .sample, placement: .empty)
    }
    #expect(try Data(contentsOf: layout.episodes) == Data("{}\n".utf8))
  }
}
