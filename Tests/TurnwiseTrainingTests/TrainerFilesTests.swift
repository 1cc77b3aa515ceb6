import Foundation
import Testing
import TurnwiseCore
import TurnwiseModel
import TurnwiseTestSupport
import TurnwiseTrace
import TurnwiseTraining

@Suite struct `A trainer that an earlier version saved` {
  private func state(_ name: String) throws -> TrainerState {
    let golden = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/version1/\(name)")
    let layout = TraceLayout(golden)
    #expect(layout.hasTrainer)
    return try layout.readTrainer()
  }

  @Test(arguments: ["process-model", "implicit-model"])
  func `is read with all its models`(name: String) throws {
    let state = try state(name)
    #expect(state.iteration == 1 && state.spending.trainingTurns > 0)
    #expect(state.policy.model.configuration.vocabulary == 259)
    #expect(state.reference?.configuration == state.policy.model.configuration)
    #expect(state.evidence[Critic.self] != nil)
    let process = state.evidence[ProcessModel.self]
    #expect((process?.labels.isEmpty == false) == (name == "process-model"))
    #expect(process?.hasLearnt ?? true)
    #expect((state.evidence[ImplicitModel.self] != nil) == (name == "implicit-model"))
  }

  @Test(arguments: ["process-model", "implicit-model"])
  func `comes back from what this version saves`(name: String) throws {
    let saved = try state(name).saved
    let isKept = try TrainerState(saved).saved == saved
    #expect(isKept)
  }

  @Test func `does not say how far its run had come`() throws {
    let golden = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/version1/process-model")
    let error = #expect(throws: TraceError.self) { try TraceLayout(golden).readProgress() }
    #expect(error?.problem == .version(1, expected: 2))
  }
}

@Suite struct `The files of a trainer` {
  private let folder: TemporaryFolder
  private let layout: TraceLayout

  /// A run of one update.
  init() async throws {
    folder = try TemporaryFolder.created()
    layout = TraceLayout(folder.url)
    let configuration = Tiny.configuration { ($0.budget.updates, $0.evaluation.episodes) = (1, 2) }
    let writer = try TraceWriter(
      folder.url,
      run: RunRecord(
        command: "train", turnwise: "test", environment: "keydoor-v1", parameters: [:],
        configuration: [:], host: [:]), replacing: true)
    var run = try TrainingRun(
      Trainer(Tiny.game, from: await Tiny.warmStart(configuration), configuration),
      writer: writer)
    try await run.run()
    try writer.close()
  }

  private var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: layout.trainer.path).sorted() }
  }

  private func problem(_ change: (URL) throws -> Void) throws -> TraceError? {
    try change(layout.trainer)
    return #expect(throws: TraceError.self) { try layout.readTrainer() }
  }

  @Test func `are one for each model, and one for the rest`() throws {
    let kinds = try names.map { $0.prefix { $0 != "-" && $0 != "." } }
    #expect(kinds == ["critic", "policy", "reference", "state"])
    #expect(try layout.readTrainer().iteration == 1)
    #expect(try layout.readProgress()?.isFinished == true)
  }

  @Test func `are told from others that were exchanged or damaged`() throws {
    let critic = try #require(names.first { $0.hasPrefix("critic-") })
    let policy = try #require(names.first { $0.hasPrefix("policy-") })
    let exchanged = try problem { folder in
      try FileManager.default.removeItem(at: folder.appending(path: critic))
      try FileManager.default.copyItem(
        at: folder.appending(path: policy), to: folder.appending(path: critic))
    }
    #expect(exchanged?.file.hasSuffix(critic) == true)
    let missing = try problem { folder in
      try FileManager.default.removeItem(at: folder.appending(path: critic))
    }
    #expect(missing?.problem == .missing)
  }

  @Test func `cannot lead out of their folder`() throws {
    let index = layout.trainer.appending(path: "state.json")
    let text = try String(contentsOf: index, encoding: .utf8)
    let error = try problem { _ in
      try Data(text.replacing("\"critic\":\"", with: "\"../critic\":\"").utf8).write(to: index)
    }
    guard case .inconsistent? = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `leave nothing of a save that was stopped, and nothing else is removed`() throws {
    let trainer = layout.trainer
    let left =
      [".state.json.new", ".policy-0123456789abcdef.safetensors.new"]
      + ["policy-0123456789abcdef.safetensors"]
    for name in left + ["notes.txt"] { try Data("x".utf8).write(to: trainer.appending(path: name)) }
    let before = try names.filter { !left.contains($0) }
    let length = try #require(try layout.readProgress()?.length)
    let writer = try TraceWriter(resuming: folder.url, command: "train") { _ in length }
    try writer.close()
    #expect(try names == before)
    #expect(before.contains("notes.txt"))
  }
}
