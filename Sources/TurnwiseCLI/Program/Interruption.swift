internal import Dispatch
internal import Foundation
internal import Synchronization

/// What signals do to a command: the first one lets it finish what it is at and write what was done; a
/// second one, or a command that takes too long for that, ends the process.
final class Interruption {
  /// What the handlers of all signals share.
  private final class Progress: Sendable {
    private let isStopping = Mutex(false)

    /// Whether nothing was to stop the command before.
    func begins() -> Bool {
      isStopping.withLock { isStopping in
        defer { isStopping = true }
        return !isStopping
      }
    }
  }

  /// How long a command may take to end, in seconds.
  private static let patience = 10

  private let sources: [any DispatchSourceSignal]

  /// Has signals stop a command.
  ///
  /// - Parameter stop: Asks the command to end.
  init(stop: @escaping @Sendable () -> Void) {
    // A reader of the answer that has gone away is no reason to lose a run.
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

  /// Whether `nohup` has asked that a command goes on when its terminal is closed.
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
