internal import Turnwise

/// The names of a new package, its types and its environment, all made from one name.
struct PackageNames: Sendable {
  /// The package, its folder and its program: `log-detective`.
  let package: String
  /// The environment's type and module: `LogDetective`.
  let type: String
  /// The environment's id: `log-detective-v1`.
  var environment: String { package + "-v1" }

  /// Names of modules, types and keywords, which the compiler would confuse with the new ones.
  private static let reserved: Set<String> = [
    "turnwise", "swift", "foundation", "testing", "dispatch", "package", "environment", "session",
    "policy", "tool", "toolbox", "episode", "action", "observation", "shell", "search", "repair",
    "class", "struct", "enum", "protocol", "extension", "import", "self", "type", "any", "some",
    "test", "main", "sandbox", "workspace", "text", "turn", "split", "failure", "judgement",
    "read", "open", "bash", "submit", "run", "message", "option", "situation", "decision",
    "scenario",
    "state", "replay", "randomness", "string", "int", "double", "bool", "set", "array",
    "dictionary",
    "optional", "result", "error", "task", "data", "url", "date", "process",
  ]

  /// Makes the names from words that are separated by hyphens, underscores or capitals.
  ///
  /// - Throws: A ``UsageError``.
  init(_ text: String) throws {
    var words: [String] = []
    for (index, letter) in text.enumerated() {
      if letter == "-" || letter == "_" {
        words.append("")
      } else if letter.isUppercase || index == 0 {
        words.append(letter.lowercased())
      } else {
        words[words.count - 1].append(letter)
      }
    }
    words.removeAll(where: \.isEmpty)
    let letters = words.joined()
    guard let first = letters.first, first.isLetter,
      letters.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }), letters.count <= 40
    else {
      throw UsageError.badOperand(
        text, expected: "a name of letters and digits, such as lockbox or log-detective")
    }
    guard !Self.reserved.contains(letters), !letters.hasPrefix("turnwise") else {
      throw UsageError.badOperand(text, expected: "another name, because this one is reserved")
    }
    package = words.joined(separator: "-")
    type = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }
}
