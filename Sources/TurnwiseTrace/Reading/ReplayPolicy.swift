internal import Foundation
public import TurnwiseCore

/// A policy that plays recorded actions, turn by turn.
///
/// It does not compare the results with the record; ``Replay`` does. If the record has no further action, the
/// episode fails at the boundary `policy`.
public struct ReplayPolicy: TurnPolicy {
  /// The name in reports and traces.
  public let name: String

  /// The recorded turns by the name of their episode.
  private let turns: [String: [Turn]]
  /// The recorded turns of the only episode, if there is one.
  private let only: [Turn]?

  /// Plays the actions of one recorded episode in every episode, whatever its scenario.
  ///
  /// - Parameters:
  ///   - run: The run.
  ///   - episode: The number of the record: its line, from 1.
  ///   - name: The name in reports and traces.
  /// - Throws: A ``TraceError``.
  public init(_ run: Run, episode: Int, name: String) throws {
    var reader = try run.episodes()
    while let record = reader.next() {
      guard reader.line == episode else { continue }
      self.name = name
      (turns, only) = ([:], record.episode.turns)
      return
    }
    throw TraceError(
      .inconsistent("there is no episode \(episode)"), file: run.layout.episodes.relativePath)
  }

  /// Plays in each episode the actions of the first recorded episode with the same name.
  ///
  /// - Parameters:
  ///   - run: The run.
  ///   - name: The name in reports and traces.
  /// - Throws: A ``TraceError``.
  public init(_ run: Run, name: String) throws {
    var reader = try run.episodes()
    var turns: [String: [Turn]] = [:]
    while let record = reader.next() {
      if turns[record.episode.name] == nil { turns[record.episode.name] = record.episode.turns }
    }
    if let error = reader.error { throw error }
    self.name = name
    (self.turns, only) = (turns, nil)
  }

  /// Returns the recorded action of the turn.
  public func decide(_ situation: Situation, using random: inout Randomness) throws -> Action {
    guard let turns = only ?? turns[situation.episode] else {
      throw Failure(
        .policy, code: "not-recorded",
        message:
          "The record has no episode '\(situation.episode)'; replay it with the same seed and split."
      )
    }
    guard turns.indices.contains(situation.turns.count) else {
      throw Failure(
        .policy, code: "record-ended", message: "The recorded episode has \(turns.count) turns.")
    }
    return turns[situation.turns.count].action
  }
}
