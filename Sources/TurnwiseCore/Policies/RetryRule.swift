/// How often a policy is asked again after a retryable failure, with exponential back-off.
///
/// The delay doubles with each retry. Retries do not change results: the policy's random stream of a turn is
/// the same each time.
public struct RetryRule: Hashable, Sendable {
  /// The most retries.
  public var limit: Int
  /// The delay before the first retry.
  public var firstDelay: Duration
  /// The longest delay.
  public var longestDelay: Duration

  /// Creates a rule.
  public init(limit: Int, firstDelay: Duration, longestDelay: Duration) {
    self.limit = limit
    self.firstDelay = firstDelay
    self.longestDelay = longestDelay
  }

  /// Four retries within about eight seconds.
  public static let standard = RetryRule(
    limit: 4, firstDelay: .milliseconds(500), longestDelay: .seconds(20))
  /// No retries.
  public static let none = RetryRule(limit: 0, firstDelay: .zero, longestDelay: .zero)

  /// Returns the delay before a retry.
  ///
  /// - Parameter retry: The number of the retry, from 0.
  /// - Returns: The delay.
  public func delay(beforeRetry retry: Int) -> Duration {
    min(longestDelay, firstDelay * Double(1 << min(retry, 30)))
  }
}
