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
  static let temporaryPath = "/tmp"
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
    /// The other end of it: a launcher whose words nobody can hear any more would be killed half-way.
    static let statusEnd: Int32 = 4
    static let users: Int32 = 5
    static let groups: Int32 = 6
    // Of the shell.
    static let input: Int32 = 5
    /// The only one that the command can see.
    static let state: Int32 = 6
    static let start: Int32 = 7
  }

  /// What holds the sandbox until the host goes away: it sends back what it is sent.
  static let holder = "/usr/bin/cat"

  static let users = """
    root:x:0:0:root:/root:/usr/sbin/nologin
    agent:x:\(userNumber):\(userNumber):agent:\(workspacePath):/bin/bash
    nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin

    """
  static let groups = "root:x:0:\nagent:x:\(userNumber):\nnogroup:x:65534:\n"

  /// The whole environment of the shell, sorted by name.
  static let environment: [(name: String, value: String)] = [
    ("HOME", workspacePath),
    ("LANG", "C.UTF-8"),
    ("LC_ALL", "C.UTF-8"),
    ("PATH", "/usr/local/bin:/usr/bin:/bin"),
    // Python trusts a compiled file whose source has the same time and size. All times are equal
    // here, so it would run the old code after an edit that keeps the size.
    ("PYTHONDONTWRITEBYTECODE", "1"),
    ("PYTHONHASHSEED", "0"),
    ("TERM", "dumb"),
    ("TZ", "UTC"),
    ("USER", "agent"),
  ]

  /// What `export -p` prints in a shell that has changed nothing.
  static let initialVariables = Array(
    environment.map { "declare -x \($0.name)=\"\($0.value)\"\n" }.joined().utf8)

  /// The options of the launcher, in an order that matters: mounts are made one after another.
  ///
  /// Namespaces are named one by one, because `--unshare-all` only tries some of them.
  private static func options(on root: PreparedRoot?) -> [String] {
    var options = [
      // Not `--die-with-parent`: it kills the launcher alone where the host dies before the two are
      // tied together, and what that has started waits for it for ever. The holder leaves when the
      // host is gone, and the launcher with it, however far they have come.
      // The holder is the first process. With a first process of the launcher's own, killing that
      // would leave an orphan behind; it is also one process less to start.
      "--unshare-user", "--unshare-pid", "--as-pid-1",
      "--unshare-ipc", "--disable-userns",
      "--new-session", "--cap-drop", "ALL", "--uid", "\(userNumber)", "--gid", "\(userNumber)",
    ]
    if let root {
      options += ["--ro-bind", root.path, "/", "--dev-bind", root.devices, "/dev"]
    } else {
      options += ["--unshare-net", "--unshare-uts", "--unshare-cgroup", "--hostname", hostName]
      for folder in SystemFolder.all {
        options +=
          folder.target.map { ["--symlink", $0, folder.path] }
          ?? ["--ro-bind", folder.path, folder.path]
      }
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

  /// What each process inside may use, as the kernel counts it; none can be raised again.
  static func resources(_ limits: Sandbox.Limits) -> [(resource: Int, limit: Int)] {
    [
      // Not 0, at which a program of the host that takes dumps would still be started (core(5)).
      (RLIMIT_CORE, 1), (RLIMIT_NOFILE, limits.openFiles), (__RLIMIT_NPROC, limits.processes),
      (RLIMIT_AS, limits.addressSpaceBytes), (RLIMIT_CPU, limits.processorSeconds),
      // Twice as large as there is room: the room decides, but no file is all holes.
      (RLIMIT_FSIZE, 2 * limits.workspaceBytes),
      // Messages, timers and signals, for which the kernel keeps memory of its own.
      (__RLIMIT_MSGQUEUE, 819_200), (__RLIMIT_SIGPENDING, 4096),
    ].map { resource, limit in
      var host = rlimit()
      let isKnown = getrlimit(__rlimit_resource_t(resource.rawValue), &host) == 0
      // None can be raised.
      return (Int(resource.rawValue), isKnown ? min(limit, Int(clamping: host.rlim_max)) : limit)
    }
  }

  /// The command line of the shell.
  static let shellCommandLine = [shell, "--norc", "--noprofile", "-c", script, "bash"]

  /// What the shell does around the command.
  ///
  /// It is one line, so that the line numbers in messages are those of the command, and all of it is
  /// builtin, so that it works whatever a command did to `PATH`. The shell first waits for a word of
  /// the host, which by then has put the files into the workspace; if the host dies before, the shell
  /// reads the end of the file and goes away.
  private static let script: String = {
    let (input, state, start) = (Number.input, Number.state, Number.start)
    // Directory, NUL, variables, NUL; see `ShellState`. What `set -x` shows of it goes nowhere. It is said
    // once: at the `exit` here the trap below runs, too.
    let end =
      "{ set -- \"$?\"; [[ ! -e /dev/fd/\(state) ]] || { "
      + "builtin unset -v OLDPWD SHLVL _; builtin export -n PWD; "
      + "{ builtin pwd; builtin printf \\\\0; builtin export -p; builtin printf \\\\0; } >&\(state); "
      + "exec \(state)>&-; }; builtin exit \"$1\"; } 2>/dev/null"
    return [
      "IFS= read -r -n 1 -u \(start) __turn || exit 125",
      // From a file in memory, so in one read; from a pipe it would be one for each byte.
      // Kept where no variable of the command can take its place.
      "mapfile -d '' -t -u \(input) __turn; exec \(input)<&- \(start)<&-",
      "set -- \"${__turn[@]}\"; unset __turn",
      // It may have waited, and would count that.
      "{ SECONDS=0; eval \"$1\"; unset OLDPWD; } 2>/dev/null",
      "RANDOM=$3",
      // For commands that call `exit`. A command may set another trap: that runs after this end.
      "trap '\(end)' EXIT",
      "eval \"set --; $4\"",
      end,
    ].joined(separator: "; ")
  }()

  /// What the shell reads, each ended by a NUL: how it becomes what it was, the directory, the seed
  /// and the command.
  static func input(_ command: Text, _ shell: ShellState, seed: UInt64) -> [UInt8] {
    var restore: [UInt8] = []
    // To declare what is there already would cost more than all else: a new locale is loaded anew.
    if shell.variables.bytes != initialVariables {
      // All of them are in the state, but those that a command took back.
      restore += Array("unset -v \(environment.map(\.name).joined(separator: " "))\n".utf8)
      restore += shell.variables.bytes + Array("\n".utf8)
    }
    if shell.directory.string != workspacePath {
      restore += Array("cd -- \"$2\" || cd".utf8)
    }
    // `RANDOM` takes 32 bits.
    let random = Array("\(UInt32(truncatingIfNeeded: seed ^ seed >> 32))".utf8)
    return Array([restore, shell.directory.bytes, random, command.bytes].map { $0 + [0] }.joined())
  }
}
