internal import Synchronization

/// Keeps the library of an environment, which is created when it is first needed and shared by all copies.
final class LibraryCache: Sendable {
  private let kept = Mutex<(plan: SearchLibrary.Plan, library: SearchLibrary)?>(nil)

  /// Returns the library of a plan.
  ///
  /// - Throws: A ``TaskFileError``.
  func library(_ plan: SearchLibrary.Plan) throws -> SearchLibrary {
    try kept.withLock { kept in
      if let kept, kept.plan == plan { return kept.library }
      let library = try SearchLibrary(plan)
      kept = (plan, library)
      return library
    }
  }
}
