import Foundation
import TurnwiseCore
import TurnwiseEnvironments
import TurnwiseTestSupport

/// A folder of three valid tasks: `one` and `two` to train on, `three` held out.
struct TaskFolderFixture: Sendable {
  private let folder = TemporaryFolder()
  /// The folder.
  var url: URL { folder.url }
  /// The path of the folder.
  var path: String { folder.path }

  /// Writes the tasks.
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

  /// Writes a file and creates the folders that contain it.
  func write(_ path: String, _ text: String, executable: Bool = false) throws {
    try folder.write(text.utf8, to: path)
    try setMode(path, executable ? 0o755 : 0o644)
  }

  /// Sets permissions.
  func setMode(_ path: String, _ mode: Int) throws {
    try FileManager.default.setAttributes(
      [.posixPermissions: mode], ofItemAtPath: url.appending(path: path).path)
  }

  /// Removes a file or a folder.
  func remove(_ path: String) throws { try folder.remove(path) }

  /// An environment that plays the tasks.
  func shell() throws -> Shell { try Shell().playing(tasksIn: url) }

  /// A session on a task, which must be the only one of its split.
  func session(_ split: Split = .heldOut) throws -> Session<Shell> {
    try Session(try shell(), origin: EpisodeOrigin(seed: 1, split: split, scenario: 0))
  }
}

extension Error {
  /// The description in which a path is replaced by `FOLDER`.
  func description(in path: String) -> String {
    "\(self)".replacingOccurrences(of: path, with: "FOLDER")
  }
}
