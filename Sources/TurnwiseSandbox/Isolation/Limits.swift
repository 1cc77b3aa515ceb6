extension Sandbox {
  /// What one command may use.
  ///
  /// Part of what a command does: under other limits the same command may come out otherwise. Where the
  /// machine allows a process less of something (`ulimit -H`), a command gets that.
  public struct Limits: Codable, Hashable, Sendable {
    /// The wall-clock time after which a command is stopped, in seconds.
    public var seconds = 10.0
    /// The processor time after which a process is killed, in seconds.
    public var processorSeconds = 20
    /// The processes that may exist at once, the shell and the one that holds the sandbox included.
    public var processes = 48
    /// The address space of one process, in bytes.
    public var addressSpaceBytes = 1 << 30
    /// The memory of all processes together above which a command is stopped, in bytes.
    ///
    /// Looked at up to a hundred times a second, so a burst can be larger; <doc:Threats> says what is
    /// counted and by how much it can be exceeded.
    public var memoryBytes = 512 << 20
    /// The memory of the machine that must stay available, in bytes.
    ///
    /// Where less is, the command of this process that uses most is stopped, which is a failure that can
    /// be tried again (`machine-memory`). 256 MiB, or a sixteenth of the machine where that is less.
    public var hostReserveBytes = HostMemory.usualReserve
    /// The descriptors that a process may have open.
    public var openFiles = 256
    /// The bytes of all files of the workspace, in whole pages of memory; the same again are there in `/tmp`.
    public var workspaceBytes = 32 << 20
    /// The entries of the workspace above which a command is stopped; the same again may be left in `/tmp`.
    public var workspaceEntries = 2048
    /// The directories that may be in one another.
    public var workspaceDepth = 128
    /// The bytes that are kept of the beginning of each output.
    public var outputHeadBytes = 24 << 10
    /// The bytes that are kept of the end of each output.
    public var outputTailBytes = 8 << 10
    /// The bytes of an output after which a command is stopped.
    public var outputBytes = 8 << 20
    /// The bytes that a command text may have.
    public var commandBytes = 1 << 20

    /// Creates the default limits.
    public init() {}
  }

  /// A limit that is out of its range.
  public struct LimitError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name of the property of ``Limits``.
    public let name: String
    /// Its value.
    public let value: String
    /// The least and the greatest value that it may have.
    public let range: String

    /// What is wrong, in a sentence.
    public var description: String {
      "The limit `\(name)` of the sandbox is \(value); it must be from \(range)."
    }
  }
}

extension Sandbox.Limits {
  /// The values that each number may have: below, nothing can run; above, the kernel or the arithmetic
  /// has no such number.
  private static let ranges:
    [(name: String, value: any KeyPath<Self, Int> & Sendable, ClosedRange<Int>)] =
      [
        ("processorSeconds", \.processorSeconds, 1...1_000_000),
        ("processes", \.processes, 3...32_768),
        ("addressSpaceBytes", \.addressSpaceBytes, 16 << 20...1 << 47),
        ("memoryBytes", \.memoryBytes, 1 << 20...1 << 50),
        ("hostReserveBytes", \.hostReserveBytes, 0...1 << 50),
        ("openFiles", \.openFiles, 16...1 << 20),
        ("workspaceBytes", \.workspaceBytes, 4096...1 << 40),
        ("workspaceEntries", \.workspaceEntries, 1...1 << 24),
        ("workspaceDepth", \.workspaceDepth, 1...1024),
        ("outputHeadBytes", \.outputHeadBytes, 0...1 << 30),
        ("outputTailBytes", \.outputTailBytes, 0...1 << 30),
        ("outputBytes", \.outputBytes, 0...1 << 40),
        ("commandBytes", \.commandBytes, 1...1 << 30),
      ]

  /// The seconds that a command may have.
  private static let times = 0.001...1_000_000

  /// Throws where a limit is out of its range.
  public func validate() throws(Sandbox.LimitError) {
    if !Self.times.contains(seconds) {
      throw Sandbox.LimitError(
        name: "seconds", value: "\(seconds)",
        range: "\(Self.times.lowerBound) to \(Int(Self.times.upperBound))")
    }
    for (name, value, range) in Self.ranges where !range.contains(self[keyPath: value]) {
      throw Sandbox.LimitError(
        name: name, value: "\(self[keyPath: value])",
        range: "\(range.lowerBound) to \(range.upperBound)")
    }
  }
}
