internal import TurnwiseCore
public import TurnwiseCredit

/// The kinds of evidence that can be measured.
public struct EvidenceCatalog: Sendable {
  /// The models and measurements.
  public let kinds: [any EvidenceModel.Type]

  /// The built-in kinds.
  public static let standard = EvidenceCatalog(kinds: [
    Critic.self, ProcessModel.self, ImplicitModel.self, TokenDistributions.self,
    AnswerLikelihood.self, ReferencePolicy.self,
  ])

  private init(kinds: [any EvidenceModel.Type]) { self.kinds = kinds }

  /// Returns a catalog with more kinds.
  ///
  /// - Parameters:
  ///   - more: The kinds. No two kinds of a catalog may have one name.
  ///   - file: The file that is named if two kinds have one name.
  ///   - line: The line that is named.
  /// - Returns: The larger catalog.
  public func adding(
    _ more: [any EvidenceModel.Type], file: StaticString = #fileID, line: UInt = #line
  ) -> EvidenceCatalog {
    var known = Set(kinds.map { $0.need })
    for kind in more {
      require(
        known.insert(kind.need).inserted,
        "Two kinds of evidence are called '\(kind.need.name)'; give one of them another name.",
        file: file, line: line)
    }
    return EvidenceCatalog(kinds: kinds + more)
  }

  /// The model or measurement of a need; `nil` if there is none.
  public subscript(need: Evidence.Need) -> (any EvidenceModel.Type)? {
    kinds.first { $0.need == need }
  }

  /// Whether a run can meet a need: its episodes record it, forks are played, or something measures it.
  func meets(_ need: Evidence.Need) -> Bool {
    need.isRecorded != nil || need == .forks || self[need] != nil
  }
}
