internal import Synchronization

/// What came of immutable inputs, so that the same work is not done for each member of a group.
///
/// Two callers may do the same work at once; a full cache starts anew. Neither changes a result, as equal
/// keys have equal values.
final class ContentCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private let values = Mutex<[Key: Value]>([:])
  private let limit: Int

  /// Creates a cache of at most so many values.
  init(limit: Int) { self.limit = limit }

  /// The value of a key, made if it is not there.
  nonisolated(nonsending) func value(
    of key: Key, make: nonisolated(nonsending) () async throws -> Value
  ) async throws -> Value {
    if let value = values.withLock({ $0[key] }) { return value }
    let value = try await make()
    values.withLock { values in
      if values.count >= limit { values.removeAll() }
      values[key] = value
    }
    return value
  }
}
