internal import Glibc

/// What the processes of a sandbox use together, looked at from outside now and then.
///
/// The kernel bounds each process; only a control group, which a container or an ordinary user
/// seldom has, would bound their sum.
struct ProcessWatch {
  /// The sandbox's own `/proc`, in which only its own processes are.
  private let processes: Descriptor
  private let temporaryDirectory: Descriptor
  private let limits: Sandbox.Limits

  init(of world: Entrance.World, _ limits: Sandbox.Limits) {
    (processes, temporaryDirectory) = (world.processes, world.temporary)
    self.limits = limits
  }

  /// Whether there are so many names in `/tmp` that the kernel's memory for them matters.
  var isTemporaryDirectoryOverfull: Bool {
    temporaryDirectory.entryCount > 16 * limits.workspaceEntries
  }

  /// Whether all processes together use more memory than they may.
  var isMemoryOverfull: Bool {
    guard let directory = try? processes.reopened(),
      let names = try? DirectoryListing(directory, limit: .max).names
    else { return false }
    let bytes = names.reduce(0) { sum, name in
      let number = name.bytes.dropLast()
      guard number.allSatisfy({ (48...57).contains($0) }) else { return sum }
      return sum + memory(of: String(decoding: number, as: UTF8.self))
    }
    return bytes > limits.memoryBytes
  }

  /// What a process has in memory and could not be read again from `/usr`: its own, and what it shares.
  private func memory(of process: String) -> Int {
    let file = openat(processes.raw, "\(process)/status", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return 0 }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(file, &buffer, buffer.count)
    guard count > 0 else { return 0 }
    // Lines such as "RssAnon:      1234 kB".
    let lines = String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n")
    return lines.reduce(0) { sum, line in
      guard line.hasPrefix("RssAnon:") || line.hasPrefix("RssShmem:") else { return sum }
      return sum + (Int(line.filter(\.isNumber)) ?? 0) << 10
    }
  }
}

extension Descriptor {
  /// The number of names in the file system that this is a file of.
  var entryCount: Int {
    var usage = statvfs()
    guard fstatvfs(raw, &usage) == 0 else { return 0 }
    return Int(clamping: usage.f_files &- usage.f_ffree)
  }
}
