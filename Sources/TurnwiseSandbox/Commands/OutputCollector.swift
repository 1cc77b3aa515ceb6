internal import TurnwiseCore

/// Collects an output as it comes, in bounded memory.
struct OutputCollector {
  /// More than the head may have, so that the end of the character at the cut is known.
  private var head: [UInt8] = []
  private var tail: [UInt8] = []
  private var total = 0
  private let headLimit: Int
  private let tailLimit: Int

  /// The bytes on each side of a cut that tell whether a character is cut.
  private static let margin = 3

  init(_ limits: Sandbox.Limits) {
    (headLimit, tailLimit) = (limits.outputHeadBytes, limits.outputTailBytes)
  }

  /// Takes the next bytes.
  mutating func take(_ bytes: ArraySlice<UInt8>) {
    total += bytes.count
    let first = bytes.prefix(headLimit + Self.margin - head.count)
    head += first
    tail += bytes.dropFirst(first.count)
    // Trimmed at twice the size, so that each byte is moved once on average.
    if tail.count > 2 * tailLimit + 4096 { trim() }
  }

  private mutating func trim() {
    tail.removeFirst(max(0, tail.count - tailLimit - Self.margin))
  }

  /// Takes what another collector has of the next bytes, whose middle may be missing.
  mutating func take(_ parts: Parts) {
    take(parts.first)
    if parts.missing > 0 {
      // What is missing was beyond the head of the other one, and so is beyond ours, and what comes
      // next fills the tail.
      total += parts.missing
      tail = []
    }
    take(parts.last)
  }

  /// What is kept of some bytes.
  struct Parts {
    let first: ArraySlice<UInt8>
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

  /// What was collected, cut where no character is cut.
  var captured: CapturedOutput {
    let first = head.prefix(total)
    if total <= headLimit { return CapturedOutput(head: Text(first)) }
    if total <= headLimit + tailLimit {
      let all = head + tail
      let cut = Text.boundary(atOrBefore: headLimit, in: all)
      return CapturedOutput(head: Text(all[..<cut]), tail: Text(all[cut...]))
    }
    let end = Text.boundary(atOrBefore: headLimit, in: head)
    // What is before the tail may be the end of the head.
    let rest = (tail.count >= tailLimit + Self.margin ? [] : head.suffix(Self.margin)) + tail
    let start = Text.boundary(atOrAfter: rest.count - tailLimit, in: rest)
    let last = rest[start...]
    return CapturedOutput(
      head: Text(head[..<end]), tail: Text(last), omittedBytes: total - end - last.count)
  }
}
