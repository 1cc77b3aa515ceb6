public import TurnwiseCore
internal import TurnwiseCredit
public import TurnwiseModel

/// A trainer's state as it is saved: files of tensors, and one JSON value with the rest.
public struct SavedTrainer: Sendable, Equatable {
  /// The tensors by the name of their file, without its extension: `policy`, `reference`, and those of the
  /// models of evidence.
  public var tensors: [String: Safetensors]
  /// Everything else.
  public var state: JSONValue

  /// The part of the state that is not in tensors.
  fileprivate struct Numbers: Codable {
    var policy: PolicySettings
    var iteration: Int
    /// The counters; those that the writer did not know stay 0.
    var spending: [String: JSONValue]
    var brake: UpdateBrake
    var creditScale: CreditScale
    var solved: SolvedGroups
    var evidence: [String: Model]

    /// A model of evidence.
    struct Model: Codable {
      var files: [String]
      var state: JSONValue
    }
  }
}

extension TrainerState {
  /// The range of counters, small enough that sums of a few counters do not overflow.
  private static let counters = 0...(1 << 53)

  /// The state as it is saved.
  ///
  /// - Throws: The error that keeps a part from being written.
  public var saved: SavedTrainer {
    get throws {
      var tensors = ["policy": try Checkpoint(policy.model, optimizer: optimizer).encoded()]
      tensors["reference"] = try reference.map { try Checkpoint($0).encoded() }
      var models: [String: SavedTrainer.Numbers.Model] = [:]
      for kind in evidence.prepared {
        guard let saved = try evidence[kind.need]?.saved else { continue }
        tensors.merge(saved.tensors) { _, _ in
          mistake(
            "The evidence '\(kind.need.name)' saves a file under a name that another model has.")
        }
        models[kind.need.name] = .init(files: saved.tensors.keys.sorted(), state: saved.state)
      }
      return SavedTrainer(
        tensors: tensors,
        state: try JSONValue(
          encoding: SavedTrainer.Numbers(
            policy: policy.settings, iteration: iteration,
            spending: try Parameters.settings(of: spending), brake: brake,
            creditScale: creditScale, solved: solved, evidence: models)))
    }
  }

  /// Restores a saved state; the sampling temperature is 1 and the number of workers 1.
  ///
  /// - Parameters:
  ///   - saved: The value of ``saved``.
  ///   - catalog: The kinds of evidence that can be measured; models of other kinds are left out.
  /// - Throws: A ``SavedStateError``, also if the parts do not belong together.
  public init(_ saved: SavedTrainer, evidence catalog: EvidenceCatalog = .standard) throws {
    let numbers: SavedTrainer.Numbers
    do {
      numbers = try saved.state.decode(SavedTrainer.Numbers.self)
    } catch let error as DecodingError {
      throw SavedStateError(part: "state", reason: error.plainDescription)
    }
    func require(_ condition: Bool, _ part: String, _ reason: String) throws {
      if !condition { throw SavedStateError(part: part, reason: reason) }
    }
    let stored = try saved.tensors.checkpoint("policy")
    let shape = stored.model.configuration
    try require(shape.head == .tokens, "policy", "is not a policy")
    try require(
      numbers.policy.format.tokenizer.vocabulary == shape.vocabulary, "tokenizer",
      "does not belong to the policy")
    policy = LanguagePolicy(stored.model, numbers.policy)
    optimizer = stored.optimizer ?? AdamW(for: stored.model)
    let others = SavedEvidence(tensors: saved.tensors)
    reference =
      try saved.tensors["reference"] == nil
      ? nil : others.checkpoint("reference", heads: [.tokens], alongside: shape).model
    evidence = EvidenceModels(catalog)
    for kind in catalog.kinds {
      guard let model = numbers.evidence[kind.need.name] else { continue }
      evidence[kind.need] = try kind.init(
        SavedEvidence(
          tensors: saved.tensors.filter { model.files.contains($0.key) }, state: model.state),
        alongside: shape)
    }
    try require(
      Self.counters ~= numbers.iteration, "iteration", "is \(numbers.iteration)")
    iteration = numbers.iteration
    policy.version = String(iteration)
    (brake, creditScale, solved) = (numbers.brake, numbers.creditScale, numbers.solved)
    do {
      spending = try Parameters.setting(numbers.spending, of: Spending())
    } catch let problem as Parameters.Problem {
      throw SavedStateError(part: "spending", reason: "\(problem)")
    }
    try require(
      spending.metrics.values.allSatisfy {
        Double(Self.counters.upperBound) >= $0 && $0 >= 0
      }, "spending", "has a count that is out of range")
  }
}
