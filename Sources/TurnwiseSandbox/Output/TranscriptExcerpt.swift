internal import TurnwiseCore

/// The bytes of a transcript, and which of them are shown.
struct TranscriptExcerpt {
  private var bytes: [UInt8] = []
  private var isError: [Bool] = []
  private var isShown: [Bool] = []
  /// The number of bytes that the transcript itself lacks, by the index before which they are missing.
  private var gaps: [Int: Int] = [:]

  init(of transcript: Transcript) {
    for piece in transcript.pieces {
      if piece.omittedBytes > 0 {
        gaps[bytes.count, default: 0] += piece.omittedBytes
      } else if let last = bytes.last, last != UInt8(ascii: "\n"), !piece.text.isEmpty {
        append([UInt8(ascii: "\n")], of: piece.stream)
      }
      append(piece.text.bytes, of: piece.stream)
    }
    while bytes.last == UInt8(ascii: "\n"), gaps[bytes.count] == nil {
      bytes.removeLast()
      isError.removeLast()
    }
    isShown = Array(repeating: true, count: bytes.count)
  }

  private mutating func append(_ more: [UInt8], of stream: OutputStream) {
    bytes += more
    isError += repeatElement(stream == .error, count: more.count)
  }

  /// Shows at most `limit` bytes; see ``Transcript/excerpt(limit:)``.
  mutating func cut(to limit: Int) {
    guard bytes.count > limit else { return }
    isShown = Array(repeating: false, count: bytes.count)
    var left = limit
    var errors = isError.indices.filter { isError[$0] }
    while let last = errors.last, bytes[last] == UInt8(ascii: "\n") { errors.removeLast() }
    left -= show(errors.reversed(), max(min(1, limit), limit / 3))
    left -= show(bytes.indices.reversed(), left / 2)
    _ = show(bytes.indices, left)
    hidePartialCharacters()
  }

  /// Shows up to `count` more of the bytes that are not shown yet.
  ///
  /// - Returns: The number of bytes.
  private mutating func show(_ indices: some Sequence<Int>, _ count: Int) -> Int {
    var shown = 0
    for index in indices where shown < count && !isShown[index] {
      isShown[index] = true
      shown += 1
    }
    return shown
  }

  /// Hides the bytes of characters that are shown only in part.
  private mutating func hidePartialCharacters() {
    var start = 0
    while start < bytes.count {
      let end = Text.boundary(atOrAfter: start + 1, in: bytes)
      let character = start..<max(end, start + 1)
      if !character.allSatisfy({ isShown[$0] }) {
        for index in character { isShown[index] = false }
      }
      start = character.upperBound
    }
  }

  /// The bytes that are shown, with notes in place of those that are not.
  var text: Text {
    var (shown, missing) = ([UInt8](), 0)
    for index in 0...bytes.count {
      missing += gaps[index, default: 0]
      guard index < bytes.count, isShown[index] else {
        if index < bytes.count { missing += 1 }
        continue
      }
      if missing > 0 {
        Self.appendNote(missing, to: &shown)
        shown.append(UInt8(ascii: "\n"))
        missing = 0
      }
      shown.append(bytes[index])
    }
    if missing > 0 { Self.appendNote(missing, to: &shown) }
    return Text(shown)
  }

  private static func appendNote(_ missing: Int, to shown: inout [UInt8]) {
    if let last = shown.last, last != UInt8(ascii: "\n") { shown.append(UInt8(ascii: "\n")) }
    shown += CapturedOutput.note(missing).utf8
  }
}
