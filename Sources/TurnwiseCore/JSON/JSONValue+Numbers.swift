extension JSONValue {
  /// The path of a number that is not finite; nil if all are finite.
  var pathOfInfinity: [String]? {
    switch self {
    case .number(let number): return number.isFinite ? nil : []
    case .array(let items):
      for (index, item) in items.enumerated() {
        if let path = item.pathOfInfinity { return ["\(index)"] + path }
      }
    case .object(let members):
      for (name, member) in members.sorted(by: { $0.key < $1.key }) {
        if let path = member.pathOfInfinity { return [name] + path }
      }
    default: break
    }
    return nil
  }

  /// The value that results from writing and reading it as JSON: `null` for numbers that are not finite,
  /// integers for whole numbers.
  var asRead: JSONValue {
    switch self {
    case .number: (try? JSONValue(from: JSONValueDecoder(self, .init()))) ?? .null
    case .array(let items): .array(items.map(\.asRead))
    case .object(let members): .object(members.mapValues(\.asRead))
    default: self
    }
  }

  /// Wraps a finite number as reading its JSON would: as an integer if it is whole.
  init(finite number: Double) {
    if number == 0, number.sign == .minus {
      self = .number(number)
    } else if let integer = Int(exactly: number) {
      self = .integer(integer)
    } else if let integer = UInt64(exactly: number) {
      self = .unsigned(integer)
    } else {
      self = .number(number)
    }
  }
}
