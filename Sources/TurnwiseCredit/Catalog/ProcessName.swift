/// The name of a process reward with the estimator that consumes it: `process=SHAPER+ESTIMATOR`.
public struct ProcessName: Hashable, Sendable {
  /// The word that such names begin with; alone it means the default shaper and estimator.
  public static let short = "process"

  private static let prefix = short + "="
  private static let defaults = ProcessName(
    shaper: PotentialShaping.id, consumer: TurnReturnToGo.id)

  /// The shaper with its options.
  public var shaper: String
  /// The estimator with its options.
  public var consumer: String

  /// Combines two names.
  public init(shaper: String, consumer: String) {
    self.shaper = shaper
    self.consumer = consumer
  }

  /// Reads a name; returns `nil` if it does not name a process reward.
  public init?(_ text: String) {
    guard text != Self.short else {
      self = Self.defaults
      return
    }
    guard text.hasPrefix(Self.prefix) else { return nil }
    let rest = text.dropFirst(Self.prefix.count)
    // Only a plus before a letter separates the two: 1e+5 is a number.
    let plus = rest.indices.first { index in
      rest[index] == "+" && (rest[rest.index(after: index)...].first?.isLetter ?? true)
    }
    shaper = String(rest[..<(plus ?? rest.endIndex)])
    consumer = plus.map { String(rest[rest.index(after: $0)...]) } ?? Self.defaults.consumer
  }

  /// The name as it is typed: `process` for the defaults.
  public var spelling: String {
    self == Self.defaults ? Self.short : "\(Self.prefix)\(shaper)+\(consumer)"
  }

  /// Splits a list of names at its commas, except for those between options.
  ///
  /// A piece continues the options of the piece before it if its first `=` comes before any `:`.
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
      // After a name without options a comma takes the place of the colon.
      let isFirst = !(names[last].split(separator: "+").last ?? "").contains(":")
      names[last] += (isFirst ? ":" : ",") + piece
    }
    return names
  }
}
