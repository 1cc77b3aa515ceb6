internal import Turnwise

/// Writes episodes in their logical order as they end, and keeps only a summary of them.
///
/// An episode that ends before an earlier one waits for that one, so the file does not depend on
/// the speed of the episodes.
struct EpisodeOutbox {
  /// The largest number of bytes of a run's files and of an episode.
  struct Quota: Sendable {
    var episode: Int
    var run: Int

    /// Returns the failure of an episode whose turns alone exceed its quota.
    func verdict(_ turns: [Turn]) -> Failure? {
      // A sum at each turn would take time that grows with the square of the number of turns.
      let last = turns.last.map(Self.size) ?? 0
      guard turns.count.isMultiple(of: 16) || last > episode / 16 else { return nil }
      let size = turns.reduce(0) { $0 + Self.size($1) }
      return size > episode ? failure(size) : nil
    }

    func failure(_ size: Int) -> Failure {
      Failure(
        .environment, code: "quota",
        message: "The episode has \(size) bytes, and --episode-bytes allows \(episode).")
    }

    private static func size(_ turn: Turn) -> Int {
      turn.replies.reduce(turn.observation.text.bytes.count + turn.action.text.bytes.count) {
        $0 + $1.text.bytes.count
      }
    }
  }

  /// The summary of the written episodes.
  private(set) var summary = RunSummary()
  /// Whether the run has reached its quota.
  private(set) var isFull = false
  /// The error that kept an episode from being written; nothing is written after it.
  private(set) var failure: (any Error)?

  private let writer: TraceWriter
  private let quota: Quota
  private var waiting: [Int: (episode: Episode, blobs: BlobStore)?] = [:]
  private var next = 0

  init(_ writer: TraceWriter, _ quota: Quota) {
    self.writer = writer
    self.quota = quota
  }

  /// Takes an episode that has ended, or `nil` for one that was given up.
  mutating func take(_ number: Int, _ ended: (episode: Episode, blobs: BlobStore)?) {
    waiting[number] = .some(ended)
    while let ended = waiting.removeValue(forKey: next) {
      next += 1
      guard let ended, !isFull, failure == nil else { continue }
      do {
        try write(ended.episode, ended.blobs)
      } catch {
        failure = error
      }
    }
  }

  private mutating func write(_ episode: Episode, _ blobs: BlobStore) throws {
    let left = quota.run - writer.bytes
    do {
      try append(episode, blobs, limit: min(left, quota.episode))
    } catch let error as TraceError {
      guard case .tooLarge(let size, _) = error.problem else { throw error }
      if size > quota.episode {
        try writeWithoutTurns(episode, quota.failure(size), limit: left)
      } else {
        isFull = true
      }
    }
  }

  /// Writes an episode without its turns, and the reason.
  private mutating func writeWithoutTurns(
    _ episode: Episode, _ failure: Failure, limit: Int
  ) throws {
    var short = episode
    (short.turns, short.tape, short.unfinishedAction) = ([], TokenTape(), nil)
    (short.judgement, short.finalState, short.finalKey) = (nil, nil, nil)
    // The scenario may be the large part, and the blobs that it names are not written.
    short.scenario = .null
    (short.parent, short.ancestors, short.ending) = (nil, nil, .failed(failure))
    do {
      try append(short, BlobStore(), limit: limit)
    } catch let error as TraceError {
      guard case .tooLarge = error.problem else { throw error }
      isFull = true
    }
  }

  private mutating func append(_ episode: Episode, _ blobs: BlobStore, limit: Int) throws {
    try writer.append(EpisodeRecord(purpose: .run, episode: episode), blobs: blobs, limit: limit)
    summary.add(episode)
  }

  /// Finishes writing.
  ///
  /// - Throws: The error that kept an episode, or the end, from being written.
  mutating func close() throws {
    if let failure { throw failure }
    try writer.close()
  }
}

/// A summary of episodes.
struct RunSummary {
  struct Share {
    var count = 0
    var successes = 0
    var value: Double? { count == 0 ? nil : Double(successes) / Double(count) }
  }

  private(set) var count = 0
  private(set) var judged = Share()
  private(set) var families: [String: Share] = [:]
  private(set) var failed = 0
  private(set) var firstFailure: Failure?
  private var turnCount = 0
  private var rewarded = 0
  private var rewardSum = 0.0

  var turns: Double { Double(turnCount) / Double(max(1, count)) }
  var reward: Double? { rewarded == 0 ? nil : rewardSum / Double(rewarded) }

  mutating func add(_ episode: Episode) {
    count += 1
    turnCount += episode.turns.count
    if let reward = episode.totalReward {
      rewarded += 1
      rewardSum += reward
    }
    if let failure = episode.ending.failure {
      failed += 1
      firstFailure = firstFailure ?? failure
    }
    guard let success = episode.judgement?.success else { return }
    judged.count += 1
    families[episode.family, default: Share()].count += 1
    guard success else { return }
    judged.successes += 1
    families[episode.family, default: Share()].successes += 1
  }
}
