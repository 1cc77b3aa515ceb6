internal import Foundation
internal import Turnwise

/// Where a command writes its run, and what it notes of the machine.
enum RunFolder {
  /// The folder of `--out`, or one in `traces/` that does not exist yet.
  static func choose(_ invocation: Invocation, suggestion: String) -> URL {
    if let out = invocation.text(.out) { return URL(filePath: out, directoryHint: .isDirectory) }
    var path = "traces/\(suggestion)"
    var number = 1
    while FileManager.default.fileExists(atPath: path) {
      number += 1
      path = "traces/\(suggestion)-\(number)"
    }
    return URL(filePath: path, directoryHint: .isDirectory)
  }

  /// The run that the operand of a command names.
  ///
  /// - Throws: A ``UsageError``.
  static func named(by invocation: Invocation) throws -> TraceLayout {
    guard let path = invocation.operands.first else {
      throw UsageError.missingOperand("the folder of a run")
    }
    return TraceLayout(URL(filePath: path, directoryHint: .isDirectory))
  }

  /// The spelling of an estimator as part of a folder's name.
  static func word(_ spelling: String) -> String {
    String(spelling.map { $0.isLetter || $0.isNumber || $0 == "." ? $0 : "-" })
  }

  /// Creates the writer of a run.
  ///
  /// - Throws: A ``TraceError``.
  static func writer<E: Environment>(
    _ folder: URL, _ command: String, _ environment: E, _ configuration: some Encodable,
    _ workers: Int, replacing: Bool
  ) throws -> TraceWriter {
    let blobs = BlobStore()
    return try TraceWriter(
      folder,
      run: RunRecord(
        command: command, turnwise: turnwiseVersion, environment: E.id,
        parameters: try Parameters.settings(of: environment, blobs: blobs),
        configuration: try JSONValue(encoding: configuration), host: host(workers: workers)),
      blobs: blobs, replacing: replacing)
  }

  /// What may differ between equal runs.
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
