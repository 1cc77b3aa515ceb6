import Foundation
import Synchronization
import Testing
import Turnwise
import TurnwiseCLI
import TurnwiseEnvironments
import TurnwiseTestSupport

/// What a command printed, and the status that it ended with.
struct Printed: Sendable {
  var status: Int32
  var answer = ""
  var note = ""

  /// The answer as JSON.
  var json: JSONValue {
    get throws { try JSON.decode(JSONValue.self, from: Data(answer.utf8)) }
  }
}

extension JSONValue? {
  /// The items of an array, which it must be.
  var items: [JSONValue] {
    get throws {
      guard case .array(let items)? = self else {
        throw Failure(.environment, code: "no-array", message: "not an array: \(self ?? .null)")
      }
      return items
    }
  }
}

/// Runs a command line in this process, on a terminal of `width` columns.
func turnwise(
  _ arguments: [String],
  tool: CommandLineTool = CommandLineTool(environments: builtInEnvironments), width: Int = 80
) async -> Printed {
  let text = Mutex((answer: "", note: ""))
  let console = Console(width: width) { part, stream in
    text.withLock { stream == .answer ? ($0.answer += part) : ($0.note += part) }
  }
  let status = await tool.run(arguments, console: console)
  return text.withLock { Printed(status: status, answer: $0.answer, note: $0.note) }
}

/// Runs a command line that is typed with spaces.
func turnwise(_ line: String) async -> Printed {
  await turnwise(line.split(separator: " ").map(String.init))
}

/// The program that was built beside the tests, not started yet, without streams.
func turnwiseProcess(_ line: String, in folder: URL? = nil) throws -> Process {
  let process = Process()
  process.executableURL = try #require(Bundle.main.executableURL).deletingLastPathComponent()
    .appending(path: "turnwise")
  process.arguments = line.split(separator: " ").map(String.init)
  if let folder { process.currentDirectoryURL = folder }
  process.standardInput = FileHandle.nullDevice
  process.standardOutput = FileHandle.nullDevice
  process.standardError = FileHandle.nullDevice
  return process
}

/// Runs the program that was built beside the tests, with its streams piped.
///
/// `variables` are set in its environment, or removed from it.
func turnwiseProgram(
  _ line: String, setting variables: [String: String?] = [:],
  input: FileHandle = .nullDevice
) throws -> Printed {
  let process = try turnwiseProcess(line)
  process.environment = variables.reduce(into: ProcessInfo.processInfo.environment) {
    $0[$1.key] = $1.value
  }
  let files = TemporaryFolder()
  try files.create()
  let (answer, note) = (files.url.appending(path: "answer"), files.url.appending(path: "note"))
  for file in [answer, note] { try Data().write(to: file) }
  process.standardInput = input
  process.standardOutput = try FileHandle(forWritingTo: answer)
  process.standardError = try FileHandle(forWritingTo: note)
  try process.run()
  process.waitUntilExit()
  return Printed(
    status: process.terminationStatus, answer: try String(contentsOf: answer, encoding: .utf8),
    note: try String(contentsOf: note, encoding: .utf8))
}

extension TemporaryFolder {
  /// Copies the committed example into the folder.
  func copyExample(to path: String? = nil) throws -> TraceLayout {
    let place = path.map { url.appending(path: $0) } ?? url
    try FileManager.default.createDirectory(
      at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: repository("traces/examples/keydoor"), to: place)
    return TraceLayout(place)
  }
}

/// The text that a command is to print, and `turnwise … > Tests/TurnwiseCLITests/Golden/NAME.txt` renews.
func golden(_ name: String) throws -> String {
  let file = repository("Tests/TurnwiseCLITests/Golden/\(name).txt")
  return try String(contentsOf: file, encoding: .utf8)
}
