internal import Glibc

/// What the kernel reports about processes of a sandbox, by their numbers on the host.
///
/// It is asked through descriptors of the processes, and through `/proc` of the host where the kernel
/// lacks the calls for that.
final class HostProcesses: Sendable {
  /// The process of a thread, and the parent of that process.
  struct Status {
    let process: pid_t
    let parent: pid_t
  }

  private let directory: Descriptor
  private let load: Descriptor
  /// The number after which numbers begin again.
  private let highest: Int

  /// Opens the files that are needed; fails if the machine does not show them.
  init?() {
    do throws(Errno) {
      directory = try Descriptor(opening: open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC))
      load = try Descriptor(opening: open("/proc/loadavg", O_RDONLY | O_CLOEXEC))
    } catch {
      return nil
    }
    highest =
      withUnsafeTemporaryAllocation(byteCount: 32, alignment: 1) { buffer in
        readStart(ofFile: "/proc/sys/kernel/pid_max", into: buffer).map { buffer[..<$0].number }
      } ?? 1 << 22
    if last == nil { return nil }
  }

  // MARK: - Time

  /// The number of the process that was forked last.
  private var last: Int? {
    // The file contains a line such as "0.20 0.18 0.12 1/80 11206".
    withUnsafeTemporaryAllocation(byteCount: 128, alignment: 1) { buffer in
      let count = pread(load.raw, buffer.baseAddress, buffer.count, 0)
      guard count > 0 else { return nil }
      let text = buffer[..<count]
      guard let end = text.lastIndex(where: \.isDigit),
        let space = text[...end].lastIndex(where: { !$0.isDigit })
      else { return nil }
      return text[space...end].number
    }
  }

  /// The number of processes that were forked after `root` until now.
  func time(after root: pid_t) -> Int {
    distance(from: root, to: last.map { pid_t(truncatingIfNeeded: $0) } ?? root)
  }

  /// The number of processes that were forked after `root`, up to and including `process`.
  func distance(from root: pid_t, to process: pid_t) -> Int {
    Int(process - root) + (process < root ? highest : 0)
  }

  /// The number of the process that was forked at a time.
  func number(at time: Int, after root: pid_t) -> pid_t {
    let number = Int(root) + time
    return pid_t(truncatingIfNeeded: number < highest ? number : number - highest)
  }

  // MARK: - Files and parents

  /// The file that a thread has open under a number; nil if it has none.
  func file(_ number: Int32, of thread: pid_t, _ handles: inout ThreadHandles) -> FileIdentity? {
    while let (handle, isKept) = handles.handle(of: thread) {
      do throws(Errno) {
        let copy = try Kernel.call(.pidfdGetfd, Int(handle.raw), Int(number), 0)
        return try FileIdentity(Descriptor(Int32(copy)))
      } catch {
        if error.code == EBADF { return nil }
        // Any error but the end of the thread means that the call is not available.
        guard error.code == ESRCH else { break }
        handles.forget(thread)
        // A handle that was kept belongs to a thread that has ended. Another one has its number now.
        guard isKept else { return nil }
      }
    }
    var status = stat()
    guard fstatat(directory.raw, "\(thread)/fd/\(number)", &status, 0) == 0 else { return nil }
    return FileIdentity(status)
  }

  /// The process of a thread, and its parent; nil if the thread has ended.
  func status(of thread: pid_t, _ handles: ThreadHandles) -> Status? {
    if let status = (handles[thread] ?? ThreadHandles.open(thread)).map(Self.status(of:)) {
      switch status {
      case .success(let status): return status
      case .failure(let error): if error.code == ESRCH { return nil }
      }
    }
    return withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 1) { buffer in
      directory.read("\(thread)/status", into: buffer).flatMap { Self.status(in: buffer[..<$0]) }
    }
  }

  /// Reads `/proc/<thread>/status`: lines such as `Tgid:	1234`, of which `Tgid` precedes `PPid`.
  private static func status(in text: Slice<UnsafeMutableRawBufferPointer>) -> Status? {
    var process: pid_t?
    for line in text.split(separator: UInt8(ascii: "\n")) {
      func number(of field: String) -> pid_t? {
        line.starts(with: field.utf8) ? pid_t(truncatingIfNeeded: line.number) : nil
      }
      process = process ?? number(of: "Tgid:")
      if let process, let parent = number(of: "PPid:") {
        return Status(process: process, parent: parent)
      }
    }
    return nil
  }

  /// Asks the kernel for the status of an open thread, which is possible since Linux 6.13.
  private static func status(of handle: Descriptor) -> Result<Status, Errno> {
    // `struct pidfd_info`: a mask and a control group of eight bytes each, then numbers of four bytes,
    // of which the second is the process and the third its parent.
    var info = [UInt32](repeating: 0, count: 16)
    info[0] = LinuxConstant.pidfdInfoNumbers
    return info.withUnsafeMutableBytes { info in
      Result { () throws(Errno) in
        try Kernel.call(
          .ioctl, Int(handle.raw), ControlRequest.processInformation,
          Int(bitPattern: info.baseAddress))
      }
    }.map { _ in Status(process: pid_t(info[5]), parent: pid_t(info[6])) }
  }
}
