/// One of the two outputs of a command.
public enum OutputStream: String, Codable, Hashable, Sendable, CaseIterable {
  /// The standard output.
  case output
  /// The standard error.
  case error
}
