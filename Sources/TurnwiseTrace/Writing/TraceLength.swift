/// How many records a trace has.
public struct TraceLength: Codable, Hashable, Sendable {
  /// The number of records of episodes.
  public var episodes: Int
  /// The number of records of metrics.
  public var metrics: Int

  /// Counts records.
  public init(episodes: Int = 0, metrics: Int = 0) {
    (self.episodes, self.metrics) = (episodes, metrics)
  }
}
