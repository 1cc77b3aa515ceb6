internal import Foundation
internal import TurnwiseCore

/// What bubblewrap and the shell inside are told: the constants of a launch.
///
/// bubblewrap decides nothing by itself; how well a command is kept in is decided here.
enum Launch {
  /// Never looked up in `PATH` or the working directory, where something else could wait.
  static let launcher = "/usr/bin/bwrap"
  static let shell = "/usr/bin/bash"
  static let workspacePath = "/workspace"
  static let userNumber = 1000
  static let hostName = "sandbox"
  /// The devices that a command finds, and their minor numbers.
  ///
  /// What the launcher's own `--dev` adds to them (terminals, a file system for shared memory) no
  /// command needs, and it is eight mounts for each.
  static let devices = [("null", 3), ("zero", 5), ("full", 7), ("random", 8), ("urandom", 9)]
  static let deviceLinks = [
    ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"),
    ("stderr", "/proc/self/fd/2"), ("shm", "/tmp"),
  ]
  static let systemLinks = ["bin", "lib", "lib64", "sbin"].map { ($0, "usr/\($0)") }

  /// Descriptors of the launcher and of the shell, by their numbers.
  enum Number {
    // Of the launcher. All others are closed from the first free number on, so there is no gap.
    static let status: Int32 = 3
    static let users: Int32 = 4
    static let groups: Int32 = 5
    // Of the shell.
    static let input: Int32 = 5
    /// The only one that the command can see.
    static let dialog: Int32 = 6
  }

  /// What holds the sandbox until the host goes away: it sends back what it is sent.
  static let holder = "/usr/bin/cat"

  static let users = """
    root:x:0:0:root:/root:/usr/sbin/nologin
    agent:x:\(userNumber):\(userNumber):agent:\(workspacePath):/bin/bash
    nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin

    """
  static let groups = "root:x:0:\nagent:x:\(userNumber):\nnogroup:x:65534:\n"

  /// What the `stdbuf` command loads into programs.
  ///
  /// With it those that write errors through C's standard streams write a line in one piece; without,
  /// lines of programs that run at once would mix, and never twice alike.
  private static let lineBuffering: (library: String, setting: String)? = {
    let path = "/usr/libexec/coreutils/libstdbuf.so"
    return FileManager.default.fileExists(atPath: path) ? (path, "L") : nil
  }()

  /// The whole environment of the shell, sorted by name.
  static let environment: [(name: String, value: String)] = [
    ("HOME", workspacePath),
    ("LANG", "C.UTF-8"),
    ("LC_ALL", "C.UTF-8"),
    ("LD_PRELOAD", lineBuffering?.library),
    ("PATH", "/usr/local/bin:/usr/bin:/bin"),
    // Python trusts a compiled file whose source has the same time and size. All times are equal
    // here, so it would run the old code after an edit that keeps the size.
    ("PYTHONDONTWRITEBYTECODE", "1"),
    ("PYTHONHASHSEED", "0"),
    ("TERM", "dumb"),
    ("TZ", "UTC"),
    ("USER", "agent"),
    ("_STDBUF_E", lineBuffering?.setting),
  ].compactMap { name, value in value.map { (name, $0) } }

  /// What `export -p` prints in a shell that has changed nothing.
  static let initialVariables = Array(
    environment.map { "declare -x \($0.name)=\"\($0.value)\"\n" }.joined().utf8)

