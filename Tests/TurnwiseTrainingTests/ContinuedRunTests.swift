import Foundation
import Testing
import TurnwiseCore
import TurnwiseTestSupport
import TurnwiseTrace
import TurnwiseTraining

@Suite struct `A training run that was interrupted` {
  private let folder: TemporaryFolder
  private let configuration = Tiny.configuration {
    ($0.credit, $0.budget.updates, $0.evaluation.every) = ("process=delta+token", 3, 2)
    ($0.processModel.labels, $0.processModel.forks, $0.evaluation.episodes) = (4, 1, 2)
  }

  init() throws { folder = try TemporaryFolder.created() }

  /// Reads the files of a run without fields that may differ between equal runs.
  private func files(_ layout: TraceLayout) throws -> [String: Data] {
    var files = try contents(of: layout.folder)
    let lines = try #require(files["metrics.jsonl"]).split(separator: UInt8(ascii: "\n"))
    files["metrics.jsonl"] = try JSON.encode(
      lines.map { line -> JSONValue in
        guard case .object(var record) = try JSON.decode(JSONValue.self, from: line) else {
          return .null
        }
        record["timing"] = nil
        return .object(record)
      })
    return files
  }

  /// Runs to the end, and copies the folder at each report.
  private func whole(savingEvery interval: Int) async throws -> (
    layout: TraceLayout, copies: [TraceLayout]
  ) {
    let layout = TraceLayout(folder.url.appending(path: "whole-\(interval)"))
    let writer = try TraceWriter(
      layout.folder,
      run: RunRecord(
        command: "train", turnwise: "test", environment: "keydoor-v1", parameters: [:],
        configuration: [:], host: [:]), placement: .new)
    let demonstrations = try await WarmStart.demonstrations(
      in: Tiny.game, configuration, workers: 2)
    let start = try WarmStart(cloning: demonstrations, configuration, workers: 2)
    var run = try TrainingRun(
      Trainer(Tiny.game, from: start, configuration), writer: writer,
      demonstrations: demonstrations, savingEvery: interval)
    var copies: [TraceLayout] = []
    func copy() {
      let place = folder.url.appending(path: "copy-\(interval)-\(copies.count)")
      try? FileManager.default.copyItem(at: layout.folder, to: place)
      copies.append(TraceLayout(place))
    }
    copy()
    try await run.run { _ in copy() }
    try writer.close()
    // The copies are those of the start, three updates, and the evaluations before, after the
    // second update and at the end.
    #expect(copies.count == 7)
    return (layout, copies)
  }

  private func resume(_ layout: TraceLayout, workers: Int) async throws -> TraceLength {
    let writer = try TraceWriter(resuming: layout.folder, command: "train") {
      try $0.readProgress()?.length ?? TraceLength()
    }
    var run = try TrainingRun(
      resuming: writer, in: Tiny.game, configuration, workers: workers)
    try await run.run()
    #expect(run.progress.isFinished)
    try writer.close()
    return writer.cut
  }

  @Test(arguments: [1, 2])
  func `comes to the same files, wherever it was interrupted`(interval: Int) async throws {
    let (layout, copies) = try await whole(savingEvery: interval)
    let expected = try files(layout)
    var cuts: [Int] = []
    for (number, copy) in copies.enumerated() {
      // A process that is killed while it writes leaves this file.
      try Data("{}".utf8).write(to: copy.folder.appending(path: ".run.json.new"))
      let handle = try FileHandle(forWritingTo: copy.episodes)
      try handle.seekToEnd()
      try handle.write(contentsOf: Data("{\"version\":1,".utf8))
      try handle.close()
      cuts.append(try await resume(copy, workers: 1 + number % 2).episodes)
      let found = try files(copy)
      #expect(found.keys.sorted() == expected.keys.sorted(), "copy \(number)")
      for (name, bytes) in expected {
        let isSame = found[name] == bytes
        #expect(isSame, "\(name) differs in copy \(number)")
      }
    }
    // One line was cut off in each; without a save after the first and third updates, their
    // episodes are removed too.
    for (number, cut) in cuts.enumerated() {
      #expect((cut > 1) == (interval == 2 && [2, 5].contains(number)), "\(cuts)")
    }
  }

  @Test func `is left as it is once it is complete`() async throws {
    let (layout, _) = try await whole(savingEvery: 1)
    let before = try contents(of: layout.folder)
    #expect(try await resume(layout, workers: 1) == TraceLength())
    let isSame = try contents(of: layout.folder) == before
    #expect(isSame)
  }
}
