internal import Foundation
public import TurnwiseCore

/// What replies of one kind have in common.
///
/// `No bin 17.` and `No bin 4.` are both `No bin #.`
///
/// Of the first line that is not empty, these become `#`: numbers, what stands in quotes, paths, words with
/// a capital letter inside a sentence, and words that the call itself named.
public enum ReplyPattern {
  /// The longest pattern, in characters.
  public static let limit = 72

  /// Finds the pattern of a reply to a call.
  ///
  /// - Parameters:
  ///   - reply: What the agent read.
  ///   - call: What it had called, if that is known.
  /// - Returns: The pattern.
  public static func of(_ reply: Text, to call: ToolCall? = nil) -> String {
    let line =
      reply.string.split(whereSeparator: \.isNewline).lazy
      .map { $0.trimmingCharacters(in: .whitespaces) }.first { !$0.isEmpty } ?? ""
    let named = call.map { Set(words(of: $0.arguments)) } ?? []
    var isStart = true
    let parts = withoutQuotes(String(line.prefix(400)))
      .split(separator: " ", omittingEmptySubsequences: true)
      .map { part -> Substring in
        defer { isStart = part.last.map { ".!?:".contains($0) } ?? false }
        return pattern(part, isStart: isStart, named: named)
      }
    // A list of things is one thing, however long it is.
    var kept: [Substring] = []
    for part in parts where !(part == "#" && kept.last == "#") { kept.append(part) }
    let text = kept.joined(separator: " ")
    return text.count > limit ? text.prefix(limit - 1) + "…" : text
  }

  private static func pattern(
    _ part: Substring, isStart: Bool, named: Set<Substring>
  ) -> Substring {
    let isEdge: (Character) -> Bool = { !$0.isLetter && !$0.isNumber && $0 != "/" && $0 != "#" }
    let head = part.prefix(while: isEdge)
    let tail = Substring(part.dropFirst(head.count).reversed().prefix(while: isEdge).reversed())
    let core = part.dropFirst(head.count).dropLast(tail.count)
    guard !core.isEmpty else { return part }
    let isName =
      core.contains { $0.isNumber || $0 == "/" } || named.contains(core)
      || (!isStart && core.first?.isUppercase == true)
      || core.dropLast().contains(".")
    // A sign belongs to its number, and the dots of ./file to its path.
    let belongs: (Character) -> Bool = core.first == "/" ? { $0 == "." } : { "+-".contains($0) }
    let kept = head.reversed().drop(while: belongs).reversed()
    return isName ? Substring(String(kept) + "#" + tail) : part
  }

  /// What stands between quotes becomes `#`, in its quotes.
  private static func withoutQuotes(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let character = rest.popFirst() {
      result.append(character)
      let isOpening = result.dropLast().last.map { !$0.isLetter && !$0.isNumber } ?? true
      guard isOpening, let close = closing[character], let end = rest.firstIndex(of: close)
      else { continue }
      result += "#\(close)"
      rest = rest[rest.index(after: end)...]
    }
    return result
  }

  private static let closing: [Character: Character] = [
    "'": "'", "\"": "\"", "`": "`", "«": "»", "“": "”", "‘": "’",
  ]

  /// The words of arguments that could be names: those that are not a single letter.
  private static func words(of arguments: JSONValue) -> [Substring] {
    switch arguments {
    case .string(let text):
      text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.filter { $0.count > 1 }
        .map { Substring($0) }
    case .array(let items): items.flatMap(words)
    case .object(let members): members.values.flatMap(words)
    default: []
    }
  }
}
