internal import Foundation
internal import Turnwise
internal import TurnwiseSandbox

/// What a command line is refused for before anything is done: where it would work, and with how little.
enum Surroundings {
  /// Checks what a command is about to use.
  ///
  /// - Throws: `Sandbox.ExposedPath` where agents could read what a command reads or writes, and a
  ///   ``UsageError`` where this process may have too little memory to run at all.
  static func check(_ invocation: Invocation, of command: any Subcommand) throws {
    // Threads that cannot be had would end the process in the middle, or let it wait for ever.
    if let shortage = Sandbox.addressSpaceShortage { throw UsageError.conflict(shortage) }
    let paths = [Flag.out, Flag.tasks].filter { flag in
      command.flags.contains { $0.name == flag.name }
    }
    for flag in paths {
      if let path = invocation.text(flag) { try Sandbox.requireHidden(path) }
    }
    // The project is where its environments are, and its runs, unless `--out` says otherwise.
    if !paths.isEmpty { try Sandbox.requireHidden(FileManager.default.currentDirectoryPath) }
  }
}
