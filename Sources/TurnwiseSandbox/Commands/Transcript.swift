public import TurnwiseCore

/// One of the two outputs of a command.
public enum OutputStream: String, Codable, Hashable, Sendable, CaseIterable {
  /// The standard output.
  case output
  /// The standard error.
  case error
}

/// What a command wrote to both outputs, each piece where it arose.
///
/// Programs that ran one after another stand in that order. Of programs that ran at once, each one's
/// writes stay together, in the place where the program was started.
public struct Transcript: Codable, Hashable, Sendable {
  /// Bytes that were written to one output.
  public struct Piece: Codable, Hashable, Sendable {
    /// The output.
    public let stream: OutputStream
    /// The bytes.
    public internal(set) var text: Text
    /// The bytes of both outputs that were written before this piece, after the one before it, and
    /// were not kept.
    public internal(set) var omittedBytes: Int

    /// Creates a piece.
    public init(_ stream: OutputStream, _ text: Text, omittedBytes: Int = 0) {
      (self.stream, self.text, self.omittedBytes) = (stream, text, omittedBytes)
    }
  }

  /// The pieces; neighbours are of different outputs, or have missing bytes between them.
  public internal(set) var pieces: [Piece]

  /// Creates a transcript.
  public init(_ pieces: [Piece] = []) { self.pieces = pieces }

  /// All of it, with a line for the bytes that are missing.
  public var text: Text { excerpt(limit: .max) }

  /// As much as `limit` bytes hold, without the newlines at its end.
  ///
  /// A third of the room is for the end of the standard error, where there is any; the rest is for the
  /// beginning and the end of everything. No character is cut. A line says how many bytes are missing,
  /// and is not counted. Where the outputs change in the middle of a line, a new line begins.
  public func excerpt(limit: Int) -> Text {
    var excerpt = Excerpt(of: self)
    excerpt.cut(to: max(0, limit))
    return excerpt.text
  }
}

/// The bytes of a transcript, and which of them are shown.
private struct Excerpt {
  private var bytes: [UInt8] = []
  private var isError: [Bool] = []
  private var isShown: [Bool] = []
  /// The bytes that are missing before a place.
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

  mutating func cut(to limit: Int) {
    guard bytes.count > limit else { return }
    isShown = Array(repeating: false, count: bytes.count)
    var left = limit
    var errors = isError.indices.filter { isError[$0] }
    while let last = errors.last, bytes[last] == UInt8(ascii: "\n") { errors.removeLast() }
    left -= show(errors.reversed(), max(min(1, limit), limit / 3))
    left -= show(bytes.indices.reversed(), left / 2)
    _ = show(bytes.indices, left)
    dropCutCharacters()
  }

  /// Shows some more bytes.
  private mutating func show(_ places: some Sequence<Int>, _ count: Int) -> Int {
    var shown = 0
    for place in places where shown < count && !isShown[place] {
      isShown[place] = true
      shown += 1
    }
    return shown
  }

  /// Hides the parts of characters that are shown in part.
  private mutating func dropCutCharacters() {
    var place = 0
    while place < bytes.count {
      let end = Text.boundary(atOrAfter: place + 1, in: bytes)
      let whole = place..<max(end, place + 1)
      if !whole.allSatisfy({ isShown[$0] }) { for place in whole { isShown[place] = false } }
      place = whole.upperBound
    }
  }

  var text: Text {
    var (shown, missing) = ([UInt8](), 0)
    for place in 0...bytes.count {
      missing += gaps[place, default: 0]
      guard place < bytes.count, isShown[place] else {
        if place < bytes.count { missing += 1 }
        continue
      }
      if missing > 0 {
        Self.note(missing, in: &shown)
        shown.append(UInt8(ascii: "\n"))
        missing = 0
      }
      shown.append(bytes[place])
    }
    if missing > 0 { Self.note(missing, in: &shown) }
    return Text(shown)
  }

  private static func note(_ missing: Int, in shown: inout [UInt8]) {
    if let last = shown.last, last != UInt8(ascii: "\n") { shown.append(UInt8(ascii: "\n")) }
    shown += CapturedOutput.note(missing).utf8
  }
}

extension Transcript {
  /// Puts a transcript together from what was kept of both outputs.
  struct Builder {
    private let captured: [OutputStream: CapturedOutput]
    private var places: [OutputStream: Int] = [:]
    private var omitted = 0
    private var pieces: [Piece] = []

    init(_ output: CapturedOutput, _ errors: CapturedOutput) {
      captured = [.output: output, .error: errors]
    }

    /// Adds the next bytes of an output.
    mutating func add(_ count: Int, of stream: OutputStream) {
      guard let captured = captured[stream] else { return }
      let start = places[stream, default: 0]
      let range = start..<start + count
      places[stream] = range.upperBound
      let head = range.clamped(to: 0..<captured.head.bytes.count)
      append(captured.head.bytes[head], stream)
      let offset = captured.head.bytes.count + captured.omittedBytes
      let tail = range.clamped(to: offset..<offset + captured.tail.bytes.count)
      omitted += count - head.count - tail.count
      append(captured.tail.bytes[tail.lowerBound - offset..<tail.upperBound - offset], stream)
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>, _ stream: OutputStream) {
      if bytes.isEmpty { return }
      if omitted == 0, let last = pieces.indices.last, pieces[last].stream == stream {
        pieces[last].text.bytes += bytes
      } else {
        pieces.append(Piece(stream, Text(bytes), omittedBytes: omitted))
        omitted = 0
      }
    }

    /// The transcript; bytes that are missing at the end, where nothing follows, are an empty piece.
    func finished() -> Transcript {
      let rest = omitted > 0 ? [Piece(.output, "", omittedBytes: omitted)] : []
      return Transcript(pieces + rest)
    }
  }
}
