internal import Foundation
internal import Synchronization
internal import Turnwise
internal import TurnwiseTrace

/// The output of a command: answers go to standard output, everything else to standard error.
///
/// All printed lines are escaped here, because names of tasks, files and tools are untrusted. Only ``draw(_:)``
/// may move the cursor.
package final class Console: Sendable {
  /// The stream that a text is written to.
  package enum Stream: Sendable { case answer, note }

  /// Whether progress may be animated: standard error is a capable terminal and not a CI log.
  let isAnimated: Bool
  /// The width of the terminal, at most 100; without a terminal, wide enough for any table.
  let width: Int
  /// The width at which help pages are wrapped: that of the terminal; unlimited without one.
  let helpWidth: Int
  private let write: @Sendable (String, Stream) -> Int32
  /// The `errno` of the first part of the answer that could not be written; 0 if there is none.
  private let lost = Mutex<Int32>(0)

  /// Sends everything that is printed to `sink`, without animation; help pages are wrapped at `helpWidth`.
  package init(
    width: Int = 80, helpWidth: Int = .max, sink: @escaping @Sendable (String, Stream) -> Void
  ) {
    (isAnimated, self.width, self.helpWidth) = (false, width, helpWidth)
    write = {
      sink($0, $1)
      return 0
    }
  }

  /// Prints to the streams of the process.
  init() {
    let environment = ProcessInfo.processInfo.environment
    isAnimated =
      isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb"
      && (environment["CI"] ?? "").isEmpty
    var size = winsize()
    let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    width = isKnown ? min(100, Int(size.ws_col)) : 160
    helpWidth = isKnown ? Int(size.ws_col) : .max
    let lock = Mutex(())
    write = { text, stream in
      lock.withLock { _ in
        Self.write(text, to: stream == .answer ? STDOUT_FILENO : STDERR_FILENO)
      }
    }
  }

  /// The reason why the answer could not be written; nil if it could.
  ///
  /// A closed pipe does not count, because a reader such as `head` has read what it wanted.
  var loss: String? {
    let number = lost.withLock(\.self)
    return number == 0 || number == EPIPE ? nil : SystemReason.words(number)
  }

  private func print(_ text: String) {
    let failure = write(text, .answer)
    guard failure != 0 else { return }
    lost.withLock { if $0 == 0 { $0 = failure } }
  }

  /// Prints a part of the answer.
  func answer(_ text: String) { print(Self.lines(text)) }

  /// Prints the answer as one JSON object.
  ///
  /// - Throws: An `EncodingError`.
  func answer(json value: some Encodable) throws {
    let text = String(decoding: try JSON.encode(value, pretty: true), as: UTF8.self)
    // JSON does not escape C1 and bidirectional controls, which a terminal would interpret, nor the separators
    // of lines and paragraphs, at which many programs split lines.
    print(
      text.unicodeScalars.reduce(into: "") { result, scalar in
        switch scalar.properties.generalCategory {
        case .control where scalar != "\n", .format, .lineSeparator, .paragraphSeparator:
          for unit in String(scalar).utf16 {
            let digits = String(unit, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
          }
        default: result.unicodeScalars.append(scalar)
        }
      } + "\n")
  }

  /// Prints progress, notes and warnings.
  func note(_ text: String) { _ = write(Self.lines(text), .note) }

  private static func lines(_ text: String) -> String {
    TerminalText.escaped(text, keepsNewlines: true) + "\n"
  }

  /// Prints a warning.
  func warn(_ text: String) { note("warning: " + text) }

  /// Writes to standard error without escaping and without a line end.
  func draw(_ text: String) { _ = write(text, .note) }

  /// Writes a text; returns the `errno` if that fails, otherwise 0.
  private static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        // Another process has made the terminal non-blocking.
        var waited = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&waited, 1, -1)
        continue
      }
      guard count > 0 else { return count < 0 ? errno : ENOSPC }
      bytes = bytes.dropFirst(count)
    }
    return 0
  }
}

/// The exit status of the process.
enum ExitStatus: Int32, Sendable {
  /// The command succeeded.
  case success = 0
  /// The command ran, but its answer is negative.
  case negative = 1
  /// Wrong usage.
  case usage = 2
  /// Invalid input data.
  case data = 3
  /// A system error: file not found, no permission, no sandbox.
  case system = 4
  /// Stopped by a signal: Ctrl-C, SIGTERM, SIGHUP.
  case interrupted = 130
}
