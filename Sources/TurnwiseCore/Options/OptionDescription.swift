/// The name, help and default of an ``Option``, for help pages and lists.
public struct OptionDescription: Codable, Hashable, Sendable {
  /// The path of property names to the option: those of its groups, outermost first, and its own.
  public var path: [String]
  /// What the option does, in one line.
  public var help: String
  /// What a value must be, such as `a number from 0 to 1`.
  public var requirement: String
  /// The default value.
  public var defaultValue: JSONValue
  /// The title of the ``OptionGroup`` that the option belongs to, if any.
  public var group: String?
  /// The name as a flag of the command line, such as `critic-epochs`.
  public var flag: String

  /// The name of the property, such as `epochs`.
  public var name: String { path.last ?? "" }
  /// The name by which ``Parameters`` sets the option, such as `critic.epochs`.
  public var key: String { path.joined(separator: ".") }

  /// Lists the options of a value.
  ///
  /// - Parameter value: The default value of a type, whose options have their help.
  /// - Returns: The options in the order of their declaration, including those of its groups.
  /// - Throws: An `EncodingError` if a default cannot be written as JSON.
  public static func all(of value: Any) throws -> [OptionDescription] {
    try all(of: value, OptionPlace())
  }

  private static func all(of value: Any, _ place: OptionPlace) throws -> [OptionDescription] {
    let place = place.inside(value)
    // The compiler stores the wrapper of `gamma` as `_gamma`.
    return try Mirror(reflecting: value).children.flatMap { label, child -> [OptionDescription] in
      let label = label ?? ""
      if let option = child as? any DescribedOption {
        return [try option.description(place.below(String(label.dropFirst())))]
      }
      return child is any OptionGroup ? try all(of: child, place.below(label)) : []
    }
  }
}

/// Options that belong together and are nested in other options, such as those of a loss.
public protocol OptionGroup {
  /// The title of the group in help pages.
  static var title: String { get }
  /// The first word of the flags of its options, such as `critic` for `--critic-epochs`; empty if the flags are
  /// the names of the options.
  static var flagPrefix: String { get }
}

extension OptionGroup {
  /// No first word.
  public static var flagPrefix: String { "" }
}

/// The place of an option: its path, group and prefix.
private struct OptionPlace {
  var path: [String] = []
  var group: String?
  var prefix = ""

  func inside(_ value: Any) -> OptionPlace {
    guard let group = (value as? any OptionGroup).map({ type(of: $0) }) else { return self }
    var place = self
    place.group = group.title
    place.prefix += group.flagPrefix.isEmpty ? "" : group.flagPrefix + "-"
    return place
  }

  func below(_ name: String) -> OptionPlace {
    var place = self
    place.path.append(name)
    return place
  }

  /// `learningRate` becomes `learning-rate`.
  var flag: String {
    (path.last ?? "").reduce(into: prefix) { flag, letter in
      flag += letter.isUppercase ? "-" + letter.lowercased() : String(letter)
    }
  }
}

/// An option of any domain.
private protocol DescribedOption {
  func description(_ place: OptionPlace) throws -> OptionDescription
}

extension Option: DescribedOption {
  fileprivate func description(_ place: OptionPlace) throws -> OptionDescription {
    OptionDescription(
      path: place.path, help: help ?? "", requirement: Domain.requirement,
      defaultValue: try JSONValue(encoding: wrappedValue), group: place.group, flag: place.flag)
  }
}
