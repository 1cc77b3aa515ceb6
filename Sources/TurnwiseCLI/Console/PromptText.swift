internal import Foundation
internal import Turnwise

/// The tokens of an episode that a policy read and sampled, in the order of its tape.
struct PromptText {
  /// A run of tokens of one kind.
  struct Part: Encodable {
    /// The turn, from 1.
    var turn: Int
    /// The number of the context, from 1; a new one begins when the previous one is full.
    var context: Int
    /// Whether they were sampled, observed or added by the prompt format.
    var kind: TokenTape.Kind
    /// The tokens.
    var tokens: [Int32]
    /// The decoded text, with special tokens in angle brackets; without the tokenizer, the corresponding text of
    /// the record.
    var text: Text
  }

  private let episode: Episode
  private let format: (any PromptFormat)?

  /// Shows an episode; `format` is the policy's prompt format, if its checkpoint is available.
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

  /// The text of the record that corresponds to a span.
  private func recorded(_ span: TokenTape.Span) -> Text {
    guard episode.turns.indices.contains(span.turn) else { return "" }
    switch span.kind {
    case .template: return ""
    case .sampled: return episode.turns[span.turn].action.text
    case .observation: return Text(news(span.turn).map(\.bytes).joined(separator: [0x0A]))
    }
  }

  /// The messages that the agent reads for the first time before a turn.
  private func news(_ turn: Int) -> [Text] {
    Situation(
      observation: episode.turns[turn].observation,
      turns: Array(episode.turns[..<turn].suffix(1))
    ).news.map(\.text).filter { !$0.isEmpty }
  }

  /// The lines to print.
  var lines: [String] {
    guard !episode.tape.isEmpty else { return untaped }
    var lines: [String] = []
    if format == nil {
      lines.append(
        "This folder has no trained policy, so the recorded text is shown instead of the decoded"
          + " tokens; --json has the tokens.")
    }
    var (turn, context) = (0, 1)
    for part in parts {
      // Marks without a name are not shown.
      if part.text.isEmpty, part.kind == .template { continue }
      if part.turn != turn { lines += ["", "turn \(part.turn)"] }
      if part.context != context {
        lines.append("  a new context begins: the previous one is full")
      }
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

  /// The lines for a policy that samples no tokens.
  private var untaped: [String] {
    var lines = [
      "This policy samples no tokens. Besides instructions and tool descriptions"
        + " (\(Program.name) list --json)",
      "it read, before each turn:",
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
  /// Returns the prompt format of the run's policy: from its own checkpoint, or from that of the run that its
  /// configuration names.
  ///
  /// - Throws: A ``TraceError`` if its own checkpoint cannot be read.
  func promptFormat() throws -> (any PromptFormat)? {
    if let models = try models() { return models.policy.format }
    guard case .string(let policy)? = record.configuration["policy"] else { return nil }
    let path = policy.hasPrefix("run:") ? String(policy.dropFirst(4)) : policy
    let other = TraceLayout(URL(filePath: path, directoryHint: .isDirectory))
    return try? Run(other).models()?.policy.format
  }
}
