internal import TurnwiseCore

/// The estimators and reward shapers that can be chosen by name, each with its default options.
///
/// A name with options is spelled `turn:gamma=0.95` or `token:gamma=0.99,lambda=0.9`. A process reward
/// goes before an estimator: `process=delta+turn-gae`, `process=min:temperature=0.2+pure`; without an
/// estimator it is consumed by `turn`, and `process` alone is `process=potential+turn`. A list is
/// separated by commas as well, since an option is told from a name by its `=`. Options are numbers,
/// truth values and words without commas; an optional property that is `nil` is no option.
public struct EstimatorCatalog: Sendable {
  /// What Turnwise has.
  public static let standard = EstimatorCatalog(
    [
      RLOO(), GRPO(), Whitened(), TurnReturnToGo(), PerTurnIndex(), GiGPO(), HGPO(), TurnGAE(),
      GroupedGAE(), TokenGAE(), BiLevelGAE(), VETTA(), ForkMonteCarlo(), RolloutTree(),
      OptimalTokenBaseline(), PRIME(), IStar(), PURE(), ImmediateReward(),
    ],
    shapers: [
      PotentialShaping(), ProgressShaping(), ReturnRedistribution(), MinimumForm(),
      ImplicitReward(), ScoreSum(),
    ])

  /// One estimator of each family: the control, turns, tokens and process reward.
  private static let families = ["rloo", "turn", "token", ProcessName.alone]

  /// The estimators with their default options, in the order they were added.
  public let estimators: [any CreditEstimator]
  /// The reward shapers with their default options, in the order they were added.
  public let shapers: [any RewardShaper]

  /// Creates a catalog; no two estimators, and no two shapers, may have one name.
  ///
  /// `file` and `line` are named where they do.
  public init(
    _ estimators: [any CreditEstimator], shapers: [any RewardShaper] = [],
    file: StaticString = #fileID, line: UInt = #line
  ) {
    let kinds = [
      ("credit estimator", estimators.map { type(of: $0).id }),
      ("reward shaper", shapers.map { type(of: $0).id }),
    ]
    for (kind, ids) in kinds {
      var seen: Set<String> = []
      for id in ids {
        require(
          seen.insert(id).inserted, "Two \(kind)s are called '\(id)'.", file: file, line: line)
        require(
          !id.isEmpty && id != ProcessName.alone
            && !id.contains { ":,=+".contains($0) || $0.isWhitespace },
          "The name '\(id)' of a \(kind) is taken, or holds a character that separates options.",
          file: file, line: line)
      }
    }
    self.estimators = estimators
    self.shapers = shapers
  }

  /// Returns the catalog with more estimators and shapers, such as a user's own.
  public func adding(
    _ more: [any CreditEstimator], shapers: [any RewardShaper] = [],
    file: StaticString = #fileID, line: UInt = #line
  ) -> EstimatorCatalog {
    EstimatorCatalog(
      estimators + more, shapers: self.shapers + shapers, file: file, line: line)
  }

  /// The estimators that are used where none are named: one of each family that is there, and a user's
  /// own.
  public var shown: [String] { Self.families.filter { (try? estimator($0)) != nil } + own }

  /// A user's own estimators, in spellings that can be used.
  public var own: [String] {
    estimators.filter { !Self.standard.ids.contains(type(of: $0).id) }.map(usableName)
  }

  private func usableName(_ estimator: any CreditEstimator) -> String {
    let id = type(of: estimator).id
    guard estimator.needs.contains(.processReward) else { return id }
    return ProcessName(shaper: Self.companions[id] ?? "delta", consumer: id).spelling
  }

  /// Every estimator and every shaper once, in spellings that can be used: an estimator that consumes
  /// process rewards with the shaper it was made for, a shaper with `turn`.
  ///
  /// - Throws: An ``EstimatorNameError``.
  public func complete() throws -> [String] {
    try
      (estimators.map(usableName)
      + shaperIDs.map { ProcessName(shaper: $0, consumer: "turn").spelling })
      .map { try spelling(of: estimator($0)) }
  }

  private static let companions = [
    "prime": "implicit:level=token,loss=pairs,reference=policy",
    "istar": "implicit:loss=pairs,reference=policy", "pure": "min",
    "immediate": "potential:of=model",
  ]

