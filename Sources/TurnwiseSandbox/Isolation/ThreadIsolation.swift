internal import Foundation

/// The rights that a thread gives up for good before it starts commands.
///
/// They are given up for this thread and all that it starts. Other threads of the process keep theirs.
struct ThreadIsolation {
  /// The root directory that is prepared for the sandboxes of the thread; nil if it could not be.
  ///
  /// With it, the thread has its own network, host name and control groups, and bubblewrap need not
  /// create them for each sandbox, which saves a third of the processor time of a launch. Nothing can
  /// pass through them from one command to the next: they belong to root, so no command can change
  /// them, and sockets end with the processes that have them open. Only root can prepare them. For
  /// other users bubblewrap does it all, with the same result.
  let preparedRoot: PreparedRoot?

  /// The users that commands run as, if the host is root.
  private static let users = 60_000..<65_000

  /// Isolates the calling thread.
  ///
  /// - Parameter slot: The number of the thread; as root, each number gets a user of its own.
  /// - Throws: The error number if the thread could not give up being root.
  init(ofSlot slot: Int) throws(Errno) {
    // Otherwise, the addresses that some programs print would differ from run to run. In containers
    // that forbid this call, they do.
    _ = try? Kernel.call(.personality, LinuxConstant.fixedAddresses)
    guard geteuid() == 0 else {
      preparedRoot = nil
      return
    }
    // The files and processes of a sandbox belong to a user that no other slot of this process has.
    let user = Self.users.lowerBound + slot % Self.users.count
    preparedRoot = try? PreparedRoot(ownedBy: uid_t(user))
    do {
      try Kernel.call(.setgroups, 0, 0)
      try Kernel.call(.setresgid, user, user, user)
      try Kernel.call(.setresuid, user, user, user)
    } catch {
      // In a container that has no other users, root is an ordinary user of the machine.
      if Self.isRootOfTheMachine { throw error }
    }
  }

  private static var isRootOfTheMachine: Bool {
    // The fields are the first user inside, the first user outside, and the number of users.
    let map = FileManager.default.contents(atPath: "/proc/self/uid_map") ?? Data()
    let fields = map.split { [UInt8(ascii: " "), UInt8(ascii: "\n")].contains($0) }
    return fields.count < 2 || fields[0] != Data("0".utf8) || fields[1] == Data("0".utf8)
  }
}
