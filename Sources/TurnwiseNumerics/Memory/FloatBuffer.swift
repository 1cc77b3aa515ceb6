internal import Foundation
package import TurnwiseKernels

/// Floats on the heap, aligned to a cache line, shared by reference.
///
/// It is a class because kernels on several threads write to separate parts of one allocation. It is the
/// only type of this module that the compiler does not check for data races: the caller must ensure that
/// no part is written by one thread while another thread uses it.
package final class FloatBuffer: @unchecked Sendable {
  /// The first float.
  ///
  /// The pointer does not keep the buffer alive: the buffer must outlast it.
  package let base: MutableFloats
  /// The number of floats.
  package let count: Int

  /// Allocates `count` zeros.
  package convenience init(_ count: Int) {
    self.init(uninitialized: count)
    clear()
  }

  /// Allocates `count` floats whose values are undefined.
  ///
  /// Clearing the memory took 5 % of a training pass.
  package init(uninitialized count: Int) {
    self.count = count
    let size = max(count, 1) * MemoryLayout<Float>.stride
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: size, alignment: size < Self.hugePage ? 64 : Self.hugePage)
    base = memory.bindMemory(to: Float.self, capacity: max(count, 1))
    Self.preferHugePages(base, count: count)
  }

  /// Allocates a copy of `other`.
  package convenience init(copying other: FloatBuffer) {
    self.init(uninitialized: other.count)
    base.update(from: other.base, count: count)
  }

  /// The size of a large page in bytes.
  ///
  /// The processor's cache of page addresses covers much more memory with large pages than with small
  /// ones.
  package static let hugePage = 1 << 21

  /// Asks the system for large pages, with which reading is up to a fifth faster, and the first writing
  /// twice as fast.
  private static func preferHugePages(_ base: MutableFloats, count: Int) {
    #if os(Linux)
      guard count * MemoryLayout<Float>.stride >= hugePage else { return }
      let end = UInt(bitPattern: base + count)
      let first = (UInt(bitPattern: base) + UInt(hugePage) - 1) & ~UInt(hugePage - 1)
      guard first < end, let start = UnsafeMutableRawPointer(bitPattern: first) else { return }
      madvise(start, Int(end - first), MADV_HUGEPAGE)
    #endif
  }

  deinit { base.deallocate() }

  /// Sets every float to zero.
  package func clear() { base.update(repeating: 0, count: count) }
}
