internal import Foundation
internal import Turnwise
internal import TurnwiseSandbox

/// Checks of the process's surroundings, which are made before a command runs.
enum Surroundings {
  /// Ends the process with a message if there may be too little memory or too few threads to run.
  ///
  /// This must run on the first thread, before another one is needed, because the process waits for
  /// ever for threads that cannot be created.
  static func requireResources() {
    guard let shortage = Sandbox.resourceShortage else { return }
    let (status, text) = Words.of(UsageError.conflict(shortage))
    Console().note(text)
    // Not `exit`, which would wait for threads of OpenBLAS that wait for memory.
    _exit(status.rawValue)
  }

  /// The flags that name folders whose contents agents must not see: tasks, and runs that contain
  /// the answers.
  ///
  /// Folders that options of training or the names of policies name are checked where they are read.
  private static let folders: Set = ["out", "tasks", "resume"]

  /// Checks the folders that a command will use.
  ///
  /// - Throws: `Sandbox.ExposedPath` if agents could read what a command reads or writes.
  static func check(_ invocation: Invocation, of command: any Subcommand) throws {
    // Commands that only show a run do not run an agent.
    if command is ShowCommand || command is StatsCommand { return }
    let folders = command.flags.filter { Self.folders.contains($0.name) }
    let paths = invocation.operands + folders.compactMap { invocation.text($0) }
    // A word that is not a path is in the current folder, which is checked anyway.
    for path in paths { try Sandbox.requireHidden(path) }
    // The project folder contains its environments, and its runs unless `--out` names another
    // folder.
    if !folders.isEmpty || command.operand != nil {
      try Sandbox.requireHidden(FileManager.default.currentDirectoryPath)
    }
  }
}
