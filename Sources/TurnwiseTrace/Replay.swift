public import TurnwiseCore

/// Plays recorded actions again and compares what happens with what was recorded.
///
/// Nothing is drawn for the policy: its actions are in the record. A difference means that the
/// record was changed, that the environment is another than the one that wrote it, or that the
/// environment breaks the law of reproducibility.
public enum Replay {
  /// The first difference between a record and its replay.
  public struct Divergence: Hashable, Sendable, CustomStringConvertible {
    /// What differs.
    public enum Field: String, Codable, Hashable, Sendable, CaseIterable {
      case environment, scenario, observation, stateKey = "state key", potential, replies, reward
      case judgement, ending, finalKey = "final state key"
    }

    /// The episode.
    public var episode: String
    /// The turn, from 0; `nil` before the first turn and after the last.
    public var turn: Int?
    /// What differs.
    public var field: Field
    /// What was recorded.
    public var recorded: String
    /// What the replay found.
    public var replayed: String

    /// Where and what, on one line, with turns from 1 as `turnwise show` counts them.
    public var description: String {
      let place = turn.map { " turn \($0 + 1)" } ?? ""
      return "\(episode)\(place): \(field.rawValue) was \(recorded), replay gives \(replayed)"
    }
  }

  /// Plays an episode again.
  ///
  /// - Parameters:
  ///   - episode: The record.
  ///   - environment: The environment, with the parameters of the run: `Parameters.setting(run.parameters, of:)`.
  ///   - blobs: Where the scenario's blobs are read from.
  /// - Returns: The first difference, or `nil` if there is none.
  public static func verify<E: Environment>(
    _ episode: Episode, in environment: E, blobs: BlobStore? = nil
  ) async -> Divergence? {
    func divergence(
      _ field: Divergence.Field, turn: Int? = nil, _ recorded: Any?, _ replayed: Any?
    ) -> Divergence {
      func words(_ value: Any?) -> String { value.map { "\($0)" } ?? "absent" }
      return Divergence(
        episode: episode.name, turn: turn, field: field, recorded: words(recorded),
        replayed: words(replayed))
    }
    guard episode.environment == E.id else {
      return divergence(.environment, episode.environment, E.id)
    }
    var session: Session<E>
    do {
      let scenario = try episode.scenario.decode(E.Scenario.self, blobs: blobs)
      session = try Session(environment, scenario: scenario, origin: episode.origin)
    } catch {
      return divergence(.scenario, "a scenario of \(E.id)", error)
    }
    var forks = ((episode.ancestors ?? []) + [episode.parent].compactMap(\.self))[...]
    for (index, recorded) in episode.turns.enumerated() {
      while let fork = forks.first, fork.turn == index {
        session = session.forked(fork.stream)
        forks.removeFirst()
      }
      await session.play(recorded.action, span: recorded.span)
      guard session.turns.count > index else {
        return divergence(.ending, turn: index, "a turn", session.ending)
      }
      let replayed = session.turns[index]
      if recorded.observation != replayed.observation {
        return divergence(
          .observation, turn: index, recorded.observation.text, replayed.observation.text)
      }
      if let key = recorded.stateKey, key != replayed.stateKey {
        return divergence(
          .stateKey, turn: index, key.hexadecimal, replayed.stateKey?.hexadecimal)
      }
      if let potential = recorded.potential, potential != replayed.potential {
        return divergence(.potential, turn: index, potential, replayed.potential)
      }
      if recorded.replies != replayed.replies {
        return divergence(
          .replies, turn: index, recorded.replies.map(\.text), replayed.replies.map(\.text))
      }
      if recorded.reward != replayed.reward {
        return divergence(.reward, turn: index, recorded.reward, replayed.reward)
      }
    }
    switch episode.ending {
    // What ended the episode from outside cannot be played again.
    case .failed, .truncated(.contextFull): return nil
    case .terminated, .truncated(.turnLimit): break
    }
    if episode.ending != session.ending {
      return divergence(.ending, episode.ending, session.ending)
    }
    if session.judgement != episode.judgement {
      return divergence(.judgement, episode.judgement, session.judgement)
    }
    let key = try? session.stateKey
    if let recorded = episode.finalKey, recorded != key {
      return divergence(.finalKey, recorded.hexadecimal, key?.hexadecimal)
    }
    return nil
  }
}
