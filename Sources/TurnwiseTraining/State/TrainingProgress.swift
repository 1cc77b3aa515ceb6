public import TurnwiseTrace

/// The part of a training run's state that its trainer does not hold.
public struct TrainingProgress: Codable, Sendable {
  /// The evaluations so far.
  public internal(set) var curve = EvaluationCurve()
  /// The observations for ``LearningDiagnosis``.
  public internal(set) var observer: LearningObserver
  /// The number of records that the trace had when the state was saved.
  public internal(set) var length = TraceLength()
  /// Whether the run is complete.
  public internal(set) var isFinished = false

  /// Why the policy does not learn, if it does not.
  public var diagnosis: LearningDiagnosis { LearningDiagnosis(curve, observer) }
}
