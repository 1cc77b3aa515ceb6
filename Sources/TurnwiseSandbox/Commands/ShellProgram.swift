internal import TurnwiseCore

/// What the shell of a command is started with: its environment, its command line and its input.
enum ShellProgram {
  /// The whole environment of the shell, sorted by name.
  static let environment: [(name: String, value: String)] = [
    ("HOME", SandboxLayout.workspacePath),
    ("LANG", "C.UTF-8"),
    ("LC_ALL", "C.UTF-8"),
    ("PATH", "/usr/local/bin:/usr/bin:/bin"),
    // Python reuses a compiled file if the source still has the same time and size. Here all times
    // are equal, so it would run old code after an edit that keeps the size.
    ("PYTHONDONTWRITEBYTECODE", "1"),
    ("PYTHONHASHSEED", "0"),
    ("TERM", "dumb"),
    ("TZ", "UTC"),
    ("USER", "agent"),
  ]

  /// What `export -p` prints in a shell that has changed nothing.
  static let initialVariables = Array(
    environment.map { "declare -x \($0.name)=\"\($0.value)\"\n" }.joined().utf8)

  /// The command line of the shell.
  static let commandLine = [
    SandboxLayout.shell, "--norc", "--noprofile", "-c", script, "bash",
  ]

  /// What the shell does before and after the command.
  ///
  /// It is one line, so that the line numbers in messages are those of the command. It uses builtins
  /// only, so that it works whatever a command does to `PATH`. The shell first waits until the host
  /// has written the workspace and tells it to start. If the host ends before that, the shell reads
  /// the end of the file and exits.
  private static let script: String = {
    let number = SandboxLayout.DescriptorNumber.self
    let (input, state, start) = (number.input, number.state, number.start)
    // Writes directory, NUL, variables, NUL; see `ShellSnapshot`. What `set -x` would show of it is
    // discarded. It writes only once: its `exit` also runs the trap below.
    let end =
      "{ set -- \"$?\"; [[ ! -e /dev/fd/\(state) ]] || { "
      + "builtin unset -v OLDPWD SHLVL _; builtin export -n PWD; "
      + "{ builtin pwd; builtin printf \\\\0; builtin export -p; builtin printf \\\\0; } >&\(state); "
      + "exec \(state)>&-; }; builtin exit \"$1\"; } 2>/dev/null"
    return [
      "IFS= read -r -n 1 -u \(start) __turn || exit 125",
      // The input is a file in memory, which bash reads at once; it would read a pipe byte by byte.
      "mapfile -d '' -t -u \(input) __turn; exec \(input)<&- \(start)<&-",
      // In the positional parameters, no variable of the command can overwrite it.
      "set -- \"${__turn[@]}\"; unset __turn",
      // The shell may have waited, and the waiting time must not count.
      "{ SECONDS=0; eval \"$1\"; unset OLDPWD; } 2>/dev/null",
      "RANDOM=$3",
      // For commands that call `exit`. If a command sets another trap, that one runs after this end.
      "trap '\(end)' EXIT",
      "eval \"set --; $4\"",
      end,
    ].joined(separator: "; ")
  }()

  /// What the shell reads, in parts that each end with a NUL: commands that restore its state, the
  /// directory, the seed, and the command.
  static func input(_ command: Text, _ shell: ShellSnapshot, seed: UInt64) -> [UInt8] {
    var restore: [UInt8] = []
    // Declaring variables that are set already would take longer than all the rest, because bash
    // loads a locale again.
    if shell.variables.bytes != initialVariables {
      // The state contains all variables except those that a command has unset.
      restore += Array("unset -v \(environment.map(\.name).joined(separator: " "))\n".utf8)
      restore += shell.variables.bytes + Array("\n".utf8)
    }
    if shell.directory.string != SandboxLayout.workspacePath {
      restore += Array("cd -- \"$2\" || cd".utf8)
    }
    // `RANDOM` takes 32 bits.
    let random = Array("\(UInt32(truncatingIfNeeded: seed ^ seed >> 32))".utf8)
    return Array([restore, shell.directory.bytes, random, command.bytes].map { $0 + [0] }.joined())
  }
}
