internal import Synchronization

/// The memory use of one running command, to be compared with that of all others of this process.
///
/// If the machine runs short of memory, only the largest command is stopped, and its memory is free
/// again before the next is considered.
final class MemoryUsage: Sendable {
  private static let all = Mutex<[ObjectIdentifier: Int]>([:])
  private let isRecorded = Atomic<Bool>(false)

  deinit {
    guard isRecorded.load(ordering: .relaxed) else { return }
    let key = ObjectIdentifier(self)
    Self.all.withLock { $0[key] = nil }
  }

  /// Records the current use in bytes.
  func record(_ bytes: Int) {
    isRecorded.store(true, ordering: .relaxed)
    Self.all.withLock { $0[ObjectIdentifier(self)] = bytes }
  }

  /// Whether no other command uses more.
  var isLargest: Bool {
    Self.all.withLock { all in
      let own = all[ObjectIdentifier(self)] ?? 0
      return all.values.allSatisfy { $0 <= own }
    }
  }
}