  /// The options of the launcher, in an order that matters: mounts are made one after another.
  ///
  /// Namespaces are named one by one, because `--unshare-all` only tries some of them.
  private static func options(on root: PreparedRoot?) -> [String] {
    var options = [
      // The holder is the first process. With a first process of the launcher's own, killing that
      // would leave an orphan behind; it is also one process less to start.
      "--unshare-user", "--unshare-pid", "--as-pid-1",
      "--unshare-ipc", "--disable-userns", "--die-with-parent",
      "--new-session", "--cap-drop", "ALL", "--uid", "\(userNumber)", "--gid", "\(userNumber)",
    ]
    if let root {
      options += ["--ro-bind", root.path, "/", "--dev-bind", root.devices, "/dev"]
    } else {
      options += ["--unshare-net", "--unshare-uts", "--unshare-cgroup", "--hostname", hostName]
      options += ["--ro-bind", "/usr", "/usr"]
      for (name, target) in systemLinks { options += ["--symlink", target, "/\(name)"] }
      for name in ["etc", "dev", "tmp", "workspace"] {
        options += ["--perms", "0755", "--dir", "/\(name)"]
      }
      for path in ["/etc/ld.so.cache", "/etc/alternatives"] {
        options += ["--ro-bind-try", path, path]
      }
      options += ["--perms", "0644", "--file", "\(Number.users)", "/etc/passwd"]
      options += ["--perms", "0644", "--file", "\(Number.groups)", "/etc/group"]
      for (name, _) in devices { options += ["--dev-bind", "/dev/\(name)", "/dev/\(name)"] }
      for (name, target) in deviceLinks { options += ["--symlink", target, "/dev/\(name)"] }
    }
    options += ["--proc", "/proc"]
    // Last, because it closes the root directory to the mounts before it.
    if root == nil { options += ["--remount-ro", "/"] }
    return options
  }

  /// The command line of the launcher.
  static func commandLine(on root: PreparedRoot?) -> [String] {
    [launcher, "--json-status-fd", "\(Number.status)"] + options(on: root) + [holder]
  }

  /// The command line of the shell.
  static func shellCommandLine(_ limits: Sandbox.Limits) -> [String] {
    [shell, "--norc", "--noprofile", "-c", script(limits), "bash"]
  }

  /// What the shell does around the command.
  ///
  /// It is one line, so that the line numbers in messages are those of the command, and all of it is
  /// builtin, so that it works whatever a command did to `PATH`. The shell first waits for a word of
  /// the host, which by then has put the files into the workspace; if the host dies before, the shell
  /// reads the end of the file and goes away.
  private static func script(_ limits: Sandbox.Limits) -> String {
    let (dialog, input) = (Number.dialog, Number.input)
    // A file may be twice as large as there is room: the room decides, but no file is all holes.
    let limits = [
      "-c 0", "-n \(limits.openFiles)", "-u \(limits.processes)",
      "-v \(limits.addressSpaceBytes >> 10)", "-f \(limits.workspaceBytes >> 9)",
      "-t \(limits.processorSeconds)",
    ]
    // Directory, NUL, variables, NUL; see `ShellState`. What `set -x` shows of it goes nowhere.
    let end =
      "{ set -- \"$?\"; builtin pwd >&\(dialog); builtin printf \\\\0 >&\(dialog); "
      + "builtin unset -v OLDPWD SHLVL _; builtin export -n PWD; "
      + "builtin export -p >&\(dialog); builtin printf \\\\0 >&\(dialog); "
      + "exec \(dialog)>&-; builtin exit \"$1\"; } 2>/dev/null"
    return [
      "umask 022",
      // Of all processes of the machine, these are the first to go when memory runs out.
      "{ echo 1000 >/proc/self/oom_score_adj",
      limits.map { "ulimit \($0); " }.joined() + "} 2>/dev/null",
      "IFS= read -r -n 1 -u \(dialog) || exit 125",
      // From a file in memory, so in one read; from a pipe it would be one for each byte.
      // Kept where no variable of the command can take its place.
      "mapfile -d '' -t -u \(input) __turn; exec \(input)<&-; set -- \"${__turn[@]}\"; unset __turn",
      // All of them are in the state, but those that a command took back.
      "{ unset -v \(environment.map(\.name).joined(separator: " "))",
      "eval \"$1\"; cd -- \"$2\" || cd; unset OLDPWD REPLY; } 2>/dev/null",
      "RANDOM=$3",
      // For commands that call `exit`. A command may set another trap: that runs after this end.
      "trap '\(end)' EXIT",
      "eval \"set --; $4\"",
      end,
    ].joined(separator: "; ")
  }

  /// What the shell reads: variables, directory, seed and command, each ended by a NUL.
  static func input(_ command: Text, _ shell: ShellState, seed: UInt64) -> [UInt8] {
    // `RANDOM` takes 32 bits.
    var input = shell.variables.bytes + [0] + shell.directory.bytes + [0]
    input += Array("\(UInt32(truncatingIfNeeded: seed ^ seed >> 32))".utf8) + [0]
    return input + command.bytes + [0]
  }
}
