internal import Foundation
internal import Turnwise

/// What a policy read of an episode and what it sampled, token by token, in the order of its tape.
struct PromptText {
  /// A run of tokens of one kind.
  struct Part: Encodable {
    /// The turn, from 1.
    var turn: Int
    /// The context that the tokens were read in, from 1; a new one begins where the old one was full.
    var context: Int
    /// Whether they were sampled, observed, or are marks of the format.
    var kind: TokenTape.Kind
    /// The tokens.
    var tokens: [Int32]
    /// What they stand for, with special tokens in angle brackets; without the tokenizer, the words of the
    /// record that they were made of, or that were made of them.
    var text: Text
  }

  private let episode: Episode
  private let format: (any PromptFormat)?

  /// Shows an episode; `format` is how the policy lays it out, where its checkpoint is there.
  init(_ episode: Episode, format: (any PromptFormat)?) {
    self.episode = episode
    self.format = format
  }

  /// The parts, oldest first.
  var parts: [Part] {
    episode.tape.segments.enumerated().flatMap { index, segment in
      segment.spans.map { span in
        let tokens = Array(segment.tokens[span.range])
        return Part(
          turn: span.turn + 1, context: index + 1, kind: span.kind, tokens: tokens,
          text: format.map { Self.text(of: tokens, $0) } ?? recorded(span))
      }
    }
  }

  private static func text(of tokens: [Int32], _ format: any PromptFormat) -> Text {
    var bytes: [UInt8] = []
    for token in tokens {
      if let mark = format.mark(token) {
        bytes += "<\(mark)>".utf8
      } else if 0..<Int32(format.tokenizer.vocabulary) ~= token {
        bytes += format.tokenizer.bytes(of: token)
      } else {
        bytes += "<\(token)>".utf8
      }
    }
    return Text(bytes)
  }

  /// The words of the record that a span belongs to.
  private func recorded(_ span: TokenTape.Span) -> Text {
    guard episode.turns.indices.contains(span.turn) else { return "" }
    switch span.kind {
    case .template: return ""
    case .sampled: return episode.turns[span.turn].action.text
    case .observation: return Text(news(span.turn).map(\.bytes).joined(separator: [0x0A]))
    }
  }

  /// What the agent had not read before a turn.
  private func news(_ turn: Int) -> [Text] {
    Situation(
      observation: episode.turns[turn].observation,
      turns: Array(episode.turns[..<turn].suffix(1))
    ).news.map(\.text).filter { !$0.isEmpty }
  }

  /// The parts in words.
  var lines: [String] {
    guard !episode.tape.isEmpty else { return untaped }
    var lines: [String] = []
    if format == nil {
      lines.append(
        "There is no trainer in this folder, so the words of the record are shown in place of"
          + " the tokens'; --json has the tokens.")
    }
    var (turn, context) = (0, 1)
    for part in parts {
      // Marks say nothing where they cannot be named.
      if part.text.isEmpty, part.kind == .template { continue }
      if part.turn != turn { lines += ["", "turn \(part.turn)"] }
      if part.context != context { lines.append("  a new context begins: the old one was full") }
      (turn, context) = (part.turn, part.context)
      let title =
        switch part.kind {
        case .observation: "reads"
        case .template: "mark "
        case .sampled: "says "
        }
      let words = TerminalText.escaped(part.text, keepsNewlines: true)
      let head = "  \(title)  "
      let count = part.tokens.count == 1 ? "1 token" : "\(part.tokens.count) tokens"
      for (index, line) in words.split(separator: "\n", omittingEmptySubsequences: false)
        .enumerated()
      {
        lines.append(
          (index == 0 ? head : String(repeating: " ", count: head.count)) + line
            + (index == 0 && part.kind != .template ? "   [\(count)]" : ""))
      }
    }
    return lines + [
      "", "Instructions, summaries and help of tools are not among the tokens of this policy.",
    ]
  }

  /// What a policy without tokens was given.
  private var untaped: [String] {
    var lines = [
      "This policy samples no tokens. Beside instructions and tool descriptions"
        + " (\(Program.name) list --json)",
      "it was given, before each turn:",
    ]
    for index in episode.turns.indices {
      lines += ["", "turn \(index + 1)"]
      for text in news(index) {
        for line in TerminalText.escaped(text, keepsNewlines: true)
          .split(separator: "\n", omittingEmptySubsequences: false)
        {
          lines.append("  reads  \(line)")
        }
      }
    }
    return lines
  }
}

extension Run {
  /// How the policy of the run lays out episodes: of its own checkpoint, or of the run that it names.
  ///
  /// - Throws: A ``TraceError`` if a checkpoint is there and cannot be read.
  func promptFormat() throws -> (any PromptFormat)? {
    if let models = try models() { return models.policy.format }
    guard case .string(let policy)? = record.configuration["policy"] else { return nil }
    let path = policy.hasPrefix("run:") ? String(policy.dropFirst(4)) : policy
    let other = TraceLayout(URL(filePath: path, directoryHint: .isDirectory))
    return try? Run(other).models()?.policy.format
  }
}
