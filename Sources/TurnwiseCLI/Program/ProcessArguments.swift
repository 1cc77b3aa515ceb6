internal import Foundation

/// The words that the process was started with.
enum ProcessArguments {
  /// Why the words cannot be had.
  enum Problem: Error, Hashable, CustomStringConvertible {
    /// A word is not text; its number, and how it looks.
    case notText(Int, String)
    /// The system does not say.
    case unknown

    var description: String {
      switch self {
      case .notText(let number, let text):
        "argument \(number) ('\(text)') is not UTF-8; rename the file or folder that it names"
      case .unknown: "the arguments cannot be read: /proc is not mounted"
      }
    }
  }

  /// The words after the program's name.
  ///
  /// - Throws: A ``Problem``.
  static func read() throws(Problem) -> [String] {
    // The language asks /proc; where that is not mounted, the words are still where the kernel put them.
    let raw =
      CommandLine.argc > 0
      ? (0..<Int(CommandLine.argc)).compactMap { CommandLine.unsafeArgv[$0] } : onStack()
    guard let raw, !raw.isEmpty else { throw .unknown }
    var words: [String] = []
    for (index, pointer) in raw.enumerated().dropFirst() {
      guard let word = String(validatingCString: pointer) else {
        throw .notText(index, String(cString: pointer))
      }
      words.append(word)
    }
    return words
  }

  /// The words as a new process finds them: their number, the words, a null, then the environment.
  ///
  /// - Returns: `nil` where the environment was moved, or things are otherwise.
  private static func onStack() -> [UnsafeMutablePointer<CChar>]? {
    let most = 1 << 20
    var place = UnsafeMutableRawPointer(environ).assumingMemoryBound(to: UInt.self) - 1
    guard place.pointee == 0 else { return nil }
    var found: [UnsafeMutablePointer<CChar>] = []
    while found.count < most {
      place -= 1
      if place.pointee == UInt(found.count) { return found.reversed() }
      guard let word = UnsafeMutablePointer<CChar>(bitPattern: place.pointee) else { return nil }
      found.append(word)
    }
    return nil
  }
}
