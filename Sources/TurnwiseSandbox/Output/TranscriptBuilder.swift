internal import TurnwiseCore

/// Combines what was kept of both outputs to a transcript.
struct TranscriptBuilder {
  private let captured: [OutputStream: CapturedOutput]
  /// The number of bytes of each output that were added.
  private var offsets: [OutputStream: Int] = [:]
  private var omitted = 0
  private var pieces: [Transcript.Piece] = []

  init(_ output: CapturedOutput, _ errors: CapturedOutput) {
    captured = [.output: output, .error: errors]
  }

  /// Adds the next `count` bytes of an output, as far as they were kept.
  mutating func add(_ count: Int, of stream: OutputStream) {
    guard let captured = captured[stream] else { return }
    let start = offsets[stream, default: 0]
    let range = start..<start + count
    offsets[stream] = range.upperBound
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
      pieces.append(Transcript.Piece(stream, Text(bytes), omittedBytes: omitted))
      omitted = 0
    }
  }

  /// The transcript; if bytes are missing at its end, it ends with an empty piece.
  func transcript() -> Transcript {
    let rest = omitted > 0 ? [Transcript.Piece(.output, "", omittedBytes: omitted)] : []
    return Transcript(pieces + rest)
  }
}
