internal import Foundation
internal import Turnwise

extension Flag {
  /// The flag for continuing a run.
  static let resume = Flag(
    "resume", "continue the interrupted run in a folder, with the options that it was begun with",
    value: "FOLDER")
  /// The flag for the number of updates between two saves.
  static let saveEvery = Flag(
    "save-every", "updates between two saves of what --resume continues from; changes no result",
    value: "N", default: "1")
}

extension Invocation {
  /// Returns the number of updates between two saves.
  ///
  /// - Throws: A ``UsageError``.
  func saveInterval() throws -> Int {
    try integer(.saveEvery, atLeast: 1, atMost: .count, default: 1)
  }
}

/// A command whose runs can be continued with `--resume`.
protocol ResumableCommand: Subcommand {
  /// Begins a run in a new folder.
  func begin<E: Environment>(
    in environment: E, _ invocation: Invocation, _ context: Context
  ) async throws -> ExitStatus

  /// Continues a run that was interrupted.
  func resume<E: Environment>(
    _ run: ResumedRun, in environment: E, _ invocation: Invocation, _ context: Context
  ) async throws -> ExitStatus
}

extension ResumableCommand {
  func run(_ invocation: Invocation, _ context: Context) async throws -> ExitStatus {
    if let path = invocation.text(.resume) {
      let run = try ResumedRun(path, of: self, invocation)
      return try await resume(
        run, in: context.catalog.environment(run.record.environment), invocation, context)
    }
    return try await begin(in: context.environment(of: invocation), invocation, context)
  }
}

/// A run that was interrupted or is complete, with the information that is needed to continue it.
struct ResumedRun {
  private let run: Run
  /// The options of training; `credit` of a comparison is a list.
  let configuration: RunConfiguration

  /// The run's files.
  var layout: TraceLayout { run.layout }
  /// The record of the run.
  var record: RunRecord { run.record }

  /// The flags that are allowed with `--resume`, because they change no result.
  private static let allowed = Set(
    [Flag.resume, .saveEvery, .workers, .json, .helpPage].map(\.name))

  /// Reads the folder that `--resume` names.
  ///
  /// - Throws: A ``UsageError`` if other options are set, or the folder is that of another command; a
  ///   ``TraceError`` if it cannot be read.
  init(_ path: String, of command: some Subcommand, _ invocation: Invocation) throws {
    for flag in command.flags where invocation.has(flag) && !Self.allowed.contains(flag.name) {
      throw UsageError.setByRun("--\(flag.name)")
    }
    if let operand = invocation.operands.first { throw UsageError.setByRun(operand) }
    run = try Run(opening: URL(filePath: path, directoryHint: .isDirectory))
    guard run.record.command == command.name else {
      throw UsageError.notResumable(path, writtenBy: run.record.command, command: command.name)
    }
    // The error about a state of an earlier version explains more than one about its options.
    _ = try Self.progress(of: run.layout)
    configuration = try OptionFile(of: run.record, path: run.layout.run.relativePath)
      .configuration(over: RunConfiguration())
    if let flaw = configuration.flaw?.words ?? MemoryPlan(configuration.model).shortage {
      throw TraceError(
        .inconsistent("configuration: \(flaw)"), file: run.layout.run.relativePath)
    }
  }

  /// The results of an expert at several levels of its habit, if the habit was chosen by a pilot.
  var pilot: HabitPilot? { try? run.record.configuration["habitPilot"]?.decode(HabitPilot.self) }

  /// Returns the environment with the parameters of the run, ready to be played.
  ///
  /// - Throws: A ``TraceError``, or what the environment throws.
  func prepared<E: Environment>(_ environment: E) async throws -> E {
    let environment = try run.restored(environment)
    try environment.draw(from: Split.allCases)
    try await environment.prepare()
    return environment
  }

  /// Warns if this program or machine may compute other numbers than the one that began the run.
  func warnOfDifferences(_ console: Console) {
    let here = RunFolder.host(workers: 1)
    var differences: [String] = []
    func compare(_ what: String, _ then: JSONValue?, _ now: JSONValue?) {
      if let then, let now, then != now {
        differences.append("\(what) was \(then.compact) and is \(now.compact)")
      }
    }
    compare("the version of Turnwise", .string(run.record.turnwise), .string(turnwiseVersion))
    compare("the level of the kernels", run.record.host["kernels"], here["kernels"])
    compare("the kind of processor of OpenBLAS", run.record.host["openblas"], here["openblas"])
    guard !differences.isEmpty else { return }
    console.warn(
      differences.joined(separator: ", ")
        + ": the run may not come to the same numbers as without the interruption")
  }

  /// Opens a run for writing, and removes the records after its last saved state.
  ///
  /// - Throws: A ``UsageError`` if the state is of an earlier version; a ``TraceError``.
  static func writer(_ layout: TraceLayout, _ command: String) throws -> TraceWriter {
    try TraceWriter(resuming: layout.folder, command: command) {
      guard let progress = try progress(of: $0) else { return TraceLength() }
      // What was added to a complete run, such as forks of `credit --write`, stays.
      return progress.isFinished ? nil : progress.length
    }
  }

  /// Reads the progress of a run; `nil` if it has saved nothing yet.
  ///
  /// - Throws: A ``UsageError`` if the state is of an earlier version; a ``TraceError``.
  static func progress(of layout: TraceLayout) throws -> TrainingProgress? {
    do {
      return try layout.readProgress()
    } catch let error as TraceError {
      guard case .version(let found, let expected) = error.problem, found < expected else {
        throw error
      }
      throw UsageError.earlierState(layout.folder.relativePath)
    }
  }
}

extension TraceLength {
  /// A message about the records that were removed; `nil` if there were none.
  var words: String? {
    var parts: [String] = []
    if episodes > 0 { parts.append(Words.count(episodes, "episode")) }
    if metrics > 0 { parts.append(Words.count(metrics, "record of metrics", "records of metrics")) }
    guard !parts.isEmpty else { return nil }
    return "cut off \(parts.joined(separator: " and ")) written after the last saved state"
  }
}
