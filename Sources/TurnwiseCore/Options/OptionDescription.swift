/// What an ``Option`` is called and does, for help pages and lists.
public struct OptionDescription: Codable, Hashable, Sendable {
  /// The name of the property, such as `learningRate`.
  public var name: String
  /// What the option does, in one line.
  public var help: String
  /// What a value must be, such as `a number from 0 to 1`.
  public var requirement: String
  /// The value where none is given.
  public var defaultValue: JSONValue
  /// The title of the ``OptionGroup`` that the option belongs to, if any.
  public var group: String?

  /// The name as a flag of the command line: `learning-rate`.
  public var flag: String {
    name.reduce(into: "") { flag, letter in
      flag += letter.isUppercase ? "-" + letter.lowercased() : String(letter)
    }
  }

  /// Lists the options of a value.
  ///
  /// - Parameter value: The default value of a type: it has the help of its options.
  /// - Returns: The options in the order of their declaration, those of its groups included.
  /// - Throws: An `EncodingError` if a default cannot be written as JSON.
  public static func all(of value: Any) throws -> [OptionDescription] {
    try all(of: value, group: (value as? any OptionGroup).map { type(of: $0).title })
  }

  private static func all(of value: Any, group: String?) throws -> [OptionDescription] {
    // The compiler stores the wrapper of `gamma` as `_gamma`.
    try Mirror(reflecting: value).children.flatMap { label, child -> [OptionDescription] in
      if let option = child as? any DescribedOption {
        return [try option.description(name: String((label ?? "").dropFirst()), group: group)]
      }
      return child is any OptionGroup ? try all(of: child) : []
    }
  }
}

/// Options that belong together and are a part of others, such as those of an optimiser.
public protocol OptionGroup {
  /// What the group is called in help pages.
  static var title: String { get }
}

/// An option of any domain.
private protocol DescribedOption {
  func description(name: String, group: String?) throws -> OptionDescription
}

extension Option: DescribedOption {
  fileprivate func description(name: String, group: String?) throws -> OptionDescription {
    OptionDescription(
      name: name, help: help ?? "", requirement: Domain.requirement,
      defaultValue: try JSONValue(encoding: wrappedValue), group: group)
  }
}
