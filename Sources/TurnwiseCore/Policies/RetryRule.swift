/// How often a policy is asked again after a retryable failure, and how long is waited before that.
///
/// The wait doubles from try to try. It changes no result: the policy's random stream of a turn is the same
/// each time.
public struct RetryRule: Hashable, Sendable {
  /// The most tries after the first one.
  public var limit: Int
  /// The wait before the second try.
  public var firstDelay: Duration
  /// The longest wait.
  public var longestDelay: Duration

  /// Creates a rule.
  public init(limit: Int, firstDelay: Duration, longestDelay: Duration) {
    self.limit = limit
    self.firstDelay = firstDelay
    self.longestDelay = longestDelay
  }

  /// Four more tries within some eight seconds.
  public static let standard = RetryRule(
    limit: 4, firstDelay: .milliseconds(500), longestDelay: .seconds(20))
  /// No second try.
  public static let none = RetryRule(limit: 0, firstDelay: .zero, longestDelay: .zero)

  /// The wait before another try.
  ///
  /// - Parameter retry: The number of the try after the first one, from 0.
  /// - Returns: The wait.
  public func delay(beforeRetry retry: Int) -> Duration {
    min(longestDelay, firstDelay * Double(1 << min(retry, 30)))
  }
}
