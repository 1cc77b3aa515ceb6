internal import Foundation
public import TurnwiseCore

/// A policy that plays recorded actions, turn by turn.
///
/// It does not compare the results with the record; ``Replay`` does. If the record has no further action, the
/// episode fails at the boundary `policy`.
public struct ReplayPolicy: Policy, Sampler {
  /// What is replayed of an episode.
  private struct Record {
    var turns: [Turn]
    /// Whether the next turn did not fit into the policy's context.
    var isContextFull: Bool

    init(_ episode: Episode) {
      turns = episode.turns
      isContextFull = episode.ending == .truncated(.contextFull)
    }
  }

  /// The name in reports and traces.
  public let name: String

  /// The recorded episodes by their name.
  private let records: [String: Record]
  /// The only recorded episode, if there is one.
  private let only: Record?

  /// Plays the actions of one recorded episode in every episode, whatever its scenario; `nil` if the run has no
  /// such episode.
  ///
  /// - Parameters:
  ///   - run: The run.
  ///   - episode: The number of the record: its line, from 1.
  ///   - name: The name in reports and traces.
  /// - Throws: A ``TraceError``.
  public init?(_ run: Run, episode: Int, name: String) throws {
    var reader = try run.episodes()
    while let record = reader.next() {
      guard reader.line == episode else { continue }
      self.name = name
      (records, only) = ([:], Record(record.episode))
      return
    }
    if let error = reader.error { throw error }
    return nil
  }

  /// Plays in each episode the actions of the first recorded episode with the same name.
  ///
  /// - Parameters:
  ///   - run: The run.
  ///   - name: The name in reports and traces.
  /// - Throws: A ``TraceError``.
  public init(_ run: Run, name: String) throws {
    var reader = try run.episodes()
    var records: [String: Record] = [:]
    while let record = reader.next() {
      if records[record.episode.name] == nil {
        records[record.episode.name] = Record(record.episode)
      }
    }
    if let error = reader.error { throw error }
    self.name = name
    (self.records, only) = (records, nil)
  }

  /// One episode at a time.
  public var feeding: Feeding { .independent(calls: 1) }
  /// Returns the policy itself, which caches nothing.
  public func makeSampler() -> any Sampler { self }

  /// Returns the recorded decision of each situation.
  public func decide(_ batch: [Situation]) async -> [Result<Decision, Failure>] {
    batch.map(decision)
  }

  /// Does nothing.
  public func forget(_ episode: String) async {}

  private func decision(in situation: Situation) -> Result<Decision, Failure> {
    guard let record = only ?? records[situation.episode] else {
      return .failure(
        Failure(
          .policy, code: "not-recorded",
          message: "The record has no episode '\(situation.episode)'; replay it with the same seed"
            + " and split."))
    }
    guard record.turns.indices.contains(situation.turns.count) else {
      if record.isContextFull { return .success(.contextFull(situation.tape)) }
      return .failure(
        Failure(
          .policy, code: "record-ended",
          message: "The recorded episode has \(record.turns.count) turns."))
    }
    let turn = record.turns[situation.turns.count]
    return .success(.act(turn.action, message: turn.message))
  }
}
