internal import Foundation

/// What the kernel tells of processes of a sandbox, by the numbers that they have on the host.
///
/// Through descriptors of processes, and by the host's `/proc` where the kernel has not what that needs.
final class HostProcesses: Sendable {
  /// A file by its number, whoever has it open.
  struct File: Equatable {
    let device: dev_t
    let number: ino_t

    init(_ status: stat) { (device, number) = (status.st_dev, status.st_ino) }

    init(_ descriptor: Descriptor) throws(Errno) {
      var status = stat()
      try check(fstat(descriptor.raw, &status))
      self.init(status)
    }
  }

  /// The process of a thread, and the one that it belongs to.
  struct Status {
    let process: pid_t
    let parent: pid_t
  }

  private let directory: Descriptor
  private let load: Descriptor
  /// Numbers begin again after this one.
  private let highest: Int

  /// Opens what is needed.
  ///
  /// - Returns: Nil where that is not there.
  init?() {
    do throws(Errno) {
      directory = try Descriptor(opening: open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC))
      load = try Descriptor(opening: open("/proc/loadavg", O_RDONLY | O_CLOEXEC))
    } catch {
      return nil
    }
    let text = FileManager.default.contents(atPath: "/proc/sys/kernel/pid_max") ?? Data()
    let said = String(decoding: text, as: UTF8.self).filter(\.isNumber)
    highest = Int(said) ?? 1 << 22
    if last == nil { return nil }
  }

  /// The number of the process that was forked last.
  private var last: Int? {
    // Such as "0.20 0.18 0.12 1/80 11206".
    withUnsafeTemporaryAllocation(byteCount: 128, alignment: 1) { buffer in
      let count = pread(load.raw, buffer.baseAddress, buffer.count, 0)
      guard count > 0 else { return nil }
      var (number, unit) = (0, 1)
      for byte in buffer[..<count].reversed().drop(while: { $0 == 10 }) {
        guard (48...57).contains(byte) else { return unit > 1 ? number : nil }
        number += Int(byte - 48) * unit
        unit *= 10
      }
      return nil
    }
  }

  /// How many numbers were given after that of `root`, so far.
  func time(after root: pid_t) -> Int {
    distance(from: root, to: last.map { pid_t(truncatingIfNeeded: $0) } ?? root)
  }

  /// How many numbers were given from one process to another that was forked later.
  func distance(from root: pid_t, to process: pid_t) -> Int {
    Int(process - root) + (process < root ? highest : 0)
  }

  /// The number that was given at a time.
  func number(at time: Int, after root: pid_t) -> pid_t {
    let number = Int(root) + time
    return pid_t(truncatingIfNeeded: number < highest ? number : number - highest)
  }

  /// The file that a thread has open under a number.
  func file(_ number: Int32, of thread: pid_t, _ handles: inout Handles) -> File? {
    while let (handle, isKept) = handles.handle(of: thread) {
      do throws(Errno) {
        let copy = try Kernel.call(Kernel.Number.pidfdGetfd, Int(handle.raw), Int(number), 0)
        return try File(Descriptor(Int32(copy)))
      } catch {
        if error.code == EBADF { return nil }
        // Anything but an end is that the call cannot be had.
        guard error.code == ESRCH else { break }
        handles.forget(thread)
        // Another thread has the number of the one that has ended.
        guard isKept else { return nil }
      }
    }
    var status = stat()
    guard fstatat(directory.raw, "\(thread)/fd/\(number)", &status, 0) == 0 else { return nil }
    return File(status)
  }

  /// The process of a thread, and its parent; nil where it has ended.
  func status(of thread: pid_t, _ handles: Handles) -> Status? {
    if let status = (handles[thread] ?? Handles.open(thread)).map(Self.status(of:)) {
      switch status {
      case .success(let status): return status
      case .failure(let error): if error.code == ESRCH { return nil }
      }
    }
    let file = openat(directory.raw, "\(thread)/status", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 1024)
    let count = read(file, &buffer, buffer.count)
    guard count > 0 else { return nil }
    var process: pid_t?
    // Lines such as "Tgid:	1234" in an order that the kernel keeps.
    for line in buffer[..<count].split(separator: UInt8(ascii: "\n")) {
      func number(after name: String) -> pid_t? {
        guard line.starts(with: name.utf8) else { return nil }
        return line.dropFirst(name.utf8.count).reduce(0) {
          (48...57).contains($1) ? $0 &* 10 &+ pid_t($1 - 48) : $0
        }
      }
      process = process ?? number(after: "Tgid:")
      if let process, let parent = number(after: "PPid:") {
        return Status(process: process, parent: parent)
      }
    }
    return nil
  }

  /// What the kernel tells of an open process, since Linux 6.13.
  private static func status(of handle: Descriptor) -> Result<Status, Errno> {
    // struct pidfd_info of Linux 6.13: a mask, a control group, and numbers of which the second and third
    // are these.
    var info = [UInt32](repeating: 0, count: 16)
    info[0] = 1  // PIDFD_INFO_PID
    return info.withUnsafeMutableBytes { info in
      Result { () throws(Errno) in
        try Kernel.call(
          Kernel.Number.ioctl, Int(handle.raw), 0xC040_FF0B, Int(bitPattern: info.baseAddress))
      }
    }.map { _ in Status(process: pid_t(info[5]), parent: pid_t(info[6])) }
  }
}

extension HostProcesses {
  /// Open processes and threads, through which they can be looked at.
  ///
  /// That costs less than the paths of `/proc`, which the kernel makes for each process that is looked
  /// at and takes away when it ends. To open one is most of it, so some of those that wrote stay open.
  struct Handles {
    private var kept: [(thread: pid_t, handle: Descriptor)] = []
    /// As many as write in turn in most pipelines.
    private static let limit = 4

    subscript(thread: pid_t) -> Descriptor? { kept.first { $0.thread == thread }?.handle }

    /// Opens a thread, if it is not open.
    ///
    /// - Returns: Its handle, and whether that was open already; nil where there is no such thread.
    mutating func handle(of thread: pid_t) -> (handle: Descriptor, isKept: Bool)? {
      if let handle = self[thread] { return (handle, true) }
      guard let handle = Self.open(thread) else { return nil }
      if kept.count == Self.limit { kept.removeFirst() }
      kept.append((thread, handle))
      return (handle, false)
    }

    mutating func forget(_ thread: pid_t) { kept.removeAll { $0.thread == thread } }

    /// Older kernels only know processes (`PIDFD_THREAD`, Linux 6.9).
    static func open(_ thread: pid_t) -> Descriptor? {
      for flags in [0x80, 0] {
        do throws(Errno) {
          return Descriptor(Int32(try Kernel.call(Kernel.Number.pidfdOpen, Int(thread), flags)))
        } catch {
          if error.code != EINVAL { return nil }
        }
      }
      return nil
    }
  }
}
