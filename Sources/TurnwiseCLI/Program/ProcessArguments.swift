internal import Foundation

/// The arguments that the process was started with.
enum ProcessArguments {
  /// The reason why the arguments cannot be read.
  enum Problem: Error, Hashable, CustomStringConvertible {
    /// An argument is not text; its number and its printable form.
    case notText(Int, String)
    /// The system does not provide the arguments.
    case unknown

    var description: String {
      switch self {
      case .notText(let number, let text):
        "argument \(number) ('\(text)') is not UTF-8; rename the file or folder that it names"
      case .unknown: "the arguments cannot be read: /proc is not mounted"
      }
    }
  }

  /// Reads the arguments after the program's name.
  ///
  /// - Throws: A ``Problem``.
  static func read() throws(Problem) -> [String] {
    // The standard library reads /proc. If that is not mounted, the arguments are still on the
    // stack.
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

  /// Reads the stack of a new process: the number of arguments, the arguments, a null, and the
  /// environment.
  ///
  /// - Returns: `nil` if the environment was moved, or the layout is different.
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
