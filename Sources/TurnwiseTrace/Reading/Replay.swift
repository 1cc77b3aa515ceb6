public import TurnwiseCore

/// Plays recorded actions again and compares the results with the record.
///
/// The policy draws nothing, because its actions are in the record. A difference means that the record was
/// changed, that the environment is not the one that was recorded, or that the environment violates the law
/// of reproducibility.
public enum Replay {
  /// The first difference between a record and its replay.
  public struct Divergence: Error, Hashable, Sendable, CustomStringConvertible {
    /// What differs.
    public enum Field: String, Codable, Hashable, Sendable, CaseIterable {
      /// The environment's `id`.
      case environment
      /// The scenario cannot be decoded, or the environment cannot start an episode on it.
      case scenario
      /// The observation of a turn.
      case observation
      /// The key of the state in which a turn was decided.
      case stateKey = "state key"
      /// The potential of that state.
      case potential
      /// The replies of the tools.
      case replies
      /// The reward of a turn.
      case reward
      /// The environment's judgement of the last state.
      case judgement
      /// How the episode ended.
      case ending
      /// The key of the last state.
      case finalKey = "final state key"
      /// The place where a fork leaves its parent.
      case fork
    }

    /// The episode.
    public var episode: String
    /// The turn, from 0; `nil` before the first turn and after the last.
    public var turn: Int?
    /// What differs.
    public var field: Field
    /// What was recorded.
    public var recorded: String
    /// What the replay gave.
    public var replayed: String

    /// The place and the difference, on one line, with turns counted from 1 as in `turnwise show`.
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
  ///   - blobs: The store that the scenario's blobs are read from.
  /// - Returns: The first difference, or `nil` if there is none.
  public static func verify<E: Environment>(
    _ episode: Episode, in environment: E, blobs: BlobStore? = nil
  ) async -> Divergence? {
    do throws(Divergence) {
      var replayer = try Replayer(episode, in: environment, blobs: blobs)
      for _ in episode.turns { try await replayer.playTurn() }
      try replayer.compareEnd()
      return nil
    } catch {
      return error
    }
  }

  /// Plays an episode again up to a turn, so that it can be continued from there.
  ///
  /// The session is as it was when the turn was decided, with its tape and its random streams.
  ///
  /// - Parameters:
  ///   - episode: The record.
  ///   - turn: The recorded turn, from 0.
  ///   - environment: The environment, with the parameters of the run.
  ///   - blobs: The store that the scenario's blobs are read from.
  /// - Returns: The session before the turn.
  /// - Throws: The first difference up to there, including the situation of the turn.
  public static func session<E: Environment>(
    of episode: Episode, beforeTurn turn: Int, in environment: E, blobs: BlobStore? = nil
  ) async throws(Divergence) -> Session<E> {
    require(episode.turns.indices.contains(turn), "The episode has no turn \(turn + 1).")
    var replayer = try Replayer(episode, in: environment, blobs: blobs)
    for _ in 0..<turn { try await replayer.playTurn() }
    try replayer.compareSituation()
    return replayer.session
  }

  /// Plays an episode again, so that it can be continued from any of its turns.
  ///
  /// - Parameters:
  ///   - episode: The record.
  ///   - environment: The environment, with the parameters of the run.
  ///   - blobs: The store that the scenario's blobs are read from.
  /// - Returns: The session before each recorded turn.
  /// - Throws: The first difference, including the end of the episode.
  public static func snapshots<E: Environment>(
    of episode: Episode, in environment: E, blobs: BlobStore? = nil
  ) async throws(Divergence) -> [Session<E>] {
    var replayer = try Replayer(episode, in: environment, blobs: blobs)
    var snapshots: [Session<E>] = []
    for _ in episode.turns {
      snapshots.append(replayer.session)
      try await replayer.playTurn()
    }
    try replayer.compareEnd()
    return snapshots
  }
}

/// An episode that is played again, turn by turn.
private struct Replayer<E: Environment> {
  private let episode: Episode
  /// The session before the next turn, after any forks at that turn.
  private(set) var session: Session<E>
  private var forks: ArraySlice<ForkParent>

