public import TurnwiseCore

/// How often the demonstrating expert follows its habit: a share that is given, or one that a
/// ``HabitPilot`` chooses.
public enum HabitChoice: Hashable, Sendable {
  /// A pilot of expert episodes chooses.
  case auto
  /// The probability of the habit at each turn that has one.
  case share(Double)

  /// The share, if one is given.
  public var share: Double? { if case .share(let share) = self { share } else { nil } }
}

extension HabitChoice: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// Creates a given share.
  public init(floatLiteral value: Double) { self = .share(value) }
  /// Creates a given share.
  public init(integerLiteral value: Int) { self = .share(Double(value)) }
}

extension HabitChoice: OptionDomain {
  /// The word for ``auto``.
  private static let word = "auto"

  /// The word, and the bounds of a share.
  public static let requirement = "\(word) or a number from 0 to 1"
  /// Whether a given share lies between 0 and 1.
  public static func allows(_ value: HabitChoice) -> Bool { UnitInterval.allows(value.share ?? 0) }
}

extension HabitChoice: Codable {

  /// Reads a number, also one that is spelled as text, or `auto`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let share = try? container.decode(Double.self) {
      self = .share(share)
      return
    }
    let text = try container.decode(String.self)
    if text == Self.word {
      self = .auto
    } else if let share = Double(text) {
      self = .share(share)
    } else {
      throw UnknownWord.error(text, expected: Self.requirement, at: decoder.codingPath)
    }
  }

  /// Writes the number, or `auto`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .auto: try container.encode(Self.word)
    case .share(let share): try container.encode(share)
    }
  }
}
