/// What an ``Option`` is called and does, for help pages and lists.
public struct OptionDescription: Codable, Hashable, Sendable {
  /// The names that lead to the option: those of the properties that hold its groups, and its own.
  public var path: [String]
  /// What the option does, in one line.
  public var help: String
  /// What a value must be, such as `a number from 0 to 1`.
  public var requirement: String
  /// The value where none is given.
  public var defaultValue: JSONValue
  /// The title of the ``OptionGroup`` that the option belongs to, if any.
  public var group: String?
  /// The name as a flag of the command line, such as `critic-epochs`.
  public var flag: String

  /// The name of the property, such as `epochs`.
  public var name: String { path.last ?? "" }
  /// The name that ``Parameters`` knows the option by, such as `critic.epochs`.
  public var key: String { path.joined(separator: ".") }

  /// Lists the options of a value.
  ///
  /// - Parameter value: The default value of a type: it has the help of its options.
  /// - Returns: The options in the order of their declaration, those of its groups included.
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

/// Options that belong together and are a part of others, such as those of a loss.
public protocol OptionGroup {
  /// What the group is called in help pages.
  static var title: String { get }
  /// The word that the flags of its options begin with, such as `critic` for `--critic-epochs`; empty if the
  /// names of the options say enough.
  static var flagPrefix: String { get }
}

extension OptionGroup {
  /// Empty.
  public static var flagPrefix: String { "" }
}

/// The names and groups that lead to an option.
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
