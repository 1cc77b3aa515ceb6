/// Why a text cannot be run as a command; the description is written for the agent.
public enum CommandError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The text contains a NUL byte, which bash would silently drop.
  case containsNUL
  /// The text is longer than a command may be.
  case tooLong(bytes: Int, limit: Int)

  /// The reason in a sentence.
  public var description: String {
    switch self {
    case .containsNUL: "The command contains a NUL byte."
    case .tooLong(let bytes, let limit):
      "The command has \(bytes) bytes; at most \(limit) are possible."
    }
  }
}
