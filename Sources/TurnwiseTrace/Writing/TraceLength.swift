/// The numbers of records of a trace.
public struct TraceLength: Codable, Hashable, Sendable {
  /// The number of records of episodes.
  public var episodes: Int
  /// The number of records of metrics.
  public var metrics: Int

  /// Creates a length.
  public init(episodes: Int = 0, metrics: Int = 0) {
    (self.episodes, self.metrics) = (episodes, metrics)
  }
}
