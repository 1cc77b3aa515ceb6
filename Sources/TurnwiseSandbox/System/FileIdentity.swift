internal import Glibc

/// The numbers that identify a file on the machine, whatever paths lead to it.
struct FileIdentity: Equatable {
  let device: dev_t
  let number: ino_t

  init(_ status: stat) { (device, number) = (status.st_dev, status.st_ino) }

  /// Identifies an open file.
  init(_ descriptor: Descriptor) throws(Errno) {
    var status = stat()
    try check(fstat(descriptor.raw, &status))
    self.init(status)
  }

  /// Identifies the file at a path, following links; nil if there is none.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }
}
