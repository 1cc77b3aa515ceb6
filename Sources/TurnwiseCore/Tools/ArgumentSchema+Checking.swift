internal import Foundation

extension ArgumentSchema {
  /// Describes for the agent what is wrong with arguments; nil if they conform to the schema.
  func problem(in arguments: JSONValue) -> String? { problem(in: arguments, shape, []) }

  private func problem(
    in value: JSONValue, _ shape: ArgumentShape, _ path: [String]
  ) -> String? {
    switch shape {
    case .anything, .described: return nil
    case .boolean:
      if case .bool = value { return nil }
    case .integer(let minimum, let maximum):
      if let integer = Self.integer(value), Self.isOrdered(minimum, integer, maximum) { return nil }
    case .number(let precision):
      if Self.fits(value, precision) { return nil }
    case .string(let format):
      if case .string(let string) = value, Self.isOf(format, string) { return nil }
    case .text:
      if case .string = value { return nil }
      if (try? value.decode(Text.self)) != nil { return nil }
    case .choice(let values, let type):
      if values.contains(Self.plain(value)) { return nil }
      if case .string(let string) = value, case .string? = values.first {
        return Self.at(path, "Cannot initialize \(type) from invalid String value \(string)")
      }
    case .list(let item):
      guard case .array(let items) = value else { break }
      return first(items.enumerated()) { problem(in: $1, item, path + ["Index \($0)"]) }
    case .tuple(let shapes):
      guard case .array(let items) = value, items.count == shapes.count else { break }
      return first(zip(items, shapes).enumerated()) { index, pair in
        problem(in: pair.0, pair.1, path + ["Index \(index)"])
      }
    case .dictionary(let item, let keys):
      guard case .object(let members) = value else { break }
      return first(members.sorted { $0.key < $1.key }) { name, member in
        keys.problem(with: name).map { Self.at(path, $0) }
          ?? problem(in: member, item, path + [name])
      }
    case .object(let members):
      guard case .object(let given) = value else { break }
      return problem(in: given, members, path)
    case .optional(let wrapped):
      return Self.isNull(value) ? nil : problem(in: value, wrapped, path)
    case .reference(let name):
      return problem(in: value, name.isEmpty ? self.shape : definitions[name] ?? .anything, path)
    }
    return Self.at(path, "expected \(shape.words), found \(Self.words(value))")
  }

  private func problem(
    in given: [String: JSONValue], _ members: ArgumentShape.Members, _ path: [String]
  ) -> String? {
    var problems: [String] = []
    var known = 0
    for name in members.order {
      let isRequired = members.required.contains(name)
      guard let value = given[name] else {
        if isRequired, problems.isEmpty { problems.append("'\(name)' is missing") }
        continue
      }
      known += 1
      // For an optional member, null means that it was left out.
      if !isRequired, Self.isNull(value) { continue }
      if problems.isEmpty, let shape = members.properties[name],
        let problem = problem(in: value, shape, path + [name])
      {
        return problem
      }
    }
    if known < given.count {
      let odd = given.keys.filter { members.properties[$0] == nil }.sorted()
      let names = odd.prefix(5).map { "'\($0.prefix(40))'" }.joined(separator: ", ")
      let what = path.isEmpty ? "argument" : "member"
      problems.append(
        "there is no \(what) \(names)"
          + (members.order.isEmpty
            ? "; it takes none" : "; known: \(members.order.joined(separator: ", "))"))
    }
    return problems.isEmpty ? nil : Self.at(path, problems.joined(separator: "; "))
  }

  private func first<S: Sequence>(_ items: S, _ problem: (S.Element) -> String?) -> String? {
    for item in items { if let problem = problem(item) { return problem } }
    return nil
  }

  private static func at(_ path: [String], _ words: String) -> String {
    path.isEmpty ? words : "'\(path.joined(separator: "."))': \(words)"
  }

  // MARK: - Values

  /// The value with numbers in their canonical case, so that equal numbers compare equal.
  private static func plain(_ value: JSONValue) -> JSONValue {
    if case .number(let number) = value, number.isFinite { return JSONValue(finite: number) }
    return value
  }

