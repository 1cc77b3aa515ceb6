internal import Glibc

/// The directory of the threads of a process in `/proc`.
///
/// A process whose first thread has ended shows neither memory nor network there, although its other
/// threads live on. Then one of these threads shows them.
struct ThreadDirectory {
  let directory: Descriptor
  /// The numbers of the threads.
  let threads: [String]

  /// Opens the directory of a process; fails if it cannot be read.
  init?(of process: String, in processes: Descriptor) {
    guard
      let directory = try? Kernel.open(
        beneath: processes, "\(process)/task".utf8, O_RDONLY | O_DIRECTORY),
      let names = try? DirectoryListing(directory, limit: .max).names
    else { return nil }
    self.directory = directory
    threads = names.filter { $0.bytes.first != UInt8(ascii: ".") }
      .map { String(decoding: $0.bytes.dropLast(), as: UTF8.self) }
  }
}
