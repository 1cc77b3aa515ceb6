internal import Dispatch
internal import Foundation
internal import Synchronization

/// The handling of signals: the first one lets a command finish its current step and write its
/// results; a second one, or a command that takes too long for that, ends the process.
final class Interruption {
  /// The state that the handlers of all signals share.
  private final class Progress: Sendable {
    private let isStopping = Mutex(false)

    /// Returns whether this is the first request to stop the command.
    func begins() -> Bool {
      isStopping.withLock { isStopping in
        defer { isStopping = true }
        return !isStopping
      }
    }
  }

  /// The number of seconds that a command may take to end.
  private static let patience = 10

  private let sources: [any DispatchSourceSignal]

  /// Lets signals stop a command.
  ///
  /// - Parameter stop: Tells the command to end.
  init(stop: @escaping @Sendable () -> Void) {
    // A run must not end because the reader of its answer has gone away.
    signal(SIGPIPE, SIG_IGN)
    let progress = Progress()
    sources = [SIGINT, SIGTERM, SIGHUP].filter { !Self.isIgnored($0) }.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        guard progress.begins() else { _exit(ExitStatus.interrupted.rawValue) }
        Self.endLater()
        stop()
      }
      source.resume()
      return source
    }
  }

  /// Returns whether `nohup` lets the command continue after its terminal is closed.
  private static func isIgnored(_ number: Int32) -> Bool {
    guard number == SIGHUP else { return false }
    var action = sigaction()
    sigaction(number, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  private static func endLater() {
    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(patience)) {
      let text = "ended after \(patience) seconds; what was written until then can be read\n"
      _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
      _exit(ExitStatus.interrupted.rawValue)
    }
  }
}
