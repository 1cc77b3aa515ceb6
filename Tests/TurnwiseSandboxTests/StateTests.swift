import Foundation
import Testing
import TurnwiseCore
import TurnwiseSandbox

@Suite struct `What a command leaves for the next one` {
  @Test func `is its files, with their bytes and permissions`() async throws {
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

  @Test func `is what it put into /tmp, with bytes and permissions`() async throws {
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

  @Test func `is nothing in /tmp where it was stopped, or where nobody keeps it`() async throws {
    let before = try await play("echo 1 > /tmp/n").workspace
    let sandbox = Sandbox.limited { $0.seconds = 1.5 }
    let stopped = try await play("echo 2 > /tmp/n; sleep 1000", in: before, by: sandbox)
    #expect(stopped.limit == .time && stopped.workspace == before)
    let apart = try await Sandbox.patient.run(
      "ls -A /tmp; echo 2 > /tmp/m", in: before, seed: 1, keepsTemporaryEntries: false)
    #expect(apart.output == "" && apart.workspace == .empty)
  }

  @Test func `is its directory and its exported variables`() async throws {
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
  func `is all of that also of a shell that follows POSIX`(mode: String) async throws {
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

  @Test func `is the change of the environment, and PATH with it`() async throws {
    let result = try await play(
      "export PATH=/nope; unset HOME", "echo $PATH ${HOME-none}; ls", "export PATH=/bin; ls /")
    #expect(result.status == 0)
    #expect(result.output.contains("workspace"))
  }

  @Test func `is nothing where it changed nothing`() async throws {
    let before = try Workspace([("a/b", 0o644, "text"), ("c", 0o700, "")])
    let after = try await play("cat a/b; cd /tmp; cd; ls | wc; cd -; cd", in: before).workspace
    #expect(after == before)
    #expect(try StateKey(of: after) == StateKey(of: before))
    // Not even memory: the bytes are shared.
    #expect(after.entry("a/b")?.blob == before.entry("a/b")?.blob)
  }

  @Test func `is all there also where nobody may read it`() async throws {
    let result = try await play(
      "mkdir -p z/y; echo deep > z/y/f; chmod 000 z/y/f z/y z; chmod 000 .",
      "stat -c %a . z; chmod 700 z; stat -c %a z/y; chmod 700 z/y; stat -c %a z/y/f; cat z/y/f")
    #expect(result.output == "755\n0\n0\n0\n")
    #expect(result.errors.contains("Permission denied"))
    #expect(result.workspace["z/y/f"] == "deep\n")
  }

  @Test func `has names of any bytes`() async throws {
    let result = try await play("touch -- '-rf' $'a\\nb' $'\\xff\\xfe' $'\\e[31mred' ' '", "ls -b")
    #expect(
      result.workspace.paths == [
        Text([0x1B] + Array("[31mred".utf8)), " ", "-rf", "a\nb", Text([0xFF, 0xFE]),
      ])
    #expect(result.output == "\\033[31mred\n\\ \n-rf\na\\nb\n\\377\\376\n")
  }

  @Test func `is none of what cannot be kept`() async throws {
    let result = try await play(
      "mkfifo p; python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"s\")'; ls",
      "echo x > f; chmod 6755 f; chmod 1777 .; ln f g",
      "stat -c '%a %h' f g; echo y >> f; cat g; ls")
    #expect(result.output == "755 1\n755 1\nx\nf\ng\n")
  }

  @Test func `is what it was where the shell could not tell`() async throws {
    let result = try await play(
      "export X=1; mkdir d; cd d", "cd /tmp; export X=2; echo kept > /workspace/f; exec true")
    #expect(!result.isShellStateSaved)
    #expect(result.ending == .exited(0))
    #expect(result.workspace.shell.directory == "/workspace/d")
    #expect(result.workspace["f"] == "kept\n")
    #expect(try await play("echo $X", in: result.workspace).output == "1\n")
  }

  @Test(arguments: ["exec 6>&-; (exit 3)", "exec 6>&-; exit 3"])
  func `is what it was where the shell can say nothing, with its status`(command: String)
    async throws
  {
    let result = try await play(Text("cd /tmp; \(command)"))
    #expect(result.ending == .exited(3) && !result.isShellStateSaved)
    #expect(result.workspace.shell == .initial)
  }

  @Test func `is what it was where the state is too large`() async throws {
    let result = try await play("export X=$(head -c 70000 /dev/zero | tr '\\0' x); echo done")
    #expect(result.output == "done\n")
    #expect(!result.isShellStateSaved)
    #expect(result.workspace.shell == .initial)
    // As it is kept, each of these lines is longer than as it is said.
    let many = try await play("set -o posix; for i in {1000..5799}; do export A$i; done")
    #expect(many.status == 0 && !many.isShellStateSaved && many.workspace.shell == .initial)
  }

  @Test func `is no program that a command says in the place of its shell`() async throws {
    let result = try await play(
      "export A=1; cd /tmp", "printf '/usr\\n\\0echo forged\\n\\0' >&6; exec 6>&-",
      "pwd; echo $A")
    #expect(result.output == "/tmp\n1\n")
  }

  @Test(arguments: [
    ("A", "x y"), ("A", "a\nb'\"\\$(id)`id`!"), ("A", ""), ("A", "naïve 🦊\u{1B}"),
    ("HOME", "x=y"), ("USER", "a\nb'\"\\$(id)`id`!\n"), ("TZ", ""), ("TERM", "naïve 🦊\u{1B}"),
  ])
  func `is each exported value, byte for byte`(name: String, value: String) async throws {
    let start = try Workspace([("v", Text(Array(value.utf8)))])
    let result = try await play(
      Text("IFS= read -r -d '' \(name) < v; export \(name)"),
      Text("printf %s \"$\(name)\" | cmp - v"), in: start)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
  }

  @Test func `is each kind of variable that can be exported`() async throws {
    let result = try await play(
      "declare -ix I=7-10; declare -ax A=('x y' [5]='$z'); declare -Ax M=([k]='v w'); declare -rx R=1",
      "I+=1; R=2; echo $I ${A[0]}.${A[5]} ${M[k]} $R")
    #expect(result.output == "-2 x y.$z v w 2\n")
  }

  @Test func `is the same where variables are the same, however they came to be`() async throws {
    let export = "export zed=2 FOO='1\n2' Alpha=3 PATH_X=4"
    let state = try await play(Text(export)).workspace.shell
    #expect(try await play(Text("\(export); readonly HOME")).workspace.shell == state)
    #expect(
      try await play("HOME=/; export HOME", Text("\(export); HOME=/workspace")).workspace.shell
        == state)
    let back = try await play(Text(export), "unset zed FOO Alpha PATH_X").workspace.shell
    #expect(back == .initial)
  }

  @Test func `is said before a trap that the command sets, which has it whole`() async throws {
    let result = try await play("set -eu; trap 'export -p' EXIT")
    #expect(result.output == String(decoding: ShellSnapshot.initial.variables.bytes, as: UTF8.self))
    #expect(result.isShellStateSaved)
  }

  @Test(arguments: [
    "set -a; X=1; cd d; (exit 4)", "readonly __turn=1; cd d; (exit 4)", "set -eu; cd d; exit 4",
    "trap 'echo bye' EXIT; cd d; (exit 4)",
  ])
  func `is said with the status of the command, whatever the shell was told`(command: String)
    async throws
  {
    let result = try await play("mkdir d", Text(command))
    #expect(result.ending == .exited(4) && result.isShellStateSaved)
    let next = try await play("cd ..; (exit 5)", in: result.workspace)
    #expect(next.ending == .exited(5) && next.workspace.shell.directory == "/workspace")
  }

  @Test func `is that a variable was taken back, too`() async throws {
    let result = try await play("unset HOME; export -n LANG", "echo ${HOME-none} ${LANG-none}; cd")
    #expect(result.output == "none none\n")
    #expect(result.errors == "bash: line 1: cd: HOME not set\n")
  }

  @Test func `falls back to the workspace where its directory is gone`() async throws {
    let result = try await play("mkdir d; cd d; rmdir ../d", "pwd")
    #expect(result.output == "/workspace\n")
  }
}

/// A shell is started ahead of its command, which must not show.
@Suite struct `A shell that waits for its command` {
  @Test func `counts seconds from its command on`() async throws {
    let sandbox = Sandbox(slots: 1, limits: Sandbox.patient.limits)
    let first = try await play("export N=1", by: sandbox)
    // Longer than any shell may say that it has run, if it counted its wait.
    try await Task.sleep(for: .seconds(3))
    let second = try await play("echo $((SECONDS < 3)) $N", in: first.workspace, by: sandbox)
    #expect(second.output == "1 1\n")
  }

  @Test func `is replaced if it was killed meanwhile`() async {
    await #expect(processExitsWith: .success) {
      let sandbox = Sandbox(slots: 1, limits: Sandbox.patient.limits)
      var workspace = try await play("echo 1 > n", by: sandbox).workspace
      // All shells of this process are its children, and nothing runs in any of them now.
      var killed = 0
      for number in 1...5 {
        for child in try childrenOfThisProcess() where child.name == "bash" {
          kill(child.process, SIGKILL)
          // Until it is dead; whoever started it buries it.
          var end = siginfo_t()
          waitid(P_PID, id_t(child.process), &end, WEXITED | WNOWAIT)
          killed += 1
        }
        let result = try await play("cat n; echo \(number)", in: workspace, by: sandbox)
        #expect(result.output == "1\n\(number)\n")
        workspace = result.workspace
      }
      #expect(killed > 0)
    }
  }
}

@Suite struct `The fork of a workspace` {
  @Test func `goes the same way as its original, and sees nothing of its siblings`() async throws {
    let start = try await play(
      "mkdir src; echo 1 > src/n; export N=3; cd src; echo $RANDOM > r; cp r /tmp/r"
    ).workspace
    let script: [Text] = [
      "echo $((N * $(cat n))) > n; ls -U", "export N=$((N + 1)); mv n m; find /workspace",
      "cat m r /tmp/r; echo $RANDOM > /tmp/r; python3 -c 'print({\"a\", \"b\", \"c\"})'",
    ]
    func follow() async throws -> [CommandResult] {
      var (state, results) = (start, [CommandResult]())
      for command in script {
        results.append(try await Sandbox.patient.run(command, in: state, seed: 11))
        state = results[results.count - 1].workspace
      }
      return results
    }
    async let one = follow()
    async let two = follow()
    async let other = play("rm -rf /workspace/*; export N=100", in: start)
    let (first, second) = try await (one, two)
    #expect(first == second)
    #expect(try await other.workspace.paths.isEmpty)
    #expect(try await follow() == first)
    #expect(start["src/n"] == "1\n")
  }
}
