/// The values that an ``Option`` may have.
///
/// A custom domain needs two members:
///
///     enum Temperature: OptionDomain {
///       static let requirement = "a number from 0.01 to 100"
///       static func allows(_ value: Double) -> Bool { (0.01...100).contains(value) }
///     }
public protocol OptionDomain {
  /// The type of the option.
  associatedtype Value: Codable & Hashable & Sendable

  /// What a value must be, as messages write it after "must be" or "expected": `a number from 0 to 1`.
  static var requirement: String { get }

  /// Whether the option may have the value.
  static func allows(_ value: Value) -> Bool
}

extension OptionDomain where Value == Self {
  /// True, because the type itself is the domain.
  public static func allows(_ value: Self) -> Bool { true }
}

extension Bool: OptionDomain {
  /// Both values are allowed.
  public static var requirement: String { "true or false" }
}

extension String: OptionDomain {
  /// Every string is allowed.
  public static var requirement: String { "text" }
}

extension Int: OptionDomain {
  /// Every whole number is allowed.
  public static var requirement: String { "a whole number" }
}

extension Double: OptionDomain {
  /// Every finite number is allowed.
  public static var requirement: String { "a finite number" }
  /// Whether the number is finite.
  public static func allows(_ value: Double) -> Bool { value.isFinite }
}

/// Numbers from 0 to 1, such as discounts and probabilities.
public enum UnitInterval: OptionDomain {
  /// The bounds.
  public static let requirement = "a number from 0 to 1"
  /// Whether the number lies between 0 and 1, inclusive.
  public static func allows(_ value: Double) -> Bool { (0...1).contains(value) }
}

/// Finite numbers of at least 0, such as weights.
public enum NonNegative: OptionDomain {
  /// The bound.
  public static let requirement = "a number of at least 0"
  /// Whether the number is finite and at least 0.
  public static func allows(_ value: Double) -> Bool { value >= 0 && value.isFinite }
}

/// Finite numbers above 0, such as temperatures.
public enum Positive: OptionDomain {
  /// The bound.
  public static let requirement = "a number above 0"
  /// Whether the number is finite and above 0.
  public static func allows(_ value: Double) -> Bool { value > 0 && value.isFinite }
}

/// Whole numbers from `least` to `most`, inclusive.
public enum Integers<let least: Int, let most: Int>: OptionDomain {
  /// The bounds.
  public static var requirement: String { "a whole number from \(least) to \(most)" }
  /// Whether the number lies within the bounds.
  public static func allows(_ value: Int) -> Bool { (least...most).contains(value) }
}

/// Whole numbers of at least `least`.
public enum AtLeast<let least: Int>: OptionDomain {
  /// The bound.
  public static var requirement: String { "a whole number of at least \(least)" }
  /// Whether the number is at least the bound.
  public static func allows(_ value: Int) -> Bool { value >= least }
}
