/// The tokens of an episode as a policy read and sampled them.
///
/// A tape is a list of append-only segments. When a template or a full context would change earlier
/// tokens, a new segment starts. Sampled tokens are stored with their log-probabilities; no function
/// converts text back into sampled tokens, because tokenization does not round-trip.
public struct TokenTape: Codable, Hashable, Sendable {
  /// Where the tokens of a span come from.
  public enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
    /// The policy sampled them.
    case sampled
    /// They encode observations and replies of the environment.
    case observation
    /// The prompt format added them, such as the token that asks for an action.
    case template
  }

  /// A run of tokens of one kind.
  public struct Span: Codable, Hashable, Sendable {
    /// Where the tokens come from.
    public var kind: Kind
    /// The turn that the tokens belong to, from 0.
    public var turn: Int
    /// The index of the first token in its segment.
    public var start: Int
    /// The index after the last token in its segment.
    public var end: Int
    /// The natural logarithms of the probabilities of sampled tokens under the behaviour policy.
    public var logProbabilities: [Float]?

    /// The indices of the tokens in their segment.
    public var range: Range<Int> { start..<end }
  }

  /// The tokens of one context.
  public struct Segment: Codable, Hashable, Sendable {
    /// The tokens.
    public fileprivate(set) var tokens: [Int32] = []
    /// The spans, which cover all tokens without gaps.
    public fileprivate(set) var spans: [Span] = []
  }

  /// The place of a span on the tape.
  public struct Reference: Codable, Hashable, Sendable {
    /// The index of the segment.
    public var segment: Int
    /// The index of the span in the segment.
    public var span: Int

    /// Creates a reference to a span.
    public init(segment: Int, span: Int) {
      self.segment = segment
      self.span = span
    }
  }

  /// The segments, oldest first.
  public private(set) var segments: [Segment] = []

  /// Creates an empty tape.
  public init() {}

  /// Whether the tape has no segments.
  public var isEmpty: Bool { segments.isEmpty }

  /// The tokens of the newest segment: the context for the next token.
  public var context: [Int32] { segments.last?.tokens ?? [] }

  /// Starts a new segment.
  public mutating func startSegment() { segments.append(Segment()) }

  /// Appends tokens that were not sampled.
  public mutating func append(_ tokens: [Int32], as kind: Kind, turn: Int) {
    require(kind != .sampled, "Sampled tokens come with log-probabilities.")
    extend(tokens, kind: kind, turn: turn, logProbabilities: nil)
  }

  /// Appends sampled tokens with their log-probabilities.
  ///
  /// - Returns: The span that holds them, for ``Turn/span``.
  public mutating func appendSampled(
    _ tokens: [Int32], logProbabilities: [Float], turn: Int
  ) -> Reference {
    require(
      tokens.count == logProbabilities.count, "Each sampled token has one log-probability.")
    extend(tokens, kind: .sampled, turn: turn, logProbabilities: logProbabilities)
    let segment = segments.count - 1
    return Reference(segment: segment, span: segments[segment].spans.count - 1)
  }

  private mutating func extend(
    _ tokens: [Int32], kind: Kind, turn: Int, logProbabilities: [Float]?
  ) {
    if segments.isEmpty { startSegment() }
    let last = segments.count - 1
    let start = segments[last].tokens.count
    segments[last].tokens += tokens
    segments[last].spans.append(
      Span(
        kind: kind, turn: turn, start: start, end: start + tokens.count,
        logProbabilities: logProbabilities))
  }

  /// The span of a reference; nil if the tape does not have it.
  public subscript(reference: Reference) -> Span? {
    guard segments.indices.contains(reference.segment),
      segments[reference.segment].spans.indices.contains(reference.span)
    else { return nil }
    return segments[reference.segment].spans[reference.span]
  }

  /// The number of sampled tokens.
  public var sampledCount: Int {
    segments.reduce(0) { total, segment in
      segment.spans.reduce(total) { $1.kind == .sampled ? $0 + $1.range.count : $0 }
    }
  }
}

extension TokenTape {
  /// Returns the tape as it was at the beginning of a turn.
  public func prefix(beforeTurn turn: Int) -> TokenTape {
    var prefix = TokenTape()
    for segment in segments {
      let spans = Array(segment.spans.prefix { $0.turn < turn })
      if spans.isEmpty, !segment.spans.isEmpty { break }
      prefix.segments.append(
        Segment(tokens: Array(segment.tokens.prefix(spans.last?.end ?? 0)), spans: spans))
    }
    return prefix
  }

  /// Returns the first tokens of a sampled span.
  ///
  /// - Returns: The tokens; `nil` if the tape has no such span or it has fewer tokens.
  public func beginning(of reference: Reference, count: Int) -> ActionPrefix? {
    guard let span = self[reference], let logProbabilities = span.logProbabilities,
      0...span.range.count ~= count
    else { return nil }
    return ActionPrefix(
      tokens: Array(segments[reference.segment].tokens[span.range].prefix(count)),
      logProbabilities: Array(logProbabilities.prefix(count)))
  }
}

/// The part of its parent's action that a fork keeps.
public enum ActionBeginning: Hashable, Sendable {
  /// The first sampled tokens; without any, the action is decided anew.
  case tokens(ActionPrefix)
  /// The whole action of a policy that samples no tokens.
  case action(Action)
}

/// The first sampled tokens of an action.
///
/// A fork that keeps them starts within a turn of its parent:
/// `session.forked("a", beginning: .tokens(prefix))`.
public struct ActionPrefix: Codable, Hashable, Sendable {
  /// The tokens.
  public let tokens: [Int32]
  /// The log-probability of each token under the policy that sampled it.
  public let logProbabilities: [Float]

  /// Wraps tokens with their log-probabilities.
  public init(tokens: [Int32], logProbabilities: [Float]) {
    require(
      tokens.count == logProbabilities.count, "Each sampled token has one log-probability.")
    (self.tokens, self.logProbabilities) = (tokens, logProbabilities)
  }

  /// Whether there are no tokens.
  public var isEmpty: Bool { tokens.isEmpty }

  /// Whether a span of a tape begins with these tokens and log-probabilities.
  func begins(_ span: TokenTape.Reference, of tape: TokenTape) -> Bool {
    tape.beginning(of: span, count: tokens.count) == self
  }
}

extension TokenTape {
  /// Decodes a tape and checks that its spans cover its tokens.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    segments = try container.decode([Segment].self)
    for (index, segment) in segments.enumerated() {
      if let problem = segment.problem {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "segment \(index) of the tape \(problem)")
      }
    }
  }

  /// Encodes the list of segments.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(segments)
  }
}

extension TokenTape.Segment {
  /// What is wrong with the spans; nil if they are valid.
  fileprivate var problem: String? {
    var position = 0
    for span in spans {
      guard span.start == position, span.end >= span.start, span.end <= tokens.count else {
        return "has a span \(span.start)..<\(span.end) where one from \(position) was expected"
      }
      let count = span.logProbabilities?.count
      if span.kind == .sampled, count != span.range.count {
        return "has \(span.range.count) sampled tokens but \(count ?? 0) log-probabilities"
      }
      if span.kind != .sampled, count != nil {
        return "has log-probabilities of tokens that were not sampled"
      }
      position = span.end
    }
    return position == tokens.count
      ? nil : "has \(tokens.count - position) tokens outside all spans"
  }
}
