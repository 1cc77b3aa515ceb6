import Foundation
import Testing
import TurnwiseCore
import TurnwiseTestSupport
import TurnwiseTrace

@Suite struct `The folder of a run` {
  private let folder = TemporaryFolder()

  private func problem(_ placement: FolderPlacement) -> TraceError.Problem? {
    do {
      try TraceWriter(folder.url, run: .sample, placement: placement).close()
      return nil
    } catch {
      return (error as? TraceError)?.problem
    }
  }

  @Test func `has one writer at a time, who can be named`() throws {
    let writer = try TraceWriter(folder.url, run: .sample, placement: .new)
    for placement in [FolderPlacement.empty, .replacing] {
      guard case .held(let holder?)? = problem(placement) else {
        Issue.record("a second writer was let in")
        return
      }
      #expect(holder.process == Int(getpid()) && holder.command == "run")
    }
    let error = #expect(throws: TraceError.self) { try writer.layout.addCredit([:]) }
    guard case .held? = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
    try writer.close()
    #expect(throws: Never.self) { try writer.layout.addCredit([:]) }
    #expect(problem(.replacing) == nil)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
    #expect(names == ["episodes.jsonl", "metrics.jsonl", "run.json"])
  }

  @Test func `keeps a file that only has the name of the writer's`() throws {
    try folder.create()
    let mine = folder.url.appending(path: "writer.json")
    try Data("mine".utf8).write(to: mine)
    for placement in [FolderPlacement.empty, .replacing] {
      #expect(problem(placement) != nil)
      #expect(try Data(contentsOf: mine) == Data("mine".utf8))
    }
  }

  @Test func `keeps runs within it when it is no comparison that is replaced`() throws {
    try TraceWriter(folder.url, run: .sample, placement: .new).close()
    let inner = folder.url.appending(path: "inner", directoryHint: .isDirectory)
    try TraceWriter(inner, run: .sample, placement: .new).close()
    #expect(problem(.replacing) == nil)
    #expect(TraceLayout(inner).isRun)
  }

  @Test func `is made by one of many that want to make it`() async throws {
    let url = folder.url
    let made = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<16 {
        group.addTask {
          guard let writer = try? TraceWriter(url, run: .sample, placement: .new) else {
            return false
          }
          return (try? writer.close()) != nil
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(made == 1)
  }

  @Test func `is free when its writer has ended, whatever programs start meanwhile`() async throws {
    // A program that is just being started has a copy of every descriptor.
    let starting = Task.detached {
      var count = 0
      while !Task.isCancelled {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/true")
        try process.run()
        process.waitUntilExit()
        count += 1
      }
      return count
    }
    try TraceWriter(folder.url, run: .sample, placement: .new).close()
    for _ in 0..<300 {
      try TraceWriter(folder.url, run: .sample, placement: .replacing).close()
      await Task.yield()
    }
    starting.cancel()
    #expect(try await starting.value > 0)
  }

  @Test func `may be there already if it is empty`() throws {
    try folder.create()
    #expect(problem(.new) == .notEmpty)
    #expect(problem(.empty) == nil)
    #expect(problem(.empty) == .notEmpty)
  }

  @Test(arguments: ["blobs/mine", "run.json", "episodes.jsonl", "results.json"])
  func `is not replaced if no run wrote it`(name: String) throws {
    let file = folder.url.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data("{}".utf8).write(to: file)
    #expect(problem(.replacing) == .notARun)
    let content = try Data(contentsOf: file)
    #expect(content == Data("{}".utf8))
  }

  @Test func `keeps what is not the run's when it is replaced`() throws {
    let writer = try TraceWriter(folder.url, run: .sample, placement: .new)
    try writer.close()
    let mine = folder.url.appending(path: "blobs/notes.txt")
    try FileManager.default.createDirectory(
      at: mine.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data("mine".utf8).write(to: mine)
    #expect(problem(.replacing) == nil)
    #expect(FileManager.default.fileExists(atPath: mine.path))
  }

  @Test(arguments: [true, false])
  func `is missed when it was removed or replaced`(isReplaced: Bool) throws {
    let writer = try TraceWriter(folder.url, run: .sample, placement: .new)
    try FileManager.default.removeItem(at: folder.url)
    if isReplaced {
      try folder.create()
    }
    let error = #expect(throws: TraceError.self) {
      try writer.append(MetricsRecord(update: 0, metrics: [:]))
    }
    #expect(error?.problem == .replaced)
    #expect((#expect(throws: TraceError.self) { try writer.close() })?.problem == .replaced)
  }

  @Test func `says in plain words why it cannot be created`() throws {
    try Data().write(to: folder.url)
    let error = #expect(throws: TraceError.self) {
      _ = try TraceWriter(folder.url.appending(path: "x"), run: .sample, placement: .empty)
    }
    guard case .system(let words)? = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(words.hasPrefix("the folder cannot be created: "))
    #expect(!words.contains("NSCocoa") && !words.contains("Domain"))
  }

  @Test func `takes no episode that is larger than it may be`() async throws {
    let episode = try await keyDoorEpisodes(.expert(.none), count: 1)[0]
    let writer = try TraceWriter(folder.url, run: .sample, placement: .new)
    let record = EpisodeRecord(purpose: .run, episode: episode)
    let error = #expect(throws: TraceError.self) { try writer.append(record, limit: 100) }
    guard case .tooLarge(let size, limit: 100)? = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(writer.bytes == 0)
    try writer.append(record, limit: size)
    #expect(writer.bytes == size)
    #expect(try Reading(writer.layout.episodes).records.count == 1)
  }
}
