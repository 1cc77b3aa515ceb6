/// What the program is called that a command line was typed for.
///
/// A user's own binary calls itself by its own name in help, hints and errors.
enum Program {
  /// `turnwise`, unless ``CommandLineTool`` runs under another name.
  @TaskLocal static var name = standard

  /// The name of the tool that comes with the package.
  static let standard = "turnwise"

  /// A command line that is written down with the standard name, in the words of this program.
  ///
  /// - Parameters:
  ///   - line: Such as `turnwise check keydoor-v1`.
  ///   - environments: Those that the program has; another one in the line becomes the first of them.
  /// - Returns: The line.
  static func line(_ line: String, environments: [String]) -> String {
    let words = line.split(separator: " ", omittingEmptySubsequences: false).enumerated().map {
      index, word -> String in
      if index == 0, word == standard { return name }
      let isEnvironment = index == 2 && word.wholeMatch(of: /[a-z]+-v[0-9]+/) != nil
      guard isEnvironment, !environments.contains(String(word)) else { return String(word) }
      return environments.first ?? String(word)
    }
    return words.joined(separator: " ")
  }
}
