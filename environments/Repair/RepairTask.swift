/// A program and the bugs in it: the scenario of ``Repair``.
public struct RepairTask: Codable, Hashable, Sendable {
  /// A bug, with its lineage: which operator planted it, and where.
  public struct Bug: Codable, Hashable, Sendable {
    /// The kind of bug.
    public var `operator`: MutationOperator
    /// The file.
    public var path: String
    /// The line, from 1.
    public var line: Int
    /// Where in the line the operator was applied, from 1.
    public var column: Int
    /// The line without the bug.
    public var before: String
    /// The line with the bug.
    public var after: String

    /// File and line, as `read` takes them.
    var place: String { "\(path):\(line)" }
  }

  /// The name of the program.
  public var program: String
  /// The bugs, on lines of their own, in the order of files and lines.
  public var bugs: [Bug]

  /// Creates a task.
  public init(program: String, bugs: [Bug]) { (self.program, self.bugs) = (program, bugs) }
}
