extension Sandbox {
  /// What one command may use.
  ///
  /// Under other limits the same command may have another result. If the machine allows a process less
  /// (`ulimit -H`), a command gets less.
  public struct Limits: Codable, Hashable, Sendable {
    /// The wall-clock time after which a command is stopped, in seconds.
    public var seconds = 10.0
    /// The processor time after which a process is killed, in seconds.
    public var processorSeconds = 20
    /// The number of processes at one time, including the shell and the process that keeps the
    /// sandbox.
    public var processes = 48
    /// The address space of one process, in bytes.
    public var addressSpaceBytes = 1 << 30
    /// The memory of all processes together above which a command is stopped, in bytes.
    ///
    /// It is checked at most a hundred times a second, so a burst can be larger. <doc:Threats> says what
    /// is counted and by how much the limit can be exceeded.
    public var memoryBytes = 512 << 20
    /// The memory that must stay available on the machine, in bytes.
    ///
    /// If less is available, the command of this process that uses most is stopped. That is a failure
    /// that can be retried (`machine-memory`). The default is 256 MiB, or a sixteenth of the machine's
    /// memory if that is less.
    public var hostReserveBytes = HostMemory.defaultReserve
    /// The number of descriptors that a process may have open.
    public var openFiles = 256
    /// The bytes of all files in `/workspace`, in whole pages of memory; `/tmp` may have as many.
    public var workspaceBytes = 32 << 20
    /// The number of entries in `/workspace` above which a command is stopped; `/tmp` may keep as many.
    public var workspaceEntries = 2048
    /// The depth to which directories may be nested.
    public var workspaceDepth = 128
    /// The bytes that are kept of the beginning of each output.
    public var outputHeadBytes = 24 << 10
    /// The bytes that are kept of the end of each output.
    public var outputTailBytes = 8 << 10
    /// The bytes of an output after which a command is stopped.
    public var outputBytes = 8 << 20
    /// The bytes that the text of a command may have.
    public var commandBytes = 1 << 20

    /// Creates the default limits.
    public init() {}
  }

  /// The error for a limit that is out of its range.
  public struct LimitError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name of the property of ``Limits``.
    public let name: String
    /// The value of the limit.
    public let value: String
    /// The range of values that it may have, such as `1 to 1024`.
    public let range: String

    /// The error in a sentence.
    public var description: String {
      "The limit `\(name)` of the sandbox is \(value); it must be from \(range)."
    }
  }
}

extension Sandbox.Limits {
  /// The range of each whole number.
  ///
  /// With smaller numbers nothing can run; larger ones exceed what the
  /// kernel or the arithmetic supports.
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

  /// The range of ``seconds``.
  private static let secondsRange = 0.001...1_000_000

  /// Checks that all limits are in their ranges.
  ///
  /// - Throws: ``Sandbox/LimitError`` for the first that is not.
  public func validate() throws(Sandbox.LimitError) {
    if !Self.secondsRange.contains(seconds) {
      throw Sandbox.LimitError(
        name: "seconds", value: "\(seconds)",
        range: "\(Self.secondsRange.lowerBound) to \(Int(Self.secondsRange.upperBound))")
    }
    for (name, value, range) in Self.ranges where !range.contains(self[keyPath: value]) {
      throw Sandbox.LimitError(
        name: name, value: "\(self[keyPath: value])",
        range: "\(range.lowerBound) to \(range.upperBound)")
    }
  }
}