  private static func integer(_ value: JSONValue) -> JSONValue? {
    switch plain(value) {
    case .integer, .unsigned: plain(value)
    default: nil
    }
  }

  private static func isOrdered(
    _ minimum: JSONValue?, _ value: JSONValue, _ maximum: JSONValue?
  ) -> Bool {
    func isAtMost(_ left: JSONValue?, _ right: JSONValue?) -> Bool {
      switch (left, right) {
      case (.integer(let left), .integer(let right)): left <= right
      case (.unsigned(let left), .unsigned(let right)): left <= right
      // `unsigned` holds only values beyond the range of `integer`.
      case (.unsigned, .integer): false
      default: true
      }
    }
    return isAtMost(minimum, value) && isAtMost(value, maximum)
  }

  private static func fits(_ value: JSONValue, _ precision: ArgumentShape.Precision) -> Bool {
    let number: Double
    switch value {
    case .integer(let integer): number = Double(integer)
    case .unsigned(let integer): number = Double(integer)
    case .number(let double): number = double
    default: return false
    }
    switch precision {
    case .half: return number.magnitude <= 65504
    case .single: return Float(number).isFinite
    case .double: return number.isFinite
    case .decimal: return (try? value.decode(Decimal.self)) != nil
    }
  }

  private static func isOf(_ format: ArgumentShape.Format?, _ string: String) -> Bool {
    switch format {
    case nil: true
    case .uuid: UUID(uuidString: string) != nil
    case .uri: URL(string: string)?.scheme != nil
    case .dateTime: Date(argument: string) != nil
    case .base64: Data(base64Encoded: string) != nil
    }
  }

  /// Whether the value is null in JSON, which also has null for numbers that are not finite.
  private static func isNull(_ value: JSONValue) -> Bool {
    if case .number(let number) = value { return !number.isFinite }
    return value == .null
  }

  private static func words(_ value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .unsigned(let value): "\(value)"
    case .number(let value): value.isFinite ? "\(value)" : "null"
    case .string: "a string"
    case .array(let items): items.count == 1 ? "a list of 1 item" : "a list of \(items.count) items"
    case .object: "an object"
    }
  }
}

extension ArgumentShape {
  /// Describes for the agent what is expected.
  fileprivate var words: String {
    switch self {
    case .anything, .described, .reference, .optional: "another value"
    case .boolean: "true or false"
    case .integer(let minimum?, let maximum?):
      "a whole number from \(minimum.digits) to \(maximum.digits)"
    case .integer(let minimum?, nil): "a whole number of at least \(minimum.digits)"
    case .integer: "a whole number"
    case .number: "a number"
    case .string(nil), .text: "a string"
    case .string(.uuid?): "a UUID"
    case .string(.uri?): "a URL with its scheme, such as https://example.org"
    case .string(.dateTime?): "a date and time such as 2026-01-31T12:00:00Z"
    case .string(.base64?): "base64"
    case .choice(let values, _): "one of \(values.map(\.digits).joined(separator: ", "))"
    case .list: "a list"
    case .tuple(let items): items.count == 1 ? "a list of 1 item" : "a list of \(items.count) items"
    case .dictionary, .object: "an object"
    }
  }
}

extension ArgumentShape.Keys {
  /// Describes for the agent what is wrong with a key; nil if it is allowed.
  fileprivate func problem(with name: String) -> String? {
    switch self {
    case .any: nil
    case .integers:
      Int(name).map(String.init) == name
        ? nil : "the key '\(name.prefix(40))' is not a whole number"
    case .names(let names):
      names.contains(name)
        ? nil
        : "the key '\(name.prefix(40))' is not one of \(names.joined(separator: ", "))"
    }
  }
}

extension JSONValue {
  /// A number, or a string without quotes.
  fileprivate var digits: String {
    switch self {
    case .integer(let value): "\(value)"
    case .unsigned(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): value
    default: "\(self)"
    }
  }
}
