public import TurnwiseCore

/// The beginning and the end of what a command wrote to one of its outputs, cut between characters.
public struct CapturedOutput: Codable, Hashable, Sendable {
  /// The first bytes.
  public let head: Text
  /// The last bytes, if there were more than ``head`` holds.
  public let tail: Text
  /// The number of bytes between head and tail that were not kept.
  public let omittedBytes: Int

  /// Creates an output.
  ///
  /// - Parameters:
  ///   - head: The first bytes.
  ///   - tail: The last bytes.
  ///   - omittedBytes: The number of bytes between the two that were not kept.
  public init(head: Text, tail: Text = "", omittedBytes: Int = 0) {
    (self.head, self.tail, self.omittedBytes) = (head, tail, omittedBytes)
  }

  /// Whether bytes are missing.
  public var isTruncated: Bool { omittedBytes > 0 }

  /// The output; if bytes are missing, a line in their place gives their number.
  public var text: Text {
    guard isTruncated else { return Text(head.bytes + tail.bytes) }
    return Text(head.bytes + Array("\n\(Self.note(omittedBytes))\n".utf8) + tail.bytes)
  }

  /// The text that replaces missing bytes.
  static func note(_ omittedBytes: Int) -> String {
    "[… \(omittedBytes) \(omittedBytes == 1 ? "byte" : "bytes") omitted …]"
  }
}
