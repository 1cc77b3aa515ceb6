/// A policy that decides on one situation at a time and samples no tokens.
public protocol TurnPolicy: Policy {
  /// Decides on one situation.
  ///
  /// - Throws: Any error; the episode then ends as failed at the boundary `policy`.
  func decide(_ situation: Situation, using random: inout Randomness) async throws -> Action
}

extension TurnPolicy {
  /// One call at a time.
  public var feeding: Feeding { .independent(calls: 1) }
  /// Creates a sampler that calls ``decide(_:using:)``.
  public func makeSampler() -> any Sampler { TurnSampler(policy: self) }
}

private struct TurnSampler<P: TurnPolicy>: Sampler {
  let policy: P

  func decide(_ batch: [Situation]) async -> [Result<Decision, Failure>] {
    var answers: [Result<Decision, Failure>] = []
    for situation in batch {
      var random = situation.random
      do {
        answers.append(.success(.act(try await policy.decide(situation, using: &random))))
      } catch {
        answers.append(.failure(.wrapping(error, at: .policy)))
      }
    }
    return answers
  }

  func forget(_ episode: String) async {}
}
