internal import TurnwiseCore

extension EstimatorCatalog {
  // MARK: - Reading

  /// Reads the name of one estimator, such as `turn:gamma=0.95`.
  ///
  /// - Throws: An ``EstimatorNameError``.
  public func estimator(_ spelling: String) throws -> any CreditEstimator {
    let found = try estimators(spelling)
    guard found.count == 1 else { throw EstimatorNameError.notOne(spelling) }
    return found[0]
  }

  /// Reads a list of estimators, such as `rloo,turn:gamma=0.95,token:gamma=0.99,lambda=0.9`.
  ///
  /// - Throws: An ``EstimatorNameError``, also if two names of the list mean the same estimator.
  public func estimators(_ list: String) throws -> [any CreditEstimator] {
    let found = try ProcessName.split(list).map(read)
    var seen: Set<String> = []
    for spelling in try found.map(spelling) where !seen.insert(spelling).inserted {
      throw EstimatorNameError.repeated(spelling)
    }
    return found
  }

  private func read(_ text: String) throws -> any CreditEstimator {
    func consumer(_ text: String, known: [String]) throws -> any CreditEstimator {
      try Self.read(text, among: estimators, id: { type(of: $0).id }) { .unknown($0, known: known) }
    }
    guard let process = ProcessName(text) else {
      return try consumer(text, known: ids + [ProcessName.short])
    }
    let shaper = try Self.read(process.shaper, among: shapers, id: { type(of: $0).id }) {
      .unknownShaper($0, known: shaperIDs)
    }
    func combine<S: RewardShaper, E: CreditEstimator>(_ shaper: S, _ consumer: E)
      -> any CreditEstimator
    { ShapedEstimator(shaper, consumer) }
    return combine(shaper, try consumer(process.consumer, known: ids))
  }

  /// Reads a name with options.
  ///
  /// - Parameters:
  ///   - text: The text, such as `turn:gamma=0.95`.
  ///   - known: The values with their default options.
  ///   - id: Returns the name of a value.
  ///   - unknown: Returns the error for a name that is not known.
  /// - Returns: The value with its options set.
  /// - Throws: An ``EstimatorNameError``.
  private static func read<Part>(
    _ text: String, among known: [Part], id: (Part) -> String,
    _ unknown: (String) -> EstimatorNameError
  ) throws -> Part {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let found = known.first(where: { id($0) == name }) else { throw unknown(name) }
    let assignments = try parts.dropFirst().flatMap { try self.assignments($0) }
    guard let part = found as? any Codable,
      let set = try set(assignments, of: part, id: name) as? Part
    else { return found }
    return set
  }

  private static func assignments(_ text: Substring) throws -> [(name: String, value: String)] {
    var assignments: [(name: String, value: String)] = []
    for option in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let assignment = try? Parameters.assignment(option), !assignment.value.isEmpty else {
        throw EstimatorNameError.malformed(String(option))
      }
      guard !assignments.contains(where: { $0.name == assignment.name }) else {
        throw EstimatorNameError.repeated(assignment.name)
      }
      assignments.append(assignment)
    }
    return assignments
  }

  private static func set(
    _ assignments: [(name: String, value: String)], of part: some Codable, id: String
  ) throws -> Any {
    do {
      return try Parameters.setting(assignments, of: part)
    } catch Parameters.Problem.unknown(let name, let known) {
      throw EstimatorNameError.unknownOption(name, of: id, known: known)
    } catch let problem as Parameters.Problem {
      throw EstimatorNameError.badOption(of: id, reason: "\(problem)")
    }
  }

  // MARK: - Writing

  /// Returns the options of an estimator or shaper with their current values, in alphabetical order.
  ///
  /// - Throws: An `EncodingError` if it cannot be written as JSON.
  public func options(of part: some Encodable) throws -> [(name: String, value: String)] {
    try Parameters.settings(of: part).sorted { $0.key < $1.key }
      .map { (name: $0.key, value: try Self.spelling(of: $0.value)) }
  }

  private static func spelling(of value: JSONValue) throws -> String {
    switch value {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .unsigned(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): value
    case .array, .object: String(decoding: try JSON.encode(value), as: UTF8.self)
    }
  }

  /// Returns the canonical spelling: options in alphabetical order, those with default values left out.
  ///
  /// - Throws: An `EncodingError` if the estimator cannot be written as JSON.
  public func spelling(of estimator: any CreditEstimator) throws -> String {
    guard let (shaper, consumer) = (estimator as? any Shaped)?.parts else {
      let id = type(of: estimator).id
      return try spelling(
        estimator, id: id, default: estimators.first { type(of: $0).id == id })
    }
    let id = type(of: shaper).id
    let shaperName = try spelling(shaper, id: id, default: shapers.first { type(of: $0).id == id })
    return ProcessName(shaper: shaperName, consumer: try spelling(of: consumer)).spelling
  }

  private func spelling(
    _ part: some Encodable, id: String, default standard: (any Encodable)?
  ) throws -> String {
    let defaults = try standard.map { try options(of: $0) } ?? []
    let changed = try options(of: part).filter { option in !defaults.contains { $0 == option } }
    let words = changed.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
    return words.isEmpty ? id : "\(id):\(words)"
  }
}