  /// The names of the estimators.
  public var ids: [String] { estimators.map { type(of: $0).id } }
  /// The names of the shapers.
  public var shaperIDs: [String] { shapers.map { type(of: $0).id } }

  /// Returns the options of an estimator or shaper that can be set, with their current values.
  ///
  /// - Throws: An `EncodingError` if it cannot be written as JSON.
  public func options(of part: some Encodable) throws -> [(name: String, value: String)] {
    try Parameters.settings(of: part).sorted { $0.key < $1.key }
      .map { (name: $0.key, value: try Self.spell($0.value)) }
  }

  /// Reads one estimator, such as `turn:gamma=0.95`.
  ///
  /// - Throws: An ``EstimatorNameError``.
  public func estimator(_ spelling: String) throws -> any CreditEstimator {
    let found = try estimators(spelling)
    guard found.count == 1 else { throw EstimatorNameError.notOne(spelling) }
    return found[0]
  }

  /// Reads a list of estimators, such as `rloo,turn:gamma=0.95,token:gamma=0.99,lambda=0.9`.
  ///
  /// - Throws: An ``EstimatorNameError``, also where two of the list are the same.
  public func estimators(_ list: String) throws -> [any CreditEstimator] {
    let found = try ProcessName.split(list).map(make)
    var seen: Set<String> = []
    for spelling in try found.map(spelling) where !seen.insert(spelling).inserted {
      throw EstimatorNameError.repeated(spelling)
    }
    return found
  }

  /// Returns the canonical spelling: options in alphabetical order, those at their default left out.
  ///
  /// - Throws: An `EncodingError` if the estimator cannot be written as JSON.
  public func spelling(of estimator: any CreditEstimator) throws -> String {
    guard let parts = (estimator as? any Shaped)?.parts else {
      return try spelling(
        estimator, id: type(of: estimator).id,
        default: estimators.first { type(of: $0).id == type(of: estimator).id })
    }
    let shaper = try spelling(
      parts.shaper, id: type(of: parts.shaper).id,
      default: shapers.first { type(of: $0).id == type(of: parts.shaper).id })
    return ProcessName(shaper: shaper, consumer: try spelling(of: parts.consumer)).spelling
  }

  private func spelling(
    _ part: some Encodable, id: String, default standard: (any Encodable)?
  ) throws -> String {
    let defaults = try standard.map { try options(of: $0) } ?? []
    let changed = try options(of: part).filter { option in !defaults.contains { $0 == option } }
    let words = changed.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
    return words.isEmpty ? id : "\(id):\(words)"
  }

  // MARK: - Reading

  private func make(_ text: String) throws -> any CreditEstimator {
    guard let process = ProcessName(text) else {
      return try make(text, among: estimators, .unknown) { type(of: $0).id }
    }
    let shaper = try make(process.shaper, among: shapers, .unknownShaper) { type(of: $0).id }
    let consumer = try make(process.consumer, among: estimators, .unknownConsumer) {
      type(of: $0).id
    }
    func combine<S: RewardShaper, E: CreditEstimator>(_ shaper: S, _ consumer: E)
      -> any CreditEstimator
    { ShapedEstimator(shaper, consumer) }
    return combine(shaper, consumer)
  }

  private enum Kind { case unknown, unknownConsumer, unknownShaper }

  private func make<Part>(
    _ text: String, among known: [Part], _ kind: Kind, id: (Part) -> String
  ) throws -> Part {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let found = known.first(where: { id($0) == name }) else {
      let ids = known.map(id)
      switch kind {
      case .unknown: throw EstimatorNameError.unknown(name, known: ids + [ProcessName.alone])
      case .unknownConsumer: throw EstimatorNameError.unknown(name, known: ids)
      case .unknownShaper: throw EstimatorNameError.unknownShaper(name, known: ids)
      }
    }
    var assignments: [(name: String, value: String)] = []
    for option in parts.dropFirst().flatMap({
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }) {
      guard let assignment = try? Parameters.assignment(option), !assignment.value.isEmpty else {
        throw EstimatorNameError.malformed(String(option))
      }
      guard !assignments.contains(where: { $0.name == assignment.name }) else {
        throw EstimatorNameError.repeated(assignment.name)
      }
      assignments.append(assignment)
    }
    guard let part = found as? any Codable,
      let set = try set(assignments, of: part, id: name) as? Part
    else { return found }
    return set
  }

  private func set(
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

  private static func spell(_ value: JSONValue) throws -> String {
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
}
