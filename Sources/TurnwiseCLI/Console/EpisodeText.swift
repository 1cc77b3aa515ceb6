internal import Foundation
internal import Turnwise

/// An episode as text: the observation, action and replies of each turn, its reward, and its credit by
/// every estimator.
struct EpisodeText {
  private let record: EpisodeRecord
  private let number: Int
  private let width: Int

  init(_ record: EpisodeRecord, number: Int, width: Int) {
    self.record = record
    self.number = number
    self.width = width
  }

  private var names: [String] { (record.credit ?? [:]).keys.sorted() }

  /// The lines to print.
  var lines: [String] {
    let episode = record.episode
    var lines = [
      "episode \(number)  \(TerminalText.escaped(episode.name))  \(TerminalText.escaped(episode.family))"
        + (record.update.map { "  update \($0)" } ?? "")
        + "  reward \(Self.signed(episode.totalReward))"
    ]
    var shown: Text?
    for (index, turn) in episode.turns.enumerated() {
      lines.append("")
      lines.append("turn \(index + 1)" + figures(turn, index))
      if turn.observation.text != shown, !turn.observation.text.isEmpty {
        lines += block("sees", turn.observation.text)
      }
      shown = turn.observation.text
      lines += block("does", turn.action.text.isEmpty ? "(nothing)" : turn.action.text)
      for reply in turn.replies { lines += block(reply.isRefusal ? "told" : "gets", reply.text) }
    }
    lines.append("")
    lines.append(ending)
    if !names.isEmpty || record.truth != nil { lines += ["", creditTable] }
    return lines
  }

  private func figures(_ turn: Turn, _ index: Int) -> String {
    var text = turn.reward.map { "  reward \(Self.signed($0))" } ?? ""
    if let truth = record.truth?[index] {
      text += "  truth \(Self.signed(truth.advantage)) ± \(String(format: "%.2f", truth.margin))"
    }
    for name in names {
      text += "  \(TerminalText.escaped(name)) \(Self.signed(credit(name, index)))"
    }
    return text
  }

  /// The credit of a turn; nil if it is not finite.
  private func credit(_ name: String, _ turn: Int) -> Double? {
    (record.credit?[name]?.turns[turn].value).flatMap { $0.isFinite ? $0 : nil }
  }

  private var ending: String {
    let episode = record.episode
    let judged = episode.judgement.map { judgement in
      let success = judgement.success.map { $0 ? "success" : "no success" } ?? "not judged"
      return "  \(success), reward \(Self.signed(judgement.reward))"
        + (judgement.gold.map { "  gold \(TerminalText.escaped($0.compact))" } ?? "")
    }
    let kind =
      switch episode.ending {
      case .terminated: "ended"
      case .truncated(let reason): "truncated (\(reason.rawValue))"
      case .failed(let failure): "failed: \(TerminalText.escaped(failure.description))"
      }
    return kind + (judged ?? "")
  }

  /// A table of the credit, with the truth if it is known.
  private var creditTable: String {
    let truth = record.truth ?? []
    let columns: [TextTable.Column] =
      truth.isEmpty ? [] : [.number("truth", decimals: 3), .number("±", decimals: 3)]
    var table = TextTable(
      [.number("#", decimals: 0), .number("reward")] + columns
        + names.map { .number($0, decimals: 3) }
        + [.text("action")])
    let rewards = record.episode.rewards
    for (index, turn) in record.episode.turns.enumerated() {
      table.append(
        [.integer(index + 1), .number(rewards[index])]
          + (truth.isEmpty
            ? [] : [.number(truth[index]?.advantage), .number(truth[index]?.margin)])
          + names.map { .number(credit($0, index)) }
          + [.text(turn.action.text.string)])
    }
    return table.rendered(width: width)
  }

  private func block(_ title: String, _ text: Text) -> [String] {
    let escaped = TerminalText.escaped(text, keepsNewlines: true)
    let lines = escaped.split(separator: "\n", omittingEmptySubsequences: false)
    let body = lines.last == "" && lines.count > 1 ? lines.dropLast() : lines
    return body.enumerated().map { index, line in
      let head = index == 0 ? title : String(repeating: " ", count: title.count)
      return "  \(head)  \(line)"
    }
  }

  private static func signed(_ number: Double?) -> String {
    guard let number, number.isFinite else { return "-" }
    return String(format: "%+.2f", number)
  }
}
