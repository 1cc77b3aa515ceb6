internal import Foundation
internal import Synchronization
internal import Turnwise
internal import TurnwiseTrace

/// The two streams of a command: answers go to standard output, all else to standard error.
///
/// Whatever is said in lines is escaped here: names of tasks, files and tools come from others. Only
/// what is drawn moves the cursor.
package final class Console: Sendable {
  /// Where a text goes.
  package enum Stream: Sendable { case answer, note }

  /// Whether standard error may be animated: it is a terminal that can, and no CI log.
  let isAnimated: Bool
  /// The width of the terminal, at most 100; where there is none, wide enough for any table.
  let width: Int
  /// Where help pages are broken: at the width of the terminal, and nowhere where there is none.
  let helpWidth: Int
  private let write: @Sendable (String, Stream) -> Int32
  /// Why a part of the answer could not be written, as the system numbers it; 0 if all was.
  private let lost = Mutex<Int32>(0)

  /// Hands everything that is printed to `sink`, as plain columns; help pages are broken where a width
  /// for them is given.
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

  /// Why the answer could not be written, if it could not.
  ///
  /// A reader that has gone away, such as `head`, has what it wanted.
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
    // JSON lets C1 and bidirectional controls through as they are, and a terminal would obey them; the
    // separators of lines and paragraphs end lines for many readers of lines.
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

  func warn(_ text: String) { note("warning: " + text) }

  /// Writes to standard error without a line end.
  func draw(_ text: String) { _ = write(text, .note) }

  /// Writes a text, and returns why that failed; 0 if it did not.
  private static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        // Another process of the terminal has made it non-blocking.
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

/// The status that a process ends with.
enum ExitStatus: Int32, Sendable {
  /// Done.
  case success = 0
  /// Ran, but the answer is no.
  case negative = 1
  /// Wrong usage.
  case usage = 2
  /// Bad input data.
  case data = 3
  /// The system refused: not found, permission, no sandbox.
  case system = 4
  /// Stopped by a signal: Ctrl-C, SIGTERM, SIGHUP.
  case interrupted = 130
}