  init(_ episode: Episode, in environment: E, blobs: BlobStore?) throws(Replay.Divergence) {
    self.episode = episode
    forks = episode.forks[...]
    guard episode.environment == E.id else {
      throw episode.divergence(.environment, episode.environment, E.id)
    }
    do {
      let scenario = try episode.scenario.decode(E.Scenario.self, blobs: blobs)
      session = try Session(environment, scenario: scenario, origin: episode.origin)
      session.policy = episode.policy
    } catch {
      throw episode.divergence(.scenario, "a scenario of \(E.id)", error)
    }
    try takeForks()
  }

  private mutating func takeForks() throws(Replay.Divergence) {
    let turn = session.turns.count
    while turn < episode.turns.count, let fork = forks.first, fork.turn == turn {
      guard let beginning = episode.beginning(ofTurn: turn, count: fork.token) else {
        throw episode.divergence(.fork, turn: turn, "after token \(fork.token)", "fewer tokens")
      }
      session = session.forked(fork.stream, beginning: beginning)
      forks.removeFirst()
    }
  }

  /// Plays the next turn and compares it with the record.
  mutating func playTurn() async throws(Replay.Divergence) {
    let index = session.turns.count
    let recorded = episode.turns[index]
    let recording = recorded.span.map {
      Decision.Recording(tape: episode.tape.prefix(beforeTurn: index + 1), span: $0)
    }
    await session.play(.success(.act(recorded.action, recording, message: recorded.message)))
    guard session.turns.count > index else {
      throw episode.divergence(.ending, turn: index, "a turn", session.ending)
    }
    let replayed = session.turns[index]
    try episode.compare(
      turn: index, observation: replayed.observation.text, stateKey: replayed.stateKey)
    if let potential = recorded.potential, potential != replayed.potential {
      throw episode.divergence(.potential, turn: index, potential, replayed.potential)
    }
    if recorded.replies != replayed.replies {
      throw episode.divergence(
        .replies, turn: index, recorded.replies.map(\.text), replayed.replies.map(\.text))
    }
    if recorded.reward != replayed.reward {
      throw episode.divergence(.reward, turn: index, recorded.reward, replayed.reward)
    }
    if recorded.shares != replayed.shares || recorded.subtask != replayed.subtask {
      func words(_ turn: Turn) -> String {
        "\(turn.subtask ?? "no sub-task"): \(turn.shares ?? [])"
      }
      throw episode.divergence(.reward, turn: index, words(recorded), words(replayed))
    }
    try takeForks()
  }

  /// Compares the situation before the next turn with the record.
  func compareSituation() throws(Replay.Divergence) {
    let turn = session.turns.count
    guard session.ending == nil else {
      throw episode.divergence(.ending, turn: turn, "a turn", session.ending)
    }
    try episode.compare(
      turn: turn, observation: session.situation.observation.text,
      stateKey: try? session.stateKey)
  }

  /// Compares the end of the episode with the record.
  func compareEnd() throws(Replay.Divergence) {
    switch episode.ending {
    // A cause outside the environment cannot be replayed.
    case .failed, .truncated(.contextFull), .truncated(.subtaskOver): return
    case .terminated, .truncated(.turnLimit): break
    }
    if episode.ending != session.ending {
      throw episode.divergence(.ending, episode.ending, session.ending)
    }
    var judgement = session.judgement
    // Records of earlier versions have no reference action.
    if episode.judgement?.reference == nil { judgement?.reference = nil }
    if judgement != episode.judgement {
      throw episode.divergence(.judgement, episode.judgement, judgement)
    }
    let key = try? session.stateKey
    if let recorded = episode.finalKey, recorded != key {
      throw episode.divergence(.finalKey, recorded.hexadecimal, key?.hexadecimal)
    }
  }
}

extension Episode {
  fileprivate func divergence(
    _ field: Replay.Divergence.Field, turn: Int? = nil, _ recorded: Any?, _ replayed: Any?
  ) -> Replay.Divergence {
    func words(_ value: Any?) -> String { value.map { "\($0)" } ?? "absent" }
    return Replay.Divergence(
      episode: name, turn: turn, field: field, recorded: words(recorded),
      replayed: words(replayed))
  }

  /// Compares the situation in which a turn was decided.
  fileprivate func compare(
    turn: Int, observation: Text, stateKey: StateKey?
  ) throws(Replay.Divergence) {
    let recorded = turns[turn]
    if recorded.observation.text != observation {
      throw divergence(.observation, turn: turn, recorded.observation.text, observation)
    }
    if let key = recorded.stateKey, key != stateKey {
      throw divergence(.stateKey, turn: turn, key.hexadecimal, stateKey?.hexadecimal)
    }
  }
}
