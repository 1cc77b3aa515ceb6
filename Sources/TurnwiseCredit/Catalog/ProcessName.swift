/// The name of a process reward with what consumes it: `process=SHAPER+ESTIMATOR`.
public struct ProcessName: Hashable, Sendable {
  /// The word that such names begin with, and the short name of both defaults.
  public static let alone = "process"

  private static let prefix = alone + "="
  private static let defaults = ProcessName(shaper: "potential", consumer: "turn")

  /// The shaper with its options.
  public var shaper: String
  /// The estimator with its options.
  public var consumer: String

  /// Combines two names.
  public init(shaper: String, consumer: String) {
    self.shaper = shaper
    self.consumer = consumer
  }

  /// Reads a name; returns `nil` if it names no process reward.
  public init?(_ text: String) {
    guard text != Self.alone else {
      self = Self.defaults
      return
    }
    guard text.hasPrefix(Self.prefix) else { return nil }
    let rest = text.dropFirst(Self.prefix.count)
    // A plus before a letter: 1e+5 is a number.
    let plus = rest.indices.first { index in
      rest[index] == "+" && (rest[rest.index(after: index)...].first?.isLetter ?? true)
    }
    shaper = String(rest[..<(plus ?? rest.endIndex)])
    consumer = plus.map { String(rest[rest.index(after: $0)...]) } ?? Self.defaults.consumer
  }

  /// The name as it is typed, short if it can be.
  public var spelling: String {
    self == Self.defaults ? Self.alone : "\(Self.prefix)\(shaper)+\(consumer)"
  }

  /// Cuts a list at the commas that are not between options.
  ///
  /// A piece goes on with the options of the one before it if its first `=` comes before any `:`.
  package static func split(_ list: String) throws -> [String] {
    var names: [String] = []
    for piece in list.split(separator: ",", omittingEmptySubsequences: false) {
      let sign = piece.first { $0 == "=" || $0 == ":" }
      guard sign == "=", !piece.hasPrefix(prefix) else {
        names.append(String(piece))
        continue
      }
      guard let last = names.indices.last else {
        throw EstimatorNameError.malformed(String(piece))
      }
      // Behind a name without options the first one is set off by a comma only.
      let isFirst = !(names[last].split(separator: "+").last ?? "").contains(":")
      names[last] += (isFirst ? ":" : ",") + piece
    }
    return names
  }
}
