extension Sandbox {
  /// What one command may use.
  ///
  /// Part of what a command does: under other limits the same command may come out otherwise.
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
    /// Looked at twenty times a second, so a burst can be larger.
    public var memoryBytes = 512 << 20
    /// The descriptors that a process may have open.
    public var openFiles = 256
    /// The bytes of all files of the workspace, in whole pages of memory; the same again are there in `/tmp`.
    public var workspaceBytes = 32 << 20
    /// The entries of the workspace above which a command is stopped.
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
}
