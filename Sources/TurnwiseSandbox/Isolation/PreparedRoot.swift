internal import Foundation

/// The directories that all sandboxes of a thread have in common, put together once.
///
/// They are mounts in a namespace of the thread, so they vanish with it, whatever ends it.
struct PreparedRoot {
  /// The place of a file system of its own in the namespace of the thread.
  ///
  /// It exists on every machine where the launcher works, because that needs it, too.
  private static let base = "/tmp"

  /// The root directory.
  let path = base + "/root"
  /// The directory of devices.
  let devices = base + "/dev"

  /// Makes the calling thread's own namespaces, and the directories in them.
  ///
  /// - Parameter user: Who seems to own the directories.
  /// - Throws: The error number where something is not allowed here.
  init(ownedBy user: uid_t) throws(Errno) {
    // CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWNET
    try Kernel.call(Kernel.Number.unshare, 0x0002_0000 | 0x0200_0000 | 0x0400_0000 | 0x4000_0000)
    // What is done here must not reach the mounts of the host.
    try Self.mount("none", "/", [.recursive, .private])
    try Launch.hostName.withCStringThrowing { name throws(Errno) in
      _ = try Kernel.call(
        Kernel.Number.sethostname, Int(bitPattern: name), Launch.hostName.utf8.count)
    }
    Self.dropMounts()

    try Self.mount("tmpfs", Self.base, [.noSetUser, .noDevices], "mode=755")
    try check(mkdir(path, 0o755))
    for name in ["dev", "etc", "etc/alternatives", "proc", "tmp", "usr", "usr/local", "workspace"] {
      try check(mkdir("\(path)/\(name)", 0o755))
    }
    for folder in SystemFolder.all {
      let place = path + folder.path
      try check(folder.target.map { symlink($0, place) } ?? mkdir(place, 0o755))
    }
    for (name, target) in Launch.systemLinks { try check(symlink(target, "\(path)/\(name)")) }
    try fillEtc()
    try give(path, to: user)
    for folder in SystemFolder.all where folder.target == nil {
      try Self.mount(folder.path, path + folder.path, [.bind, .recursive])
    }
    try makeDevices(user)
  }

  private func fillEtc() throws(Errno) {
    try write(Array(Launch.users.utf8), to: "etc/passwd")
    try write(Array(Launch.groups.utf8), to: "etc/group")
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

  private func makeDevices(_ user: uid_t) throws(Errno) {
    try check(mkdir(devices, 0o755))
    try Self.mount("tmpfs", devices, [.noSetUser, .noPrograms], "mode=755")
    for (name, minor) in Launch.devices {
      // All of them have the major number 1, the memory devices.
      try check(mknod("\(devices)/\(name)", S_IFCHR | 0o666, dev_t(1 << 8 | minor)))
      // Zeros that can be written can be shared: memory that stays when it is not mapped any more.
      try check(chmod("\(devices)/\(name)", name == "zero" ? 0o444 : 0o666))
    }
    for (name, target) in Launch.deviceLinks { try check(symlink(target, "\(devices)/\(name)")) }
    try check(chown(devices, user, user))
    try Self.mount("none", devices, [.change, .readOnly, .noSetUser, .noPrograms])
  }

  private func give(_ path: String, to user: uid_t) throws(Errno) {
    try check(chown(path, user, user))
    for name in FileManager.default.enumerator(atPath: path) ?? .init() {
      try check(lchown("\(path)/\(name)", user, user))
    }
  }

  /// Takes away the mounts that no command needs.
  ///
  /// Each new sandbox first gets a copy of them all, and for each directory that it shows the
  /// launcher reads the list of them.
  private static func dropMounts() {
    guard let list = FileManager.default.contents(atPath: "/proc/thread-self/mountinfo") else {
      return
    }
    for line in list.split(separator: UInt8(ascii: "\n")).reversed() {
      let fields = line.split(separator: UInt8(ascii: " "))
      guard fields.count > 4 else { continue }
      let place = String(decoding: fields[4], as: UTF8.self)
      let prefix = place.hasSuffix("/") ? place : place + "/"
      // The devices are for the case that no directory of them can be made after this.
      let devices = Launch.devices.map { "/dev/\($0.0)" }
      let isNeeded =
        (["/usr", "/etc", "/tmp", "/proc"] + devices).contains { "\($0)/".hasPrefix(prefix) }
        || ["/usr/", "/etc/"].contains { place.hasPrefix($0) }
      if isNeeded { continue }
      place.withCString { place in
        // MNT_DETACH. What cannot be taken away stays.
        _ = try? Kernel.call(Kernel.Number.umount, Int(bitPattern: place), 2)
      }
    }
  }

  private struct Flags: OptionSet {
    let rawValue: Int
    static let readOnly = Flags(rawValue: 1)
    static let noSetUser = Flags(rawValue: 2)
    static let noDevices = Flags(rawValue: 4)
    static let noPrograms = Flags(rawValue: 8)
    static let change = Flags(rawValue: 0x20)
    static let bind = Flags(rawValue: 0x1000)
    static let recursive = Flags(rawValue: 0x4000)
    static let `private` = Flags(rawValue: 0x4_0000)
  }

  private static func mount(
    _ source: String, _ place: String, _ flags: Flags, _ options: String = ""
  ) throws(Errno) {
    try source.withCStringThrowing { source throws(Errno) in
      try place.withCStringThrowing { place throws(Errno) in
        try options.withCStringThrowing { options throws(Errno) in
          // The source of a file system without one is its type, which is ignored elsewhere.
          _ = try Kernel.call(
            Kernel.Number.mount, Int(bitPattern: source), Int(bitPattern: place),
            Int(bitPattern: source), flags.rawValue, Int(bitPattern: options))
        }
      }
    }
  }
}
