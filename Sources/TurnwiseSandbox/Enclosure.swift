internal import Foundation

/// What a thread gives up for good before it starts commands.
///
/// All of it belongs to the thread alone and is inherited by what it starts; the rest of the process
/// keeps its rights.
struct Enclosure: Sendable {
  /// Whether the thread has network, host name and control groups of its own.
  ///
  /// The launcher then need not make them for each command, which is a fifth of the processor time
  /// of a launch. Nothing can pass through them from one command to the next: they belong to root,
  /// so that no command can change them, and sockets end with the processes that have them open.
  private(set) var isPrepared = false

  /// Prepares the calling thread.
  ///
  /// - Parameter slot: Tells the thread from others; as root, each gets a user of its own.
  /// - Throws: The error number where the thread could not give up being root.
  init(enteringWith slot: Int) throws(Errno) {
    // ADDR_NO_RANDOMIZE. Without it, the addresses that some programs print would differ from run
    // to run; where a container forbids the call, they do.
    _ = try? Kernel.call(Kernel.Number.personality, 0x0004_0000)
    guard geteuid() == 0 else { return }
    isPrepared = (try? Self.makeNamespaces()) != nil
    // Files of a sandbox, and the processes in it, are those of nobody else on the machine.
    let user = 60_000 + slot % 5_000
    try Kernel.call(Kernel.Number.setgroups, 0, 0)
    try Kernel.call(Kernel.Number.setresgid, user, user, user)
    try Kernel.call(Kernel.Number.setresuid, user, user, user)
  }

  private static func makeNamespaces() throws(Errno) {
    // CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWNET
    try Kernel.call(Kernel.Number.unshare, 0x0002_0000 | 0x0200_0000 | 0x0400_0000 | 0x4000_0000)
    try "/".withCStringThrowing { root throws(Errno) in
      // MS_REC | MS_PRIVATE: what is done here must not reach the mounts of the host.
      _ = try Kernel.call(
        Kernel.Number.mount, 0, Int(bitPattern: root), 0, 0x4000 | 0x4_0000)
    }
    try Launch.hostName.withCStringThrowing { name throws(Errno) in
      _ = try Kernel.call(
        Kernel.Number.sethostname, Int(bitPattern: name), Launch.hostName.utf8.count)
    }
    dropMounts()
  }

  /// Takes away the mounts that no command needs.
  ///
  /// Each new sandbox first gets a copy of them all, and for each directory that it shows the
  /// launcher reads the list of them.
  private static func dropMounts() {
    let needed = ["/usr", "/etc", "/tmp"] + Launch.devices.map { "/dev/\($0)" }
    guard let list = FileManager.default.contents(atPath: "/proc/thread-self/mountinfo") else {
      return
    }
    for line in list.split(separator: UInt8(ascii: "\n")).reversed() {
      let fields = line.split(separator: UInt8(ascii: " "))
      guard fields.count > 4 else { continue }
      let place = String(decoding: fields[4], as: UTF8.self)
      let prefix = place.hasSuffix("/") ? place : place + "/"
      let isNeeded =
        place == "/proc" || "/proc/".hasPrefix(prefix)
        || needed.contains { $0 == place || $0.hasPrefix(prefix) || place.hasPrefix($0 + "/") }
      if isNeeded { continue }
      place.withCString { place in
        // MNT_DETACH. What cannot be taken away stays.
        _ = try? Kernel.call(Kernel.Number.umount, Int(bitPattern: place), 2)
      }
    }
  }
}
