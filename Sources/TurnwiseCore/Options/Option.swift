/// An option of a type: its name, default, range, help and coding key in one declaration.
///
///     struct Recent: CreditEstimator {
///       @Option<UnitInterval>("Weight of each earlier turn.") var decay = 0.9
///       @Option<Integers<1, 100>>("How many turns are credited.") var last = 3
///       @Option("Whether to divide by the standard deviation.") var std = false
///     }
///
/// The domain in angle brackets says which values are allowed. It can be left out where a type allows all
/// of its values, as `Bool`, `String` and every ``WordChoice`` do.
///
/// A type with options gets its `Codable` conformance from the compiler. Decoding a value outside the
/// domain throws; assigning one in Swift is a mistake in the program and ends it. ``Parameters`` sets
/// options by name, ``OptionDescription`` lists them.
@propertyWrapper
public struct Option<Domain: OptionDomain>: Sendable {
  /// The value.
  public var wrappedValue: Domain.Value {
    didSet { requireAllowedValue() }
  }
  /// What the option does, in one line.
  ///
  /// An option that was decoded has no help: ask the default value of its type.
  public let help: String?

  /// Where the option is declared.
  private let file: StaticString
  private let line: UInt

  /// Declares an option.
  ///
  /// - Parameters:
  ///   - wrappedValue: The default.
  ///   - help: What the option does, in one line.
  ///   - file: The file that is named if the program sets a value outside the domain.
  ///   - line: The line that is named.
  public init(
    wrappedValue: Domain.Value, _ help: String, file: StaticString = #fileID, line: UInt = #line
  ) {
    (self.wrappedValue, self.help, self.file, self.line) = (wrappedValue, help, file, line)
    requireAllowedValue()
  }

  /// Declares an option of a type that allows all of its values.
  ///
  /// - Parameters:
  ///   - wrappedValue: The default.
  ///   - help: What the option does, in one line.
  ///   - file: The file that is named in error messages.
  ///   - line: The line that is named.
  public init(
    wrappedValue: Domain, _ help: String, file: StaticString = #fileID, line: UInt = #line
  ) where Domain.Value == Domain {
    (self.wrappedValue, self.help, self.file, self.line) = (wrappedValue, help, file, line)
    requireAllowedValue()
  }

  private func requireAllowedValue() {
    require(
      Domain.allows(wrappedValue),
      "This option must be \(Domain.requirement), but is \(wrappedValue).", file: file, line: line)
  }
}

extension Option: Hashable {
  /// Whether two options have the same value.
  public static func == (left: Self, right: Self) -> Bool {
    left.wrappedValue == right.wrappedValue
  }

  /// Hashes the value.
  public func hash(into hasher: inout Hasher) { hasher.combine(wrappedValue) }
}

extension Option: Codable {
  /// Reads a value.
  ///
  /// - Throws: A `DecodingError` if the value has another type or is not allowed.
  public init(from decoder: any Decoder) throws {
    wrappedValue = try decoder.singleValueContainer().decode(Domain.Value.self)
    (help, file, line) = (nil, #fileID, #line)
    guard Domain.allows(wrappedValue) else {
      throw UnknownWord.error(
        "\(wrappedValue)", expected: Domain.requirement, at: decoder.codingPath)
    }
  }

  /// Writes the value alone.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(wrappedValue)
  }
}
