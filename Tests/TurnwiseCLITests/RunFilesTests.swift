import Foundation
import Testing
import Turnwise
import TurnwiseCLI
import TurnwiseEnvironments
import TurnwiseTestSupport
import TurnwiseTrace

/// The built program as several processes, signals and full disks meet it.
@Suite(.serialized) struct `The files of a run` {
  private let folder = TemporaryFolder()

  /// The program in the folder, not started yet.
  private func program(_ line: String, output: FileHandle? = nil) throws -> Process {
    try folder.create()
    let process = try turnwiseProcess(line, in: folder.url)
    if let output { process.standardOutput = output }
    return process
  }

  private func lines(_ layout: TraceLayout) throws -> Int {
    var reader = try RecordReader<EpisodeRecord>(layout.episodes)
    return try reader.readAll().count
  }

  @Test func `are in a folder of their own where runs are started at once`() throws {
    let processes = try (0..<6).map { _ in try program("run keydoor-v1 --episodes 7") }
    for process in processes { try process.run() }
    for process in processes { process.waitUntilExit() }
    #expect(processes.map(\.terminationStatus) == Array(repeating: 0, count: 6))
    let traces = folder.url.appending(path: "traces")
    let names = try FileManager.default.contentsOfDirectory(atPath: traces.path)
    #expect(names.count == 6)
    for name in names { #expect(try lines(TraceLayout(traces.appending(path: name))) == 7) }
  }

  /// Starts a long run and waits until it has written something.
  private func longRun() throws -> (Process, TraceLayout) {
    let process = try program("run keydoor-v1 --policy random --episodes 100000000 --out long")
    try process.run()
    let layout = TraceLayout(folder.url.appending(path: "long"))
    while process.isRunning,
      ((try? Data(contentsOf: layout.episodes).count) ?? 0) < 100_000
    { usleep(10_000) }
    return (process, layout)
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func `hold what had ended when a signal came`(number: Int32) throws {
    let (process, layout) = try longRun()
    kill(process.processIdentifier, number)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(try lines(layout) > 10)
    var reader = try RecordReader<EpisodeRecord>(layout.episodes)
    // In their order; one that was being played is missing, and others may have ended after it.
    let scenarios = try reader.readAll().map(\.episode.origin.scenario)
    #expect(scenarios.count == (try lines(layout)))
    #expect(zip(scenarios, scenarios.dropFirst()).allSatisfy { $0 < $1 })
    #expect(!FileManager.default.fileExists(atPath: layout.writer.path))
  }

  @Test func `are not written by two at once, nor lost when the writer is killed`() async throws {
    let (process, layout) = try longRun()
    let path = layout.folder.path
    for line in [
      "run keydoor-v1 --episodes 1 --out \(path) --force", "credit \(path) --credit rloo --write",
    ] {
      let refused = await turnwise(line)
      #expect(refused.status == 4, "\(refused.note)")
      let holder = "is being written to by 'run', process \(process.processIdentifier), since 20"
      #expect(refused.note.contains(holder))
    }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(await turnwise("show \(path) --limit 1").status == 0)
    #expect(await turnwise("run keydoor-v1 --episodes 1 --out \(path) --force").status == 0)
  }

  @Test func `are not replaced by a run that reads them, whatever leads to them`() async throws {
    let run = try folder.copyExample(to: "run").folder
    let link = folder.url.appending(path: "link")
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: run)
    for (read, written) in [(run, link), (link, run), (run, run)] {
      let printed = await turnwise(
        "run keydoor-v1 --policy \(read.path) --out \(written.path) --force")
      #expect(printed.status == 2, "\(printed.note)")
      #expect(printed.note.contains("would replace the run"), "\(printed.note)")
    }
    #expect(TraceLayout(run).isRun)
  }

  @Test func `are missed when their folder is removed`() throws {
    let (process, layout) = try longRun()
    try FileManager.default.removeItem(at: layout.folder)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 4)
  }

  @Test func `end where the quota is used up`() async throws {
    let out = folder.path
    let small = await turnwise(
      "run keydoor-v1 --episodes 50 --run-bytes 20000 --out \(out)")
    #expect(small.status == 1)
    #expect(small.note.contains("the run has reached --run-bytes 20000: stopped after "))
    let layout = TraceLayout(folder.url)
    let size = try Data(contentsOf: layout.episodes).count
    #expect(size <= 20000 && size > 10000)
    let each = try await turnwise(
      "run keydoor-v1 --episodes 3 --episode-bytes 1500 --out \(out) --force --json"
    ).json
    #expect(each["failed"] == 3)
    var reader = try RecordReader<EpisodeRecord>(layout.episodes)
    for record in try reader.readAll() {
      #expect(record.episode.ending.failure?.code == "quota" && record.episode.turns.isEmpty)
    }
  }

  @Test(arguments: ["list", "list --json", "show \(repository("traces/examples/keydoor").path)"])
  func `and answers that cannot be written are an error`(line: String) throws {
    let full = try FileHandle(forWritingTo: URL(filePath: "/dev/full"))
    let process = try program(line, output: full)
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 4)
  }

  @Test func `and readers that have gone away are none`() throws {
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    let process = try program("list", output: pipe.fileHandleForWriting)
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 0)
  }

  @Test func `need no more memory for more episodes`() async {
    await #expect(processExitsWith: .success) {
      let folder = TemporaryFolder()
      /// The most kilobytes of memory that this process had.
      func peak() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.filter(\.isNumber)))
      }
      var peaks: [Int] = []
      for (name, count) in [("few", 200), ("many", 6000)] {
        let out = folder.url.appending(path: name).path
        let run = "run keydoor-v1 --policy null --episodes \(count) --out \(out)"
        let printed = await turnwise(run)
        try #require(printed.status == 0, "\(printed.note)")
        peaks.append(try peak())
      }
      // Kept, the episodes would take several times what their files have, some 12 megabytes.
      try #require(peaks[1] - peaks[0] < 16 * 1024, "\(peaks)")
    }
  }
}

@Suite struct `Output in JSON` {
  @Test func `has no separators of lines that a terminal or a reader of lines would obey`()
    async throws
  {
    let folder = TemporaryFolder()
    let layout = try folder.copyExample()
    var run = try layout.readRun()
    run.command = "run\u{2028}\u{2029}\u{85}"
    try JSON.encode(run).write(to: layout.run)
    let printed = await turnwise("show \(folder.path) --json")
    #expect(printed.answer.contains(#"run\u2028\u2029\u0085"#))
    #expect(try printed.json["run"]?["command"] == .string(run.command))
  }
}

@Suite struct `A policy that is not there` {
  @Test func `is said to be missing where a run has trained none`() async {
    let example = repository("traces/examples/keydoor").path
    let printed = await turnwise("run keydoor-v1 --policy \(example)")
    #expect(printed.status == 2)
    #expect(
      printed.note
        == "error: \(example) has no trained policy: 'run' trains none, or has not saved one yet\n"
        + "hint:  name the folder of a run of train, transfer or audit, or one in that of a"
        + " comparison\n")
  }
}
