/// Why an episode could not be finished: an error of the infrastructure, never of the agent.
///
/// A failure is data. It ends one episode, is recorded in the trace, does not affect other episodes, and
/// never becomes a reward. A tool call that is refused is not a failure: the agent reads the reason
/// (``ToolRefusal``).
public struct Failure: Error, Codable, Hashable, Sendable {
  /// The part of the system that failed.
  public enum Boundary: String, Codable, Hashable, Sendable, CaseIterable {
    /// The policy gave no decision.
    case policy
    /// The environment threw an error in `start` or `step`, or returned a number that cannot be used.
    case environment
    /// The sandbox could not run a command.
    case sandbox
    /// The environment threw an error in `judge`.
    case judge
    /// The run was stopped.
    case cancelled
  }

  /// The part of the system that failed.
  public var boundary: Boundary
  /// A short name that programs can compare, such as `"launch"`.
  public var code: String
  /// What happened and what to do about it, for a human reader.
  public var message: String
  /// Whether another attempt may succeed.
  public var isRetryable: Bool

  /// Creates a failure.
  public init(
    _ boundary: Boundary, code: String, message: String, isRetryable: Bool = false
  ) {
    self.boundary = boundary
    self.code = code
    self.message = message
    self.isRetryable = isRetryable
  }

  /// Returns `error` if it is a failure, otherwise a failure at `boundary` that describes it.
  public static func wrapping(_ error: any Error, at boundary: Boundary) -> Failure {
    if let failure = error as? Failure { return failure }
    if error is CancellationError { return .cancelled }
    let message =
      switch error {
      case let error as EncodingError: error.plainDescription
      case let error as DecodingError: error.plainDescription
      default: "\(error)"
      }
    return Failure(boundary, code: "thrown", message: message)
  }

  private enum CodingKeys: String, CodingKey {
    case boundary, code, message
    case isRetryable = "retryable"
  }
}

extension Failure: CustomStringConvertible {
  /// The boundary, code and message on one line.
  public var description: String { "\(boundary.rawValue)/\(code): \(message)" }
}

/// The failures that the engine itself reports.
extension Failure {
  static let missingAnswer = Failure(
    .policy, code: "missing-answer", message: "The sampler returned no answer for this situation.")
  static let noExpert = Failure(
    .policy, code: "no-expert",
    message: "The environment has no scripted expert for this scenario.")
  static let otherBeginning = Failure(
    .policy, code: "other-beginning",
    message: "The sampler did not continue the action that the fork had begun.")
  static let cancelled = Failure(.cancelled, code: "cancelled", message: "The run was stopped.")
  static let unfinished = Failure(
    .cancelled, code: "unfinished", message: "The episode was not played to its end.")
  static func notFinite(_ what: String, at boundary: Boundary = .environment) -> Failure {
    Failure(boundary, code: "not-finite", message: "\(what) is infinite or not a number.")
  }
  /// What is wrong with a reward or a potential, if anything is.
  static func ofReward(
    _ what: String, _ value: Double?, shares: [RewardShare] = [],
    at boundary: Boundary = .environment
  ) -> Failure? {
    for share in shares {
      let name = "The share of '\(share.subtask)' in a reward"
      if let failure = ofReward(name, share.value, at: boundary) { return failure }
    }
    guard let value else {
      guard let share = shares.first else { return nil }
      return Failure(
        boundary, code: "share-without-reward",
        message: "'\(share.subtask)' has a share of a reward that is absent."
          + " Shares are parts of the reward.")
    }
    guard value.isFinite else { return .notFinite(what, at: boundary) }
    guard value.magnitude > Outcome.rewardLimit else { return nil }
    return Failure(
      boundary, code: "reward-limit",
      message: "\(what) is \(value); its magnitude must be at most \(Outcome.rewardLimit)."
        + " Scale it down.")
  }
  /// Why the episode cannot be recorded.
  static func unrecorded(_ error: any Error) -> Failure {
    guard let error = error as? EncodingError else { return .wrapping(error, at: .environment) }
    return Failure(.environment, code: "not-encodable", message: "\(error.plainDescription).")
  }
}
