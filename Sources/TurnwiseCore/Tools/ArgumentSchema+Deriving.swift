extension ArgumentSchema {
  /// The error of a type from which no schema can be derived: why, and what to do about it.
  struct Underivable: Error, CustomStringConvertible {
    var description: String
  }

  /// Derives the schema of a tool's arguments from their type.
  ///
  /// A decoder without data (``SchemaProbe``) decodes the type and records what it asks for. Types of the
  /// standard library and of Foundation provide their shapes themselves (``ShapedArgument``).
  ///
  /// - Throws: An ``Underivable``, so that the schema shown to the agent is never incomplete.
  static func deriving<T: Decodable>(
    _ type: T.Type, help: [String: String]
  ) throws(Underivable) -> ArgumentSchema {
    let deriver = ShapeDeriver(root: type)
    var shape = deriver.derive(type).shape
    if let problem = deriver.problem { throw Underivable(description: problem) }
    switch shape {
    case .object, .dictionary: break
    case .anything: shape = .dictionary(.anything, keys: .any)
    case .described(let schema) where schema["type"] == "object": break
    default:
      throw Underivable(
        description: "\(type) is not decoded from an object with a name for each argument:"
          + " make it a structure")
    }
    let schema = ArgumentSchema(shape, definitions: deriver.definitions, help: help)
    var names: [String] = []
    if case .object(let properties)? = schema.json["properties"] {
      names = properties.keys.sorted()
    }
    let unknown = help.keys.filter { !names.contains($0) }.sorted()
    guard unknown.isEmpty else {
      throw Underivable(
        description: "\(type) has no arguments \(unknown) for the help texts; it has \(names)")
    }
    return schema
  }
}

/// Derives the shapes of types.
final class ShapeDeriver {
  /// The shapes of recursive types, by name.
  private(set) var definitions: [String: ArgumentShape] = [:]
  /// The first problem.
  private(set) var problem: String?
  private let root: ObjectIdentifier
  /// The types that are being derived, outermost first.
  private var pending: [ObjectIdentifier] = []
  /// The names of recursive types.
  private var recursive: [ObjectIdentifier: String] = [:]

  /// How deeply types may be nested; generic types could be nested without end.
  private static let depthLimit = 64

  init(root: any Decodable.Type) { self.root = ObjectIdentifier(root) }

  /// Records a problem; only the first one is kept.
  func note(_ problem: String) {
    if self.problem == nil { self.problem = problem }
  }

  /// Returns the shape of a type, and a value of it if one can be created.
  func derive<T: Decodable>(_ type: T.Type) -> (shape: ArgumentShape, sample: T?) {
    if let described = type as? any SchemaDescribed.Type {
      return describe(type, described.schema)
    }
    if let shaped = type as? any ShapedArgument.Type {
      let (shape, sample) = shaped.shape(by: self)
      return (shape, sample as? T)
    }
    if let enumeration = type as? any CaseIterable.Type,
      let choice = choice(type, among: enumeration)
    {
      return choice
    }
    let id = ObjectIdentifier(type)
    if pending.contains(id) {
      let name = recursive[id] ?? (id == root ? "" : unusedName(for: type))
      recursive[id] = name
      return (.reference(name), nil)
    }
    guard pending.count < Self.depthLimit else {
      note("\(type) is nested more than \(Self.depthLimit) types deep")
      return (.anything, nil)
    }
    return probe(type, id)
  }

  private func probe<T: Decodable>(
    _ type: T.Type, _ id: ObjectIdentifier
  ) -> (shape: ArgumentShape, sample: T?) {
    pending.append(id)
    let probe = SchemaProbe(self)
    var sample: T?
    do {
      sample = try T(from: probe)
    } catch {
      note(
        // The synthesized decoder of an enumeration with associated values asks for the keys.
        type is any RawRepresentable.Type || probe.asksForKeys
          ? Self.unlisted(type)
          : "\(type) cannot be decoded from placeholder values (\(Self.words(error)))"
            + ": conform it to SchemaDescribed and state its schema")
    }
    pending.removeLast()
    if let sample, Mirror(reflecting: sample).displayStyle == .enum { note(Self.unlisted(type)) }
    if probe.asksForKeys {
      note(
        "\(type) decodes whatever keys it is given: use a dictionary, or conform it to SchemaDescribed"
          + " and state its schema")
    }
    guard let name = recursive[id], id != root else { return (probe.shape, sample) }
    definitions[name] = probe.shape
    return (.reference(name), sample)
  }

  /// Returns the values of an enumeration; nil if it has no raw values.
  private func choice<T: Decodable, C: CaseIterable>(
    _ type: T.Type, among enumeration: C.Type
  ) -> (shape: ArgumentShape, sample: T?)? {
    let cases = Array(enumeration.allCases)
    let values = cases.compactMap { element -> JSONValue? in
      guard let raw = (element as? any RawRepresentable)?.rawValue as? any Encodable else {
        return nil
      }
      return try? JSONValue(encoding: raw)
    }
    guard !values.isEmpty, values.count == cases.count else { return nil }
    for value in values where (try? JSONValueDecoder(value, .arguments).decode(type)) == nil {
      note("\(type) does not decode its own raw value \(value): leave init(from:) to the compiler")
    }
    return (.choice(values, type: "\(type)"), cases.first as? T)
  }

  private func describe<T: Decodable>(
    _ type: T.Type, _ schema: JSONValue
  ) -> (shape: ArgumentShape, sample: T?) {
    do {
      let example = schema.example
      return (.described(schema), try JSONValueDecoder(example, .arguments).decode(type))
    } catch {
      note(
        "\(type) does not decode a value of its own schema (\(Self.words(error)))"
          + ": add \"examples\" with one that it decodes")
      return (.described(schema), nil)
    }
  }

  private func unusedName(for type: Any.Type) -> String {
    let name = "\(type)"
    let taken = Set(recursive.values)
    guard taken.contains(name) else { return name }
    return (2...).lazy.map { "\(name)\($0)" }.first { !taken.contains($0) } ?? name
  }

  // MARK: - Words

  private static func words(_ error: any Error) -> String {
    (error as? DecodingError)?.plainDescription ?? "\(error)"
  }

  private static func unlisted(_ type: Any.Type) -> String {
    "the values of the enumeration \(type) cannot be listed: give it raw values and make it"
      + " CaseIterable (enum \(type): String, Codable, CaseIterable), or conform it to SchemaDescribed"
      + " and state its schema"
  }
}

extension JSONValue {
  /// A value that the schema allows, made from the keywords that are read here.
  fileprivate var example: JSONValue {
    for keyword in ["examples", "enum"] {
      if case .array(let values)? = self[keyword], let first = values.first { return first }
    }
    if let value = self["default"] ?? self["const"] { return value }
    var type = self["type"]
    if case .array(let types)? = type { type = types.first }
    switch type {
    case "string": return ""
    case "integer", "number": return self["minimum"] ?? 0
    case "boolean": return false
    case "array": return []
    case "object":
      guard case .array(let required)? = self["required"] else { return [:] }
      var members: [String: JSONValue] = [:]
      for case .string(let name) in required {
        members[name] = self["properties"]?[name]?.example ?? .null
      }
      return .object(members)
    default: return .null
    }
  }
}
