internal import Foundation
internal import Turnwise
internal import TurnwiseSandbox

/// What a command line is refused for before anything is done: where it would work, and with how little.
enum Surroundings {
  /// Ends the process with a sentence where it may have too little memory to run at all.
  ///
  /// This must run on the first thread, before anything needs another one: threads that cannot be had let
  /// the process wait for ever.
  static func requireAddressSpace() {
    guard let shortage = Sandbox.addressSpaceShortage else { return }
    let (status, text) = Words.of(UsageError.conflict(shortage))
    Console().note(text)
    // Not `exit`, which would wait for threads of OpenBLAS that wait for memory.
    _exit(status.rawValue)
  }

  /// Checks what a command is about to use.
  ///
  /// - Throws: `Sandbox.ExposedPath` where agents could read what a command reads or writes.
  static func check(_ invocation: Invocation, of command: any Subcommand) throws {
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
