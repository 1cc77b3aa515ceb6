/// An option of a type: its name, default, range, help and coding key in one declaration.
///
///     struct Recent: CreditEstimator {
///       @Option<UnitInterval>("Weight of each earlier turn.") var decay = 0.9
///       @Option<Integers<1, 100>>("How many turns are credited.") var last = 3
///       @Option("Whether to divide by the standard deviation.") var std = false
///     }
///
/// The domain in angle brackets defines which values are allowed. It is left out for types that allow all
/// of their values: `Bool`, `String` and every ``WordChoice``.
///
/// The compiler synthesizes the `Codable` conformance of a type with options. Decoding a value outside the
/// domain throws an error; assigning one in Swift is a programming error and ends the process.
/// ``Parameters`` sets options by name, ``OptionDescription`` lists them.
@propertyWrapper
public struct Option<Domain: OptionDomain>: Sendable {
  /// The value.
  public var wrappedValue: Domain.Value {
    didSet { requireAllowedValue() }
  }
  /// What the option does, in one line.
  ///
  /// A decoded option has no help; read it from the default value of the option's type.
  public let help: String?

  /// The place of the declaration.
  private let file: StaticString
  private let line: UInt

  /// Declares an option.
  ///
  /// - Parameters:
  ///   - wrappedValue: The default.
  ///   - help: What the option does, in one line.
  ///   - file: The file to name in the message if the program sets a value outside the domain.
  ///   - line: The line to name.
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
  ///   - file: The file to name in the message if the program sets a value outside the domain.
  ///   - line: The line to name.
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
  /// Decodes a value.
  ///
  /// - Throws: A `DecodingError` if the value has another type or is not allowed.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    (help, file, line) = (nil, #fileID, #line)
    let value = try? container.decode(Domain.Value.self)
    guard let value, Domain.allows(value) else {
      let text = (try? container.decode(JSONValue.self)).map(\.compact) ?? ""
      throw UnknownWord.error(text, expected: Domain.requirement, at: decoder.codingPath)
    }
    wrappedValue = value
  }

  /// Encodes the value, without the help.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(wrappedValue)
  }
}
