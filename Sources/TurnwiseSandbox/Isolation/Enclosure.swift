internal import Foundation

/// What a thread gives up for good before it starts commands.
///
/// All of it belongs to the thread alone and is inherited by what it starts; the rest of the process
/// keeps its rights.
struct Enclosure {
  /// The root directory that is prepared for sandboxes, with network, host name and control groups
  /// of the thread's own.
  ///
  /// The launcher then need not make them for each sandbox, which takes a third off the processor
  /// time of a launch. Nothing can pass through them from one command to the next: they belong to
  /// root, so that no command can change them, and sockets end with the processes that have them
  /// open. Only root can prepare them; else the launcher does it all, with the same result.
  let preparedRoot: PreparedRoot?

  /// Prepares the calling thread.
  ///
  /// - Parameter slot: Tells the thread from others; as root, each gets a user of its own.
  /// - Throws: The error number where the thread could not give up being root.
  init(enteringWith slot: Int) throws(Errno) {
    // ADDR_NO_RANDOMIZE. Without it, the addresses that some programs print would differ from run
    // to run; where a container forbids the call, they do.
    _ = try? Kernel.call(Kernel.Number.personality, 0x0004_0000)
    guard geteuid() == 0 else {
      preparedRoot = nil
      return
    }
    // Files of a sandbox, and the processes in it, are those of no other slot of this process.
    let user = 60_000 + slot % 5_000
    preparedRoot = try? PreparedRoot(ownedBy: uid_t(user))
    do {
      try Kernel.call(Kernel.Number.setgroups, 0, 0)
      try Kernel.call(Kernel.Number.setresgid, user, user, user)
      try Kernel.call(Kernel.Number.setresuid, user, user, user)
    } catch {
      // The root of a container that has no other users is an ordinary user of the machine.
      if Self.isRootOfTheMachine { throw error }
    }
  }

  private static var isRootOfTheMachine: Bool {
    // First user inside, first user outside, number of users.
    let map = FileManager.default.contents(atPath: "/proc/self/uid_map") ?? Data()
    let fields = map.split { [UInt8(ascii: " "), UInt8(ascii: "\n")].contains($0) }
    return fields.count < 2 || fields[0] != Data("0".utf8) || fields[1] == Data("0".utf8)
  }
}
