import Foundation
import TurnwiseCore
import TurnwiseEnvironments

/// A folder of tasks that is removed when the test has run.
final class TaskFolderFixture: Sendable {
  /// The folder; it is there once something was written to it.
  let url = FileManager.default.temporaryDirectory.appending(
    path: "turnwise-tasks-\(UUID())", directoryHint: .isDirectory)

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The folder of three sound tasks: `one` and `two` to train on, `three` held out.
  init() throws {
    for (number, name) in ["one", "two", "three"].enumerated() {
      let split = name == "three" ? "held-out" : "train"
      try write(
        "\(name)/task.json", #"{"instruction": "Write \#(number) to out.", "split": "\#(split)"}"#)
      try write("\(name)/files/in", "\(number)\n")
      try write(
        "\(name)/check", "#!/bin/bash\n[ \"$(</workspace/out)\" = \(number) ]\n", executable: true)
      try write("\(name)/solution", "cat in\n\necho \(number) > out\n")
    }
  }

  /// Writes a file and the folders that it is in.
  func write(_ path: String, _ text: String, executable: Bool = false) throws {
    let file = url.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    try setMode(path, executable ? 0o755 : 0o644)
  }

  /// Sets permissions.
  func setMode(_ path: String, _ mode: Int) throws {
    try FileManager.default.setAttributes(
      [.posixPermissions: mode], ofItemAtPath: url.appending(path: path).path)
  }

  /// Removes a file or a folder.
  func remove(_ path: String) throws {
    try FileManager.default.removeItem(at: url.appending(path: path))
  }

  /// The environment that plays the tasks.
  func shell() throws -> Shell { try Shell().playing(tasksIn: url) }

  /// A session on a task, which must be the only one of its split.
  func session(_ split: Split = .heldOut) throws -> Session<Shell> {
    try Session(try shell(), origin: EpisodeOrigin(seed: 1, split: split, scenario: 0))
  }
}
