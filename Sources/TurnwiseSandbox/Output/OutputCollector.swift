internal import TurnwiseCore

/// Collects the beginning and the end of an output as it arrives, in bounded memory.
struct OutputCollector {
  /// The first bytes: a few more than the head may have, to see where the character at the cut ends.
  private var head: [UInt8] = []
  private var tail: [UInt8] = []
  private var total = 0
  private let headLimit: Int
  private let tailLimit: Int

  /// The number of bytes on each side of a cut that show whether it divides a character.
  private static let margin = 3

  init(_ limits: Sandbox.Limits) {
    (headLimit, tailLimit) = (limits.outputHeadBytes, limits.outputTailBytes)
  }

  /// Adds the next bytes.
  mutating func append(_ bytes: ArraySlice<UInt8>) {
    total += bytes.count
    let first = bytes.prefix(headLimit + Self.margin - head.count)
    head += first
    tail += bytes.dropFirst(first.count)
    // Trimmed only at twice the size, so that on average each byte is moved once.
    if tail.count > 2 * tailLimit + 4096 { trim() }
  }

  private mutating func trim() {
    tail.removeFirst(max(0, tail.count - tailLimit - Self.margin))
  }

  /// Adds what another collector has kept of the next bytes.
  mutating func append(_ parts: Parts) {
    append(parts.first)
    if parts.missing > 0 {
      // Bytes that the other collector lacks were beyond its head, so they are beyond this one's
      // head too, and the bytes after them fill the tail.
      total += parts.missing
      tail = []
    }
    append(parts.last)
  }

  /// What is kept of some bytes: the first ones, and the last ones.
  struct Parts {
    let first: ArraySlice<UInt8>
    /// The number of bytes between the two.
    let missing: Int
    let last: ArraySlice<UInt8>
  }

  /// What is kept of the bytes in `range`.
  func parts(of range: Range<Int>) -> Parts {
    let first = head[range.clamped(to: 0..<head.count)]
    let start = total - tail.count
    let kept = range.clamped(to: start..<total)
    let last = tail[kept.lowerBound - start..<kept.upperBound - start]
    return Parts(first: first, missing: range.count - first.count - last.count, last: last)
  }

  /// The collected output, cut between characters.
  var captured: CapturedOutput {
    let first = head.prefix(total)
    if total <= headLimit { return CapturedOutput(head: Text(first)) }
    if total <= headLimit + tailLimit {
      let all = head + tail
      let cut = Text.boundary(atOrBefore: headLimit, in: all)
      return CapturedOutput(head: Text(all[..<cut]), tail: Text(all[cut...]))
    }
    let end = Text.boundary(atOrBefore: headLimit, in: head)
    // The bytes before the tail may be the last ones of the head.
    let rest = (tail.count >= tailLimit + Self.margin ? [] : head.suffix(Self.margin)) + tail
    let start = Text.boundary(atOrAfter: rest.count - tailLimit, in: rest)
    let last = rest[start...]
    return CapturedOutput(
      head: Text(head[..<end]), tail: Text(last), omittedBytes: total - end - last.count)
  }
}
