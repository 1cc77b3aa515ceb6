/// The largest value of a whole number on the command line, and why there is one.
struct CountLimit: Sendable {
  var value: Int
  /// What stands in parentheses after the range; `nil` where the range says enough.
  var reason: String?

  /// Things that are in memory all at once.
  static let kept = CountLimit(value: 1_000_000, reason: "all of them are kept in memory")
  /// Things that come one after the other.
  static let count = CountLimit(
    value: 1_000_000_000, reason: "so that products of options can be computed")
  /// Threads and simultaneous steps.
  static let workers = CountLimit(value: 1024, reason: "each is a thread")
  /// Repetitions of a whole training.
  static let seeds = CountLimit(value: 10_000, reason: "each is a training of its own")
  /// Bytes of files.
  static let bytes = CountLimit(value: 1 << 50, reason: nil)
  /// Numbers that are names, such as seeds.
  static let any = CountLimit(value: .max, reason: nil)

  /// What is expected of a number.
  func words(from minimum: Int) -> String {
    guard value < .max else { return "a whole number of at least \(minimum)" }
    return "a whole number from \(minimum) to \(value)" + (reason.map { " (\($0))" } ?? "")
  }
}
