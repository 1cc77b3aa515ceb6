/// The name of the program that runs the command line.
///
/// A user's own program uses its own name in help, hints and errors.
enum Program {
  /// `turnwise`, unless ``CommandLineTool`` runs under another name.
  @TaskLocal static var name = standard

  /// The name of the tool that comes with the package.
  static let standard = "turnwise"

  /// Returns a command line that uses the name and environments of this program.
  ///
  /// - Parameters:
  ///   - line: A command line with the standard name, such as `turnwise check keydoor-v1`.
  ///   - environments: The environments of the program; another one in the line is replaced by the
  ///     first of them.
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
