internal import Foundation
internal import Synchronization
internal import Turnwise

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
  private let write: @Sendable (String, Stream) -> Void

  /// Hands everything that is printed to `sink`, as plain columns; help pages are broken where a width
  /// for them is given.
  package init(
    width: Int = 80, helpWidth: Int = .max, sink: @escaping @Sendable (String, Stream) -> Void
  ) {
    (isAnimated, self.width, self.helpWidth, write) = (false, width, helpWidth, sink)
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

  /// Prints a part of the answer.
  func answer(_ text: String) { write(Self.lines(text), .answer) }

  /// Prints the answer as one JSON object.
  ///
  /// - Throws: An `EncodingError`.
  func answer(json value: some Encodable) throws {
    let text = String(decoding: try JSON.encode(value, pretty: true), as: UTF8.self)
    // JSON lets C1 and bidirectional controls through as they are, and a terminal would obey them.
    write(
      text.unicodeScalars.reduce(into: "") { result, scalar in
        switch scalar.properties.generalCategory {
        case .control where scalar != "\n", .format:
          for unit in String(scalar).utf16 {
            let digits = String(unit, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
          }
        default: result.unicodeScalars.append(scalar)
        }
      } + "\n", .answer)
  }

  /// Prints progress, notes and warnings.
  func note(_ text: String) { write(Self.lines(text), .note) }

  private static func lines(_ text: String) -> String {
    TerminalText.escaped(text, keepsNewlines: true) + "\n"
  }

  func warn(_ text: String) { note("warning: " + text) }

  /// Writes to standard error without a line end.
  func draw(_ text: String) { write(text, .note) }

  private static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
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
  /// Stopped by Ctrl-C.
  case interrupted = 130
}
