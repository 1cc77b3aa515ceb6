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

  /// What may differ between equal runs.
  static func host(workers: Int) -> [String: JSONValue] {
    [
      "arguments": .array(CommandLine.arguments.map(JSONValue.string)),
      "workers": .integer(workers),
      "name": .string(ProcessInfo.processInfo.hostName),
      "system": .string(ProcessInfo.processInfo.operatingSystemVersionString),
      "cores": .integer(ProcessInfo.processInfo.activeProcessorCount),
      "started": .string(Date.now.ISO8601Format()),
    ]
  }
}
