internal import Foundation
public import TurnwiseCore

/// The common pattern of similar replies.
///
/// `No bin 17.` and `No bin 4.` both have the pattern `No bin #.`
///
/// The pattern is the first line that is not empty, with `#` in place of numbers, quoted text, paths, words
/// with a capital letter within a sentence, and words from the call's arguments.
public enum ReplyPattern {
  /// The longest pattern, in characters.
  public static let limit = 72

  /// Returns the pattern of a reply to a call.
  ///
  /// - Parameters:
  ///   - reply: The text of the reply.
  ///   - call: The call, if it is known.
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
    // A list of any length becomes one `#`.
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

  /// Returns the text with `#` in place of quoted text; the quotes are kept.
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

  /// Returns the words of arguments that could be names: those of more than one letter.
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
