internal import Glibc

/// A thread of this process that runs one function and ends.
///
/// Foundation's `Thread` does not report that the system cannot start another thread, so code that waits
/// for its work would wait forever.
enum DetachedThread {
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Starts a thread.
  ///
  /// - Throws: The error number if the system cannot start one.
  static func start(_ run: @escaping @Sendable () -> Void) throws(Errno) {
    let body = Unmanaged.passRetained(Body(run))
    var thread = pthread_t()
    let error = pthread_create(
      &thread, nil,
      { body in
        guard let body else { return nil }
        Unmanaged<Body>.fromOpaque(body).takeRetainedValue().run()
        return nil
      }, body.toOpaque())
    if error != 0 {
      body.release()
      throw Errno(error)
    }
    pthread_detach(thread)
  }
}
