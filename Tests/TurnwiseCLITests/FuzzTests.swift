import Foundation
import Testing
import Turnwise
import TurnwiseCLI
import TurnwiseEnvironments
import TurnwiseTestSupport
import TurnwiseTrace

/// Damaged and hostile runs, read by all that reads runs.
///
/// `TURNWISE_FUZZ_FOLDERS=20000` tries so many folders, and `TURNWISE_FUZZ_FIRST=100` begins with the one of
/// that number: a folder depends on its number alone.
@Suite(.serialized) struct `A run of others' making` {
  private static let batch = 50

  @Test func `ends nothing, and takes time and memory as its files have`() async throws {
    let settings = ProcessInfo.processInfo.environment
    let count = settings["TURNWISE_FUZZ_FOLDERS"].flatMap { Int($0) } ?? 100
    let first = settings["TURNWISE_FUZZ_FIRST"].flatMap { Int($0) } ?? 0
    let work = TemporaryFolder()
    try await Self.writeRuns(in: work.url)
    setenv("TURNWISE_FUZZ_WORK", work.path, 1)
    defer { unsetenv("TURNWISE_FUZZ_WORK") }
    var next = first
    while next < first + count {
      setenv("TURNWISE_FUZZ_RANGE", "\(next) \(min(next + Self.batch, first + count))", 1)
      await #expect(processExitsWith: .success) {
        let settings = ProcessInfo.processInfo.environment
        let work = URL(filePath: try #require(settings["TURNWISE_FUZZ_WORK"]))
        let range = try #require(settings["TURNWISE_FUZZ_RANGE"]).split(separator: " ")
          .compactMap { Int($0) }
        // A read without end, or of everything, ends here.
        var limit = rlimit(rlim_cur: 16 << 30, rlim_max: 16 << 30)
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        for number in range[0]..<range[1] {
          try Data("\(number)".utf8).write(to: work.appending(path: "progress"))
          alarm(300)
          let faults = try await FuzzedRun(number, in: work).faults()
          alarm(0)
          let report = faults.map { "folder \(number): \($0)\n" }.joined()
          if !report.isEmpty {
            let file = work.appending(path: "faults")
            let known = (try? Data(contentsOf: file)) ?? Data()
            try (known + Data(report.utf8)).write(to: file)
          }
        }
        try Data("done".utf8).write(to: work.appending(path: "progress"))
      }
      let progress = try String(contentsOf: work.url.appending(path: "progress"), encoding: .utf8)
      if progress != "done" {
        Issue.record("folder \(progress) ended the process")
        next = (Int(progress) ?? next) + 1
      } else {
        next += Self.batch
      }
    }
    let faults = try? String(contentsOf: work.url.appending(path: "faults"), encoding: .utf8)
    #expect(faults == nil)
  }

  /// Writes small real runs: with and without models, credit and comparisons.
  private static func writeRuns(in work: URL) async throws {
    let runs = work.appending(path: "runs")
    try FileManager.default.createDirectory(at: runs, withIntermediateDirectories: true)
    for name in ["keydoor", "group"] {
      try FileManager.default.copyItem(
        at: repository("traces/examples/\(name)"), to: runs.appending(path: name))
    }
    let small = """
      --env-set horizon=1 --updates 1 --groups 2 --group-size 2 --demonstrations 12 \
      --cloning-steps 2 --cloning-batch 2 --vocabulary 300 --width 8 --heads 1 --layers 1 \
      --feed-forward 8 --critic-episodes 2 --evaluation-episodes 2 --action-tokens 8
      """
    for (name, credit) in [
      ("token", "token"), ("process", "process=delta+turn --process-labels 2 --process-forks 1"),
      ("implicit", "process=implicit+istar"),
    ] {
      let printed = await turnwise(
        "train keydoor-v1 --credit \(credit) \(small) --out \(runs.path)/\(name)")
      try #require(printed.status == 0, "\(printed.note)")
    }
    let printed = await turnwise(
      "compare keydoor-v1 --credit rloo,turn --seeds 1 \(small) --out \(runs.path)/compare")
    try #require(printed.status == 0, "\(printed.note)")
  }
}

/// One changed run, and what readers make of it.
private struct FuzzedRun {
  let folder: URL

  init(_ number: Int, in work: URL) throws {
    var random = Randomness(seed: 20_261_129).stream("folder", number)
    let runs = work.appending(path: "runs")
    let names = ["keydoor", "group", "token", "process", "implicit", "compare", "token"]
    let name = names[Int.random(in: 0..<names.count, using: &random)]
    let files = FileManager.default
    let copy = work.appending(path: "changed")
    try? files.removeItem(at: copy)
    try files.copyItem(at: runs.appending(path: name), to: copy)
    let part = copy.appending(path: "turn-seed1")
    folder = copy
    var mutation = Mutation(
      folder: name == "compare" && Bool.random(using: &random) ? part : copy,
      donors: names.map { runs.appending(path: $0) }, random: random)
    mutation.run()
  }

  private static func kilobytes(_ name: String) -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
    return Int(line.filter(\.isNumber)) ?? 0
  }

  /// The seconds of work of this process.
  private static func seconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  private var size: Int {
    let paths = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
    return (paths ?? []).reduce(0) { total, path in
      let file = folder.appending(path: path).path
      let attributes = try? FileManager.default.attributesOfItem(atPath: file)
      return total + (attributes?[.size] as? Int ?? 0)
    }
  }

  /// What is wrong with how readers took it.
  func faults() async throws -> [String] {
    var faults: [String] = []
    let path = folder.path
    let out = folder.deletingLastPathComponent().appending(path: "played").path
    let size = size
    for line in [
      "show \(path)", "show \(path) --json", "show \(path) --episode 1",
      "show \(path) --episode 5 --json", "credit \(path)", "credit \(path) --credit rloo,token",
      "credit \(path) --credit fork:k=1 --limit 1",
      "run keydoor-v1 --env-set horizon=1 --policy \(path) --episodes 1 --out \(out)",
      "audit \(path) --credit rloo --truth forks --scenarios 1 --groups 1 --points 8 --forks 4"
        + " --gold-every 0 --out \(out)",
    ] {
      // The highest mark of memory begins anew.
      try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
      let (before, start) = (Self.kilobytes("VmRSS:"), Self.seconds())
      let printed = await turnwise(line)
      let (peak, seconds) = (Self.kilobytes("VmHWM:"), Self.seconds() - start)
      try? FileManager.default.removeItem(atPath: out)
      if !(0...4).contains(printed.status) { faults.append("\(line): status \(printed.status)") }
      if printed.status > 1, !printed.note.contains("error: ") {
        faults.append("\(line): status \(printed.status) without a word")
      }
      if seconds > 5 { faults.append("\(line): \(seconds) seconds") }
      if (peak - before) * 1024 > 10 * size + 64 << 20 {
        faults.append("\(line): \(peak - before) kilobytes for \(size) bytes")
      }
    }
    await replay(&faults)
    return faults
  }

  /// Plays again what can be read.
  private func replay(_ faults: inout [String]) async {
    let layout = TraceLayout(folder)
    guard var reader = try? RecordReader<EpisodeRecord>(layout.episodes),
      let run = try? layout.readRun(),
      let game = try? Parameters.setting(run.parameters, of: KeyDoor())
    else { return }
    while let record = reader.next() {
      _ = await Replay.verify(record.episode, in: game, blobs: layout.blobStore())
    }
  }
}
