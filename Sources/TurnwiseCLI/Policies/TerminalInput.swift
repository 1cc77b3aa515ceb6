internal import Foundation
internal import Synchronization
internal import Turnwise

/// Reads lines from standard input, and stops waiting when the task is cancelled.
final class TerminalInput: Sendable {
  fileprivate struct State {
    var unread: [UInt8] = []
    var isAtEnd = false
  }

  private let state = Mutex(State())

  /// Whether there is nothing more to read.
  var isAtEnd: Bool { state.withLock { $0.isAtEnd && $0.unread.isEmpty } }

  /// Shows a prompt and waits for a line.
  ///
  /// - Returns: The line, without whitespace at its beginning and end.
  /// - Throws: A `CancellationError` at the end of the input or when the task is cancelled.
  func line(_ prompt: String, _ console: Console) async throws -> String {
    console.draw(TerminalText.escaped(prompt))
    while true {
      try Task.checkCancellation()
      if let line = try state.withLock({ try $0.takeLine() }) {
        return line.trimmingCharacters(in: .whitespacesAndNewlines)
      }
      var waited = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      guard poll(&waited, 1, 100) > 0 else {
        await Task.yield()
        continue
      }
      state.withLock { $0.readMore() }
    }
  }
}

extension TerminalInput.State {
  /// Removes and returns the first line, if it is complete.
  fileprivate mutating func takeLine() throws -> String? {
    guard let end = unread.firstIndex(of: UInt8(ascii: "\n")) else {
      guard isAtEnd else { return nil }
      guard !unread.isEmpty else { throw CancellationError() }
      defer { unread = [] }
      return String(decoding: unread, as: UTF8.self)
    }
    defer { unread.removeSubrange(...end) }
    return String(decoding: unread[..<end], as: UTF8.self)
  }

  fileprivate mutating func readMore() {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(STDIN_FILENO, &bytes, bytes.count)
    if count > 0 {
      unread += bytes.prefix(count)
    } else if count == 0 || errno != EINTR {
      isAtEnd = true
    }
  }
}
