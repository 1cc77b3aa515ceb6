/// Reads the memory of processes of a sandbox.
enum RemoteMemory {
  /// A region of memory, laid out as the kernel's `struct iovec`.
  struct Region {
    var start: Int
    var count: Int
  }

  /// Reads regions one after another.
  ///
  /// - Returns: The number of bytes before the first one that cannot be read.
  static func read(
    _ regions: [Region], of thread: Int32, into buffer: inout [UInt8], limit: Int
  ) -> Int {
    buffer.withUnsafeMutableBytes { buffer in
      let local = Region(
        start: Int(bitPattern: buffer.baseAddress), count: min(limit, buffer.count))
      return withUnsafePointer(to: local) { local in
        regions.withUnsafeBufferPointer { regions in
          (try? Kernel.call(
            .processReadMemory, Int(thread), Int(bitPattern: local), 1,
            Int(bitPattern: regions.baseAddress), regions.count)) ?? 0
        }
      }
    }
  }

  /// The regions that a `writev` call writes, if the kernel would accept their number.
  static func vector(at start: Int, _ count: Int, of thread: Int32) -> [Region] {
    guard (1...1024).contains(count) else { return [] }
    var bytes = [UInt8](repeating: 0, count: 16 * count)
    let size = read(
      [Region(start: start, count: bytes.count)], of: thread, into: &bytes, limit: bytes.count)
    guard size == bytes.count else { return [] }
    return bytes.withUnsafeBytes { bytes in
      (0..<count).map {
        Region(
          start: bytes.loadUnaligned(fromByteOffset: 16 * $0, as: Int.self),
          count: bytes.loadUnaligned(fromByteOffset: 16 * $0 + 8, as: Int.self))
      }
    }
  }
}
