internal import Foundation

/// The directories that all sandboxes of a thread share, prepared once.
///
/// They are mounts in a namespace of the thread, so they disappear with it, however it ends.
struct PreparedRoot {
  /// The path at which a file system is mounted in the namespace of the thread.
  ///
  /// It exists on every machine on which bubblewrap works, because bubblewrap needs it too.
  private static let base = "/tmp"

  /// The path of the root directory.
  let path = base + "/root"
  /// The path of the directory of devices.
  let devices = base + "/dev"

  /// Creates the namespaces of the calling thread, and the directories in them.
  ///
  /// - Parameter user: The owner of the directories.
  /// - Throws: The error number if the machine does not allow it.
  init(ownedBy user: uid_t) throws(Errno) {
    let namespaces: CloneFlags = [.mounts, .controlGroups, .hostName, .network]
    try Kernel.call(.unshare, namespaces.rawValue)
    // Mounts that are made here must not appear on the host.
    try Self.mount("none", "/", [.recursive, .private])
    try SandboxLayout.hostName.withCStringThrowing { name throws(Errno) in
      _ = try Kernel.call(
        .sethostname, Int(bitPattern: name), SandboxLayout.hostName.utf8.count)
    }
    Self.detachMounts()

    try Self.mount("tmpfs", Self.base, [.noSetUser, .noDevices], "mode=755")
    try check(mkdir(path, 0o755))
    for name in ["dev", "etc", "etc/alternatives", "proc", "tmp", "usr", "usr/local", "workspace"] {
      try check(mkdir("\(path)/\(name)", 0o755))
    }
    for folder in SystemFolder.all {
      let place = path + folder.path
      try check(folder.target.map { symlink($0, place) } ?? mkdir(place, 0o755))
    }
    for (name, target) in SandboxLayout.systemLinks {
      try check(symlink(target, "\(path)/\(name)"))
    }
    try writeConfiguration()
    try changeOwner(of: path, to: user)
    for folder in SystemFolder.all where folder.target == nil {
      try Self.mount(folder.path, path + folder.path, [.bind, .recursive])
    }
    try createDevices(ownedBy: user)
  }

  /// Writes the files of `/etc`.
  private func writeConfiguration() throws(Errno) {
    try write(Array(SandboxLayout.users.utf8), to: "etc/passwd")
    try write(Array(SandboxLayout.groups.utf8), to: "etc/group")
    let files = FileManager.default
    if let cache = files.contents(atPath: "/etc/ld.so.cache") {
      try write(Array(cache), to: "etc/ld.so.cache")
    }
    let alternatives = "/etc/alternatives"
    for name in (try? files.contentsOfDirectory(atPath: alternatives))?.sorted() ?? [] {
      if let target = try? files.destinationOfSymbolicLink(atPath: "\(alternatives)/\(name)") {
        try check(symlink(target, path + "\(alternatives)/\(name)"))
      }
    }
  }

  private func write(_ bytes: [UInt8], to name: String) throws(Errno) {
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
    let file = try Descriptor(opening: open("\(path)/\(name)", flags, 0o644))
    try file.write(bytes)
    try check(fchmod(file.raw, 0o644))
  }

  private func createDevices(ownedBy user: uid_t) throws(Errno) {
    try check(mkdir(devices, 0o755))
    try Self.mount("tmpfs", devices, [.noSetUser, .noPrograms], "mode=755")
    for (name, minor) in SandboxLayout.devices {
      // All of them are memory devices, which have the major number 1.
      try check(mknod("\(devices)/\(name)", S_IFCHR | 0o666, dev_t(1 << 8 | minor)))
      // A writable device of zeros could be mapped as shared memory, which remains when it is unmapped.
      try check(chmod("\(devices)/\(name)", name == "zero" ? 0o444 : 0o666))
    }
    for (name, target) in SandboxLayout.deviceLinks {
      try check(symlink(target, "\(devices)/\(name)"))
    }
    try check(chown(devices, user, user))
    try Self.mount("none", devices, [.remount, .readOnly, .noSetUser, .noPrograms])
  }

  private func changeOwner(of path: String, to user: uid_t) throws(Errno) {
    try check(chown(path, user, user))
    for name in FileManager.default.enumerator(atPath: path) ?? .init() {
      try check(lchown("\(path)/\(name)", user, user))
    }
  }

  /// Detaches the mounts that no command needs.
  ///
  /// Each new sandbox starts with a copy of all mounts, and bubblewrap reads the list of them for each
  /// directory that it shows.
  private static func detachMounts() {
    guard let list = FileManager.default.contents(atPath: "/proc/thread-self/mountinfo") else {
      return
    }
    // The devices are needed if no directory of devices can be created.
    let needed =
      ["/usr", "/etc", "/tmp", "/proc"] + SandboxLayout.devices.map { "/dev/\($0.0)" }
    for line in list.split(separator: UInt8(ascii: "\n")).reversed() {
      let fields = line.split(separator: UInt8(ascii: " "))
      guard fields.count > 4 else { continue }
      let place = String(decoding: fields[4], as: UTF8.self)
      let prefix = place.hasSuffix("/") ? place : place + "/"
      let isNeeded =
        needed.contains { "\($0)/".hasPrefix(prefix) }
        || ["/usr/", "/etc/"].contains { place.hasPrefix($0) }
      if isNeeded { continue }
      place.withCString { place in
        // A mount that cannot be detached stays.
        _ = try? Kernel.call(.umount2, Int(bitPattern: place), MountFlags.detach)
      }
    }
  }

  private static func mount(
    _ source: String, _ place: String, _ flags: MountFlags, _ options: String = ""
  ) throws(Errno) {
    try source.withCStringThrowing { source throws(Errno) in
      try place.withCStringThrowing { place throws(Errno) in
        try options.withCStringThrowing { options throws(Errno) in
          // The third argument is the type of a new file system, and is ignored for other mounts.
          _ = try Kernel.call(
            .mount, Int(bitPattern: source), Int(bitPattern: place),
            Int(bitPattern: source), flags.rawValue, Int(bitPattern: options))
        }
      }
    }
  }
}
