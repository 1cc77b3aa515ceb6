internal import Foundation
internal import Turnwise
internal import TurnwiseSandbox

/// What a command line is refused for before anything is done: where it would work, and with how little.
enum Surroundings {
  /// Ends the process with a sentence where it may have too little memory or too few threads to run at all.
  ///
  /// This must run on the first thread, before anything needs another one: threads that cannot be had let
  /// the process wait for ever.
  static func requireResources() {
    guard let shortage = Sandbox.resourceShortage else { return }
    let (status, text) = Words.of(UsageError.conflict(shortage))
    Console().note(text)
    // Not `exit`, which would wait for threads of OpenBLAS that wait for memory.
    _exit(status.rawValue)
  }

  /// The flags by which a folder is named that may hold what an agent must not see: tasks, and runs with
  /// the answers in them.
  private static let folders: Set = [
    "out", "tasks", "policy", "warm-start", "demonstrations-from", "resume",
  ]

  /// Checks what a command is about to use.
  ///
  /// - Throws: `Sandbox.ExposedPath` where agents could read what a command reads or writes.
  static func check(_ invocation: Invocation, of command: any Subcommand) throws {
    // Whoever only shows a run lets no agent look.
    if command is ShowCommand || command is StatsCommand { return }
    let folders = command.flags.filter { Self.folders.contains($0.name) }
    let paths = invocation.operands + folders.compactMap { invocation.text($0) }
    // Also a word that is no path: it is then in the current folder, which is checked anyway.
    for path in paths { try Sandbox.requireHidden(path) }
    // The project is where its environments are, and its runs, unless `--out` says otherwise.
    if !folders.isEmpty || command.operand != nil {
      try Sandbox.requireHidden(FileManager.default.currentDirectoryPath)
    }
  }
}
