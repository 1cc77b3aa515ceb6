/// What a sandbox contains: its programs, paths, users, devices and descriptors.
enum SandboxLayout {
  /// The launcher, bubblewrap.
  ///
  /// It is an absolute path. In `PATH` or the working directory, another program could be found.
  static let launcher = "/usr/bin/bwrap"
  static let shell = "/usr/bin/bash"
  /// The program that keeps a sandbox until the host ends: it sends back what it receives.
  static let holder = "/usr/bin/cat"

  static let workspacePath = "/workspace"
  static let temporaryPath = "/tmp"
  static let hostName = "sandbox"

  /// The number of the user and the group that commands run as.
  static let userNumber = 1000
  /// The contents of `/etc/passwd`.
  static let users = """
    root:x:0:0:root:/root:/usr/sbin/nologin
    agent:x:\(userNumber):\(userNumber):agent:\(workspacePath):/bin/bash
    nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin

    """
  /// The contents of `/etc/group`.
  static let groups = "root:x:0:\nagent:x:\(userNumber):\nnogroup:x:65534:\n"

  /// The devices that a command finds, and their minor numbers.
  ///
  /// bubblewrap's own `--dev` would add terminals and a file system for shared memory. No command
  /// needs them, and they take eight mounts for each command.
  static let devices = [("null", 3), ("zero", 5), ("full", 7), ("random", 8), ("urandom", 9)]
  /// The links in `/dev`.
  static let deviceLinks = [
    ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"),
    ("stderr", "/proc/self/fd/2"), ("shm", "/tmp"),
  ]
  /// The links in `/`.
  static let systemLinks = ["bin", "lib", "lib64", "sbin"].map { ($0, "usr/\($0)") }

  /// The numbers of descriptors in the launcher and in the shell.
  enum DescriptorNumber {
    // Of the launcher. All higher ones are closed, so the numbers must have no gap.
    static let status: Int32 = 3
    /// The reading end of the status pipe: without a reader, writing the status would kill the
    /// launcher half-way.
    static let statusReader: Int32 = 4
    static let users: Int32 = 5
    static let groups: Int32 = 6
    // Of the shell.
    static let input: Int32 = 5
    /// The only one that the command can see.
    static let state: Int32 = 6
    static let start: Int32 = 7
  }
}
