internal import Glibc

/// What a thread gives up for good before it starts commands.
///
/// All of it belongs to the thread alone and is inherited by what it starts; the rest of the process
/// keeps its rights.
struct Enclosure: Sendable {
  /// Whether the thread has network, host name and control groups of its own already, and sees few
  /// mounts, so that the launcher need not make them anew for each command.
  var isPrepared = false

  /// Prepares the calling thread.
  ///
  /// - Parameter slot: Tells the thread from others; as root, each gets a user of its own.
  init(enteringWith slot: Int) throws(Errno) {
    // Without it, each command would see its memory at other addresses, and so print other ones.
    // Where a container forbids the call, addresses differ; nothing else depends on them.
    _ = try? Kernel.call(Kernel.Number.personality, 0x0004_0000 /* ADDR_NO_RANDOMIZE */)
    guard geteuid() == 0 else { return }
    isPrepared = Self.prepareNamespaces()
    let user = 60_000 + slot % 5_000
    try Kernel.call(Kernel.Number.setgroups, 0, 0)
    try Kernel.call(Kernel.Number.setresgid, user, user, user)
    try Kernel.call(Kernel.Number.setresuid, user, user, user)
  }

  private static func prepareNamespaces() -> Bool { false }
}
