public import TurnwiseCore
public import TurnwiseCredit
public import TurnwiseTrace

/// Measures the true credit of recorded turns by playing continuations from them.
///
/// The record is replayed up to the turn and through it, and must give equal states, observations
/// and replies (`Replay`). Then fresh continuations are played from two sides of the turn, the same
/// number each: from the situation before the action, whose mean return is V, and from the recorded
/// action, whose mean return is Q. The latter take the action again in the environment, with new
/// random numbers. Turns in the same situation share V, and those with the same action share Q.
///
/// The streams of all continuations begin with ``streamName``, which no estimator uses.
public struct ForkTruth<E: Environment>: Sendable {
  /// The policy that played the record.
  public var policy: any Policy
  /// The number of continuations from each side of a turn.
  public var forks: Int
  /// The number of continuations from each side of a turn of the gold subset.
  public var goldForks: Int
  /// The interval between turns of the gold subset; 0 for no gold turns.
  public var goldEvery: Int
  /// The most environment steps and threads that run at once, which do not change results.
  public var workers: Int
  /// Whether continuations end with the sub-task of the turn, and count only what belongs to it.
  ///
  /// It is the truth of sub-tasks that have no effect on each other, and takes far fewer turns.
  public var endsWithSubtask = false

  /// The beginning of the names of the random streams.
  public static var streamName: String { "truth" }

  /// Creates a measurement.
  public init(
    _ policy: any Policy, forks: Int = 64, goldForks: Int = 256, goldEvery: Int = 8,
    workers: Int = 1
  ) {
    require(
      forks > 1 && goldForks >= forks, "There must be two forks or more, and no fewer gold forks.")
    (self.policy, self.forks) = (policy, forks)
    (self.goldForks, self.goldEvery, self.workers) = (goldForks, goldEvery, workers)
  }

  /// Measures turns of one group.
  ///
  /// - Parameters:
  ///   - points: The turns.
  ///   - group: The recorded episodes of the group.
  ///   - environment: The environment, with the parameters of the run.
  ///   - blobs: The source of the scenario's blobs.
  ///   - offset: The number of turns that were measured before, which decides which turns belong to
  ///     the gold subset.
  /// - Returns: The measurement of each point, in order, and the number of turns that were played.
  /// - Throws: A ``ForkError``, a `CreditError`, `CancellationError`, or the `Replay.Divergence` of
  ///   an episode whose replay differs from its record.
  public func measure(
    _ points: [ForkPoint], of group: [Episode], in environment: E, blobs: BlobStore? = nil,
    offset: Int = 0
  ) async throws -> (turns: [ForkedTurn], spent: Int) {
    guard !points.isEmpty else { return ([], 0) }
    let restored = RestoredEpisodes(group, in: environment, blobs: blobs)
    // Every measured turn must be replayed without a difference, even if another turn represents
    // its situation.
    for episode in Set(points.map(\.episode)).sorted() {
      _ = try await restored.snapshots(of: episode)
    }
    let counts = points.indices.map { index in
      goldEvery > 0 && (offset + index).isMultiple(of: goldEvery) ? goldForks : forks
    }
    let ends = points.map { point in
      let tokens = group[point.episode].turns[point.turn].span
        .flatMap { group[point.episode].tape[$0]?.range.count }
      return ForkPoint(episode: point.episode, turn: point.turn, token: tokens ?? 1)
    }
    let requests = zip(zip(points, ends), counts).flatMap { pair, count in
      [ForkRequest(pair.0, count: count), ForkRequest(pair.1, count: count)]
    }
    var runner = ForkRunner<E>(policy, workers: workers, purpose: Self.streamName) {
      _, episode, turn in
      try await restored.snapshots(of: episode)[turn]
    }
    runner.endsWithSubtask = endsWithSubtask
    let report = try await runner.play(
      [ForkGroup(group)], requesting: [requests])
    let evidence = Evidence(forks: report.outcomes[0])
    let turns = points.indices.map { index in
      ForkedTurn(
        point: points[index],
        before: evidence.forkReturns(points[index], first: counts[index]),
        after: evidence.forkReturns(ends[index], first: counts[index]),
        isGold: counts[index] > forks)
    }
    return (turns, report.turns)
  }
}

/// The returns of the continuations from both sides of a turn.
public struct ForkedTurn: Codable, Hashable, Sendable {
  /// The turn.
  public var point: ForkPoint
  /// The returns of continuations from the situation before the action.
  public var before: [Double]
  /// The returns of continuations from after the action.
  public var after: [Double]
  /// Whether the turn belongs to the gold subset.
  public var isGold: Bool

  /// Whether enough continuations were scored on both sides for a measurement.
  public var isMeasured: Bool { before.count > 1 && after.count > 1 }

  /// The truth from all continuations, if the turn is measured.
  public var truth: TurnTruth { Self.truth(before, after) }

  /// Returns the advantage from one half of the continuations: the even or the odd ones.
  public func half(_ parity: Int) -> Double {
    func every(_ values: [Double]) -> [Double] {
      values.indices.filter { $0 % 2 == parity }.map { values[$0] }
    }
    return Self.truth(every(before), every(after)).advantage
  }

  /// Returns the difference between the first continuations of a gold turn and the others, and its
  /// standard error.
  func deviation(first count: Int) -> (difference: Double, standardError: Double)? {
    guard isGold, before.count > count + 1 else { return nil }
    let few = Self.truth(Array(before.prefix(count)), Array(after.prefix(count)))
    let rest = Self.truth(Array(before.dropFirst(count)), Array(after.dropFirst(count)))
    let error =
      (few.standardError * few.standardError + rest.standardError * rest.standardError).squareRoot()
    return (few.advantage - rest.advantage, error)
  }

  private static func truth(_ before: [Double], _ after: [Double]) -> TurnTruth {
    /// Returns the squared standard error of the mean.
    func error(_ values: [Double]) -> Double {
      guard values.count > 1 else { return 0 }
      let middle = values.mean
      let squares = values.reduce(0) { $0 + ($1 - middle) * ($1 - middle) }
      return squares / Double((values.count - 1) * values.count)
    }
    return TurnTruth(
      value: before.mean, actionValue: after.mean,
      standardError: (error(before) + error(after)).squareRoot(), continuations: before.count)
  }
}

/// The states of recorded episodes before each turn, replayed on demand.
private actor RestoredEpisodes<E: Environment> {
  private let episodes: [Episode]
  private let environment: E
  private let blobs: BlobStore?
  private var known: [Int: [Session<E>]] = [:]

  init(_ episodes: [Episode], in environment: E, blobs: BlobStore?) {
    (self.episodes, self.environment, self.blobs) = (episodes, environment, blobs)
  }

  func snapshots(of episode: Int) async throws -> [Session<E>] {
    if let sessions = known[episode] { return sessions }
    let sessions = try await Replay.snapshots(
      of: episodes[episode], in: environment, blobs: blobs
    ).map { session in
      var session = session
      // Only the rewards of continuations are needed.
      session.recordsStateKeys = false
      return session
    }
    known[episode] = sessions
    return sessions
  }
}
