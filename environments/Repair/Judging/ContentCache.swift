internal import Synchronization

/// Results for immutable inputs, so that the same work is not done for each member of a group.
///
/// Two callers may do the same work at the same time, and a full cache is emptied. Neither changes a result,
/// because equal keys have equal values.
final class ContentCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private let values = Mutex<[Key: Value]>([:])
  private let limit: Int

  /// Creates a cache of at most `limit` values.
  init(limit: Int) { self.limit = limit }

  /// Returns the value of a key, which is created if it is missing.
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
