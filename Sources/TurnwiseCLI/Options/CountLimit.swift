/// The largest value of a whole number on the command line, and the reason for the limit.
struct CountLimit: Sendable {
  var value: Int
  /// The reason, which is shown in parentheses after the range; `nil` if none is needed.
  var reason: String?

  /// For things that are kept in memory together.
  static let kept = CountLimit(value: 1_000_000, reason: "all of them are kept in memory")
  /// For things that are processed one after another.
  static let count = CountLimit(
    value: 1_000_000_000, reason: "so that products of options can be computed")
  /// For threads and simultaneous steps.
  static let workers = CountLimit(value: 1024, reason: "each is a thread")
  /// For repetitions of a whole training.
  static let seeds = CountLimit(value: 10_000, reason: "each is a training of its own")
  /// For sizes of files in bytes.
  static let bytes = CountLimit(value: 1 << 50, reason: nil)
  /// For numbers that serve as names, such as seeds.
  static let any = CountLimit(value: .max, reason: nil)

  /// Returns the expected range, for error messages.
  func words(from minimum: Int) -> String {
    guard value < .max else { return "a whole number of at least \(minimum)" }
    return "a whole number from \(minimum) to \(value)" + (reason.map { " (\($0))" } ?? "")
  }
}
