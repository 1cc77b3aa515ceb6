public import TurnwiseCore

/// What a command wrote to both outputs, in one order.
///
/// The output of programs that ran one after another is in the order of time. If programs ran at the
/// same time, all that one of them wrote stays together, in the place where the program was started.
public struct Transcript: Codable, Hashable, Sendable {
  /// Bytes that were written to one output.
  public struct Piece: Codable, Hashable, Sendable {
    /// The output.
    public let stream: OutputStream
    /// The bytes.
    public internal(set) var text: Text
    /// The number of bytes of both outputs that are missing between the previous piece and this one.
    public internal(set) var omittedBytes: Int

    /// Creates a piece.
    ///
    /// - Parameters:
    ///   - stream: The output.
    ///   - text: The bytes.
    ///   - omittedBytes: The number of bytes that are missing before it.
    public init(_ stream: OutputStream, _ text: Text, omittedBytes: Int = 0) {
      (self.stream, self.text, self.omittedBytes) = (stream, text, omittedBytes)
    }
  }

  /// The pieces; neighbours belong to different outputs, or have missing bytes between them.
  public internal(set) var pieces: [Piece]

  /// Creates a transcript of pieces.
  public init(_ pieces: [Piece] = []) { self.pieces = pieces }

  /// The whole transcript; a line gives the number of missing bytes where there are any.
  public var text: Text { excerpt(limit: .max) }

  /// An excerpt of at most `limit` bytes, without the newlines at the end of the transcript.
  ///
  /// A third of the limit is for the end of the standard error, if there is any. The rest is for the
  /// beginning and the end of the transcript. No character is cut. A line gives the number of missing
  /// bytes; it does not count towards the limit. If the output changes in the middle of a line, a new
  /// line begins.
  public func excerpt(limit: Int) -> Text {
    var excerpt = TranscriptExcerpt(of: self)
    excerpt.cut(to: max(0, limit))
    return excerpt.text
  }
}
