/// A program and its bugs: the scenario of ``Repair``.
public struct RepairTask: Codable, Hashable, Sendable {
  /// A bug, and the operator that planted it.
  public struct Bug: Codable, Hashable, Sendable {
    /// The kind of bug.
    public var `operator`: MutationOperator
    /// The file.
    public var path: String
    /// The line, from 1.
    public var line: Int
    /// The column at which the operator was applied, from 1.
    public var column: Int
    /// The line without the bug.
    public var before: String
    /// The line with the bug.
    public var after: String

    /// File and line, in the form that the tool `read` takes.
    var place: String { "\(path):\(line)" }
  }

  /// The name of the program.
  public var program: String
  /// The bugs, on different lines, in the order of files and lines.
  public var bugs: [Bug]

  /// Creates a task.
  public init(program: String, bugs: [Bug]) { (self.program, self.bugs) = (program, bugs) }
}
