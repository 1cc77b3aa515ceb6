internal import TurnwiseCore
public import TurnwiseCredit

/// The models of evidence of a trainer, by their kind.
public struct EvidenceModels: Sendable {
  /// The kinds that the trainer can have.
  public let catalog: EvidenceCatalog
  private var models: [Evidence.Need: any EvidenceModel] = [:]

  /// Creates a collection without models.
  public init(_ catalog: EvidenceCatalog = .standard) { self.catalog = catalog }

  /// The model of a type, if it was prepared.
  public subscript<Model: EvidenceModel>(type: Model.Type) -> Model? {
    get { models[Model.need] as? Model }
    set { models[Model.need] = newValue }
  }

  /// The model of a kind, if it was prepared.
  public internal(set) subscript(need: Evidence.Need) -> (any EvidenceModel)? {
    get { models[need] }
    set { models[need] = newValue }
  }

  /// The kinds whose models were prepared, in the order of the catalog.
  var prepared: [any EvidenceModel.Type] { catalog.kinds.filter { models[$0.need] != nil } }

  /// The model that measures a kind, whether or not it needs preparation; `nil` if there is none.
  func meter(of need: Evidence.Need) -> (any EvidenceModel)? {
    models[need] ?? catalog[need]?.untrained
  }

  /// Measures the evidence that estimators need.
  ///
  /// - Parameters:
  ///   - groups: Creditable episodes, by group.
  ///   - needs: The kinds; those without a model are left out.
  ///   - reader: The policy that played the episodes.
  /// - Returns: The evidence of each group, and the number of tokens that were scored for it.
  /// - Throws: What a model throws.
  func measure(
    _ groups: [[Episode]], for needs: Set<Evidence.Need>, by reader: EvidenceReader
  ) async throws -> (evidence: [Evidence], scoredTokens: Int) {
    var evidence = groups.map { _ in Evidence() }
    var scored = 0
    for kind in catalog.kinds where needs.contains(kind.need) {
      if let model = meter(of: kind.need) {
        scored += try await model.measure(groups, by: reader, into: &evidence)
      }
    }
    return (evidence, scored)
  }
}
