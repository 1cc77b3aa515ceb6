internal import Foundation
internal import Turnwise

/// Finds and creates the folders of runs, and records facts about the machine.
enum RunFolder {
  /// Returns the run that the operand of a command names.
  ///
  /// - Throws: A ``UsageError``.
  static func named(by invocation: Invocation) throws -> TraceLayout {
    guard let path = invocation.operands.first else {
      throw UsageError.missingOperand("the folder of a run")
    }
    return TraceLayout(URL(filePath: path, directoryHint: .isDirectory))
  }

  /// Returns the spelling of an estimator as part of a folder's name.
  static func word(_ spelling: String) -> String {
    String(spelling.map { $0.isLetter || $0.isNumber || $0 == "." ? $0 : "-" })
  }

  /// Creates the folder of `--out`, or a new one in `traces/`, and the writer of a run in it.
  ///
  /// The name of the new folder is `suggestion`, with the next free number.
  ///
  /// - Throws: A ``TraceError``.
  static func create<E: Environment>(
    _ invocation: Invocation, suggestion: String, _ command: String, _ environment: E,
    _ configuration: some Encodable, _ workers: Int
  ) throws -> TraceWriter {
    if let out = invocation.text(.out) {
      return try writer(
        URL(filePath: out, directoryHint: .isDirectory), command, environment, configuration,
        workers, invocation.has(.force) ? .replacing : .empty)
    }
    var number = 1
    while true {
      let path = "traces/\(suggestion)" + (number == 1 ? "" : "-\(number)")
      number += 1
      if FileManager.default.fileExists(atPath: path) { continue }
      do {
        return try writer(
          URL(filePath: path, directoryHint: .isDirectory), command, environment, configuration,
          workers, .new)
      } catch let error as TraceError {
        // Another command has made the folder in the meantime.
        switch error.problem {
        case .notEmpty, .held: continue
        default: throw error
        }
      }
    }
  }

  /// Creates the writer of a run in a folder.
  ///
  /// - Throws: A ``TraceError``.
  static func writer<E: Environment>(
    _ folder: URL, _ command: String, _ environment: E, _ configuration: some Encodable,
    _ workers: Int, _ placement: FolderPlacement
  ) throws -> TraceWriter {
    let blobs = BlobStore()
    return try TraceWriter(
      folder,
      run: RunRecord(
        command: command, turnwise: turnwiseVersion, environment: E.id,
        parameters: try Parameters.settings(of: environment, blobs: blobs),
        configuration: try JSONValue(encoding: configuration), host: host(workers: workers)),
      blobs: blobs, placement: placement)
  }

  /// Reports the damage that a reader has found, and what is done with the rest, such as `shown`.
  ///
  /// - Returns: Whether there was any damage.
  static func report<Record: TraceRecord>(
    _ reader: RecordReader<Record>, _ done: String, _ console: Console
  ) -> Bool {
    for error in reader.damage { console.note(Words.message("\(error)", error.hint)) }
    if reader.damagedLines > reader.damage.count {
      console.note("\(reader.damagedLines - reader.damage.count) more damaged lines")
    }
    if let cut = reader.cut { console.warn("\(cut); what comes before it is \(done)") }
    return reader.damagedLines > 0
  }

  /// Returns the facts that may differ between equal runs.
  static func host(workers: Int) -> [String: JSONValue] {
    [
      "arguments": .array(CommandLine.arguments.map(JSONValue.string)),
      "workers": .integer(workers),
      "kernels": .string(Machine.kernels), "openblas": .string(Machine.openBLASCore),
      "name": .string(ProcessInfo.processInfo.hostName),
      "system": .string(ProcessInfo.processInfo.operatingSystemVersionString),
      "cores": .integer(ProcessInfo.processInfo.activeProcessorCount),
      "started": .string(Date.now.ISO8601Format()),
    ]
  }
}
