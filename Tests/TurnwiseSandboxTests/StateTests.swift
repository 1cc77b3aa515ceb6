import Foundation
import Testing
import TurnwiseCore
import TurnwiseSandbox

@Suite struct `What a command leaves for the next one` {
  @Test func `includes its files, with their bytes and permissions`() async throws {
    let result = try await play(
      "mkdir -p a/b; printf '\\0\\377x' > a/b/f; chmod 750 a; chmod 400 a/b/f; ln -s f a/b/l",
      "stat -c '%A %n' a a/b/f a/b/l; od -An -tx1 a/b/f; readlink a/b/l")
    #expect(
      result.output == """
        drwxr-x--- a
        -r-------- a/b/f
        lrwxrwxrwx a/b/l
         00 ff 78
        f

        """)
    #expect(result.workspace["a/b/f"] == Text([0, 0xFF, UInt8(ascii: "x")]))
  }

  @Test func `includes its files in /tmp, with their bytes and permissions`() async throws {
    let result = try await play(
      "echo 'print(6 * 7)' > /tmp/x.py; mkdir -m 700 /tmp/d; ln -s ../x.py /tmp/d/l; echo x > /dev/shm/s",
      "python3 /tmp/x.py; cd /tmp/d", "pwd; stat -c '%A %n' /tmp/*; readlink l; cat /tmp/s")
    #expect(
      result.output == """
        /tmp/d
        drwx------ /tmp/d
        -rw-r--r-- /tmp/s
        -rw-r--r-- /tmp/x.py
        ../x.py
        x

        """)
    #expect(result.workspace.paths == [])
    #expect(result.workspace.temporaryEntries.map(\.path) == ["d", "d/l", "s", "x.py"])
    #expect(
      try await play("rm -r /tmp/*", in: result.workspace).workspace.temporaryEntries == [])
  }

  @Test func `includes nothing in /tmp if it was stopped, or if /tmp is not kept`() async throws {
    let before = try await play("echo 1 > /tmp/n").workspace
    let sandbox = Sandbox.limited { $0.seconds = 1.5 }
    let stopped = try await play("echo 2 > /tmp/n; sleep 1000", in: before, by: sandbox)
    #expect(stopped.limit == .time && stopped.workspace == before)
    let apart = try await Sandbox.patient.run(
      "ls -A /tmp; echo 2 > /tmp/m", in: before, seed: 1, keepsTemporaryEntries: false)
    #expect(apart.output == "" && apart.workspace == .empty)
  }

  @Test func `includes its directory and its exported variables`() async throws {
    let result = try await play(
      "mkdir 'a b'; cd 'a b'; export X=$'one\\n\"two\\' $Y' Y=; Z=unexported; f() { :; }",
      "pwd; printf '%s|' \"$X\" \"$Y\" \"${Z-none}\"; type f 2>&1")
    #expect(
      result.output == """
        /workspace/a b
        one
        "two' $Y||none|bash: line 1: type: f: not found

        """)
    #expect(result.workspace.shell.directory == "/workspace/a b")
  }

  @Test(arguments: ["set -o posix", "export POSIXLY_CORRECT=1"])
  func `includes the same of a shell that follows POSIX`(mode: String) async throws {
    let result = try await play(
      Text("\(mode); cd /tmp; export A='x \"y\"' B; declare -ax C=([3]=z); readonly A"),
      "pwd; A+=!; declare -p A B C; echo ${POSIXLY_CORRECT-none}")
    #expect(
      result.output == """
        /tmp
        declare -x A="x \\"y\\"!"
        declare -x B
        declare -ax C=([3]="z")
        \(mode.contains("export") ? "1" : "none")

        """)
    #expect(result.isShellStateSaved)
  }

  @Test func `includes changes of the environment and of PATH`() async throws {
    let result = try await play(
      "export PATH=/nope; unset HOME", "echo $PATH ${HOME-none}; ls", "export PATH=/bin; ls /")
    #expect(result.status == 0)
    #expect(result.output.contains("workspace"))
  }

  @Test func `is nothing if it changed nothing`() async throws {
    let before = try Workspace([("a/b", 0o644, "text"), ("c", 0o700, "")])
    let after = try await play("cat a/b; cd /tmp; cd; ls | wc; cd -; cd", in: before).workspace
    #expect(after == before)
    #expect(try StateKey(of: after) == StateKey(of: before))
    // The bytes are shared, so that an unchanged file needs no memory.
    #expect(after.entry("a/b")?.blob == before.entry("a/b")?.blob)
  }

  @Test func `includes files that nobody may read`() async throws {
    let result = try await play(
      "mkdir -p z/y; echo deep > z/y/f; chmod 000 z/y/f z/y z; chmod 000 .",
      "stat -c %a . z; chmod 700 z; stat -c %a z/y; chmod 700 z/y; stat -c %a z/y/f; cat z/y/f")
    #expect(result.output == "755\n0\n0\n0\n")
    #expect(result.errors.contains("Permission denied"))
    #expect(result.workspace["z/y/f"] == "deep\n")
  }

  @Test func `includes names of any bytes`() async throws {
    let result = try await play("touch -- '-rf' $'a\\nb' $'\\xff\\xfe' $'\\e[31mred' ' '", "ls -b")
    #expect(
      result.workspace.paths == [
        Text([0x1B] + Array("[31mred".utf8)), " ", "-rf", "a\nb", Text([0xFF, 0xFE]),
      ])
    #expect(result.output == "\\033[31mred\n\\ \n-rf\na\\nb\n\\377\\376\n")
  }

  @Test func `does not include what cannot be kept`() async throws {
    let result = try await play(
      "mkfifo p; python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"s\")'; ls",
      "echo x > f; chmod 6755 f; chmod 1777 .; ln f g",
      "stat -c '%a %h' f g; echo y >> f; cat g; ls")
    #expect(result.output == "755 1\n755 1\nx\nf\ng\n")
  }

  @Test func `does not include the shell's state if the shell could not report it`() async throws {
    let result = try await play(
      "export X=1; mkdir d; cd d", "cd /tmp; export X=2; echo kept > /workspace/f; exec true")
    #expect(!result.isShellStateSaved)
    #expect(result.ending == .exited(0))
    #expect(result.workspace.shell.directory == "/workspace/d")
    #expect(result.workspace["f"] == "kept\n")
    #expect(try await play("echo $X", in: result.workspace).output == "1\n")
  }

  @Test(arguments: ["exec 6>&-; (exit 3)", "exec 6>&-; exit 3"])
  func `does not include the shell's state if its descriptor is closed`(command: String)
    async throws
  {
    let result = try await play(Text("cd /tmp; \(command)"))
    #expect(result.ending == .exited(3) && !result.isShellStateSaved)
    #expect(result.workspace.shell == .initial)
  }

  @Test func `does not include the shell's state if it is too large`() async throws {
    let result = try await play("export X=$(head -c 70000 /dev/zero | tr '\\0' x); echo done")
    #expect(result.output == "done\n")
    #expect(!result.isShellStateSaved)
    #expect(result.workspace.shell == .initial)
    // The lines that the shell reports are short enough; as they are stored, they are too long.
    let many = try await play("set -o posix; for i in {1000..5799}; do export A$i; done")
    #expect(many.status == 0 && !many.isShellStateSaved && many.workspace.shell == .initial)
  }

  @Test func `does not include code in a forged state`() async throws {
    let result = try await play(
      "export A=1; cd /tmp", "printf '/usr\\n\\0echo forged\\n\\0' >&6; exec 6>&-",
      "pwd; echo $A")
    #expect(result.output == "/tmp\n1\n")
  }

  @Test(arguments: [
    ("A", "x y"), ("A", "a\nb'\"\\$(id)`id`!"), ("A", ""), ("A", "naïve 🦊\u{1B}"),
    ("HOME", "x=y"), ("USER", "a\nb'\"\\$(id)`id`!\n"), ("TZ", ""), ("TERM", "naïve 🦊\u{1B}"),
  ])
  func `includes each exported value, byte for byte`(name: String, value: String) async throws {
    let start = try Workspace([("v", Text(Array(value.utf8)))])
    let result = try await play(
      Text("IFS= read -r -d '' \(name) < v; export \(name)"),
      Text("printf %s \"$\(name)\" | cmp - v"), in: start)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
  }

  @Test func `includes each kind of variable that can be exported`() async throws {
    let result = try await play(
      "declare -ix I=7-10; declare -ax A=('x y' [5]='$z'); declare -Ax M=([k]='v w'); declare -rx R=1",
      "I+=1; R=2; echo $I ${A[0]}.${A[5]} ${M[k]} $R")
    #expect(result.output == "-2 x y.$z v w 2\n")
  }

  @Test func `is the same if the variables are the same, however they were set`() async throws {
    let export = "export zed=2 FOO='1\n2' Alpha=3 PATH_X=4"
    let state = try await play(Text(export)).workspace.shell
    #expect(try await play(Text("\(export); readonly HOME")).workspace.shell == state)
    #expect(
      try await play("HOME=/; export HOME", Text("\(export); HOME=/workspace")).workspace.shell
        == state)
    let back = try await play(Text(export), "unset zed FOO Alpha PATH_X").workspace.shell
    #expect(back == .initial)
  }

  @Test func `is reported before a trap of the command runs`() async throws {
    let result = try await play("set -eu; trap 'export -p' EXIT")
    #expect(result.output == String(decoding: ShellSnapshot.initial.variables.bytes, as: UTF8.self))
    #expect(result.isShellStateSaved)
  }

  @Test(arguments: [
    "set -a; X=1; cd d; (exit 4)", "readonly __turn=1; cd d; (exit 4)", "set -eu; cd d; exit 4",
    "trap 'echo bye' EXIT; cd d; (exit 4)",
  ])
  func `is reported with the status of the command, whatever its options`(command: String)
    async throws
  {
    let result = try await play("mkdir d", Text(command))
    #expect(result.ending == .exited(4) && result.isShellStateSaved)
    let next = try await play("cd ..; (exit 5)", in: result.workspace)
    #expect(next.ending == .exited(5) && next.workspace.shell.directory == "/workspace")
  }

  @Test func `includes that a variable was unset`() async throws {
    let result = try await play("unset HOME; export -n LANG", "echo ${HOME-none} ${LANG-none}; cd")
    #expect(result.output == "none none\n")
    #expect(result.errors == "bash: line 1: cd: HOME not set\n")
  }

  @Test func `has the workspace as its directory if the directory is gone`() async throws {
    let result = try await play("mkdir d; cd d; rmdir ../d", "pwd")
    #expect(result.output == "/workspace\n")
  }
}
