import Foundation
import Testing
import TurnwiseCore
import TurnwiseSandbox

extension AttackCase {
  /// A command that tries to leave something, and a command in the next turn that looks for it, which
  /// must print the same as in a sandbox where nothing was tried.
  ///
  /// To show that the attempt has an effect, the two commands also run in one turn, where the output must
  /// differ, unless the error contains `unavailable`: then the kernel does not support the attempt.
  private static func nothing(
    _ name: String, left attempt: Text, seenBy look: Text, _ outcome: String,
    unless unavailable: String? = nil
  ) -> AttackCase {
    AttackCase(name) {
      let tried = try await play(attempt)
      let after = try await play(look, in: tried.workspace)
      let fresh = try await play(look, in: tried.workspace, by: .limited { _ in })
      let atOnce = try await play(Text(attempt.bytes + Array("\n".utf8) + look.bytes))
      let isTried = atOnce.output != fresh.output
      let isUnavailable = unavailable.map { tried.errors.contains($0) } == true
      let text =
        !isTried && !isUnavailable
        ? "the attempt did nothing: \(tried.errors)"
        : after == fresh ? outcome : "\(after.output)\(after.errors)".debugDescription
      return Outcome(text, after == fresh, after.status == 0, isTried || isUnavailable)
    }
  }

  /// Cases 45 to 64: what one turn could leave for the next that is no file, directory or variable.
  static let carrying: [AttackCase] = [
    nothing(
      "pipes, sockets and the permissions of /tmp and /dev/shm",
      left: """
        mkfifo /tmp/p /dev/shm/q; chmod 000 /tmp; chmod 755 /tmp
        (exec 9<>/tmp/p; echo x >&9; setsid sleep 1000) >/dev/null 2>&1 &
        python3 -c "import socket; socket.socket(socket.AF_UNIX).bind('/tmp/s')"; chmod 1777 /tmp
        """,
      seenBy: "ls -la --time-style=+ /tmp/ /dev/shm/; stat -c '%i %a' /tmp; echo y > /tmp/y",
      "gone; permissions and inode numbers as in a new sandbox"),
    nothing(
      "a process in another session",
      left: "for i in {1..9}; do setsid sleep 1000 >/dev/null 2>&1 & done; disown -a",
      seenBy: "ps -e --no-headers -o pid,comm; ls -d /proc/[0-9]*", "ended"),
    nothing(
      "process numbers", left: "for i in {1..200}; do (:); done",
      seenBy: "echo $$ $BASHPID; sh -c 'echo $$'; (echo $BASHPID)", "numbers start at 1 again"),
    AttackCase("System V message queues, memory, semaphores") {
      let result = try await play("ipcmk -M 4096; ipcmk -S 2; ipcmk -Q; ipcs | grep -c 0x")
      let refusals = result.errors.split(separator: "\n").count {
        $0.hasSuffix("Operation not permitted")
      }
      return Outcome("refused (EPERM)", refusals == 3, result.output == "0\n")
    },
    nothing(
      "limits and priority of the first process",
      left: "prlimit --nofile=8 --pid 1; renice -n 19 1; prlimit --nofile=8 --pid $PPID; true",
      seenBy: "ulimit -n; nice; ulimit -u", "as in a new sandbox"),
    nothing(
      "functions, aliases, options, traps, plain variables",
      left: "f() { :; }; alias g=f; set -f; shopt -s nullglob; trap 'echo bye' EXIT; X=1; umask 0",
      seenBy: "declare -F; alias; set +o | md5sum; shopt | md5sum; trap -p; echo ${X-none}; umask",
      "gone"),
    nothing(
      "inode numbers, times and permissions of the workspace",
      left: "for i in {1..50}; do : > n$i; done; rm n*; chmod 1777 .; touch -d @5 .; echo x > f",
      seenBy: "ls -lai --time-style=full-iso | grep -v '\\.\\.'", "as in a new sandbox"),
    nothing(
      "extended attributes",
      left: "touch f; python3 -c \"import os; os.setxattr('f', 'user.x', b'1')\"; true",
      seenBy: "touch f; python3 -c \"import os; print(os.listxattr('f'), os.listxattr('.'))\"",
      "gone", unless: "Operation not supported"),
    nothing(
      "the score by which the kernel kills when memory runs out",
      left: "echo 500 > /proc/1/oom_score_adj; echo 500 > /proc/self/oom_score_adj",
      seenBy: "cat /proc/1/oom_score_adj /proc/self/oom_score_adj", "as in a new sandbox"),
    nothing(
      "sockets and servers",
      left: """
        python3 -c "
        import socket, sys, time
        s = socket.socket(socket.AF_UNIX); s.bind('\\\\0carried'); s.listen()
        print('listening', flush=True); time.sleep(1000)" | head -1 >/dev/null &
        until grep -q carried /proc/net/unix; do sleep 0.01; done
        """,
      seenBy: "grep -c carried /proc/net/unix; true", "gone"),
    AttackCase("a descriptor sent to the host with the shell's state") {
      let result = try await play(
        """
        python3 -c "
        import array, os, socket
        for number in range(3, 64):
            try:
                s = socket.socket(fileno=os.dup(number))
                s.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                                    array.array('i', [os.open('/usr/bin/true', 0)]))])
                print('sent')
            except OSError as error:
                if number == 6: print(os.strerror(error.errno))
        "
        """)
      let leaked = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
        let name = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
        return name?.hasSuffix("/usr/bin/true") == true
      }
      return Outcome(
        "not possible; the state is a file, not a socket", leaked == 0,
        result.output == "Socket operation on non-socket\n")
    },
    AttackCase("a forged state that contains a program") {
      let forged = [
        "echo forged; id -u", "f() { :; }", "alias ls=false", "trap 'echo forged' EXIT",
        "declare -x A=$(echo forged)", "declare -x A=\"`echo forged`\"", "sleep 1000 &",
        "declare -x A=\"1\"; echo forged", "declare -ix A=\"B[\\$(echo forged)]\"",
        "declare -ax A=([\\$(echo forged)]=\"1\")",
        "declare -x x=\"b[\\$(echo forged >&2)]\"\ndeclare -ax A=([x]=\"1\")", "declare -fx f",
      ]
      let look: Text = "pwd; declare -F; alias; trap -p; jobs"
      let clean = try await play(look)
      var taken: [String] = []
      for text in forged {
        let state = try await play(
          Text("cat > s <<'X'\n\(text)\nX"),
          "{ printf '/tmp\\n\\0'; cat s; printf '\\0'; } >&6; exec 6>&-")
        let next = try await play(look, in: state.workspace)
        if state.isShellStateSaved || next.output != clean.output {
          taken.append(text)
        }
      }
      // The format itself is accepted from a shell.
      let plain = try await play(
        "{ printf '/tmp\\n\\0declare -x A=\"1 \\\\$B\"\\n\\0'; } >&6; exec 6>&-", "pwd; echo \"$A\""
      )
      return Outcome(
        taken.isEmpty ? "ignored; only exported variables are accepted" : "accepted: \(taken)",
        taken.isEmpty,
        plain.output == "/tmp\n1 $B\n")
    },
    AttackCase("variables that the next shell needs for itself") {
      let results = try await [
        "readonly RANDOM __turn IFS PATH; export RANDOM __turn IFS PATH", "export IFS=x PS4=y",
        "set -a; readonly REPLY OLDPWD; export SHELLOPTS BASHOPTS; set -eu",
        "export -n PATH; unset IFS",
      ].asyncMap { try await play(Text($0), "echo a b | wc -w; cd /tmp", "pwd") }
      return Outcome(
        "the next commands run", results.allSatisfy { $0.output == "/tmp\n" && $0.status == 0 })
    },
    AttackCase("an episode that looks for another one in the same slot") {
      let look: Text =
        "pwd; ls -A . /tmp /dev/shm/; env | grep -c secret; ps -e | grep -c sleep; sh -c 'echo $$'"
      let sandbox = Sandbox.limited { _ in }
      try await play(
        "echo secret > f; echo secret > /tmp/f; export S=secret; cd /usr; (sleep 1000 &)",
        "echo secret > /dev/shm/g", by: sandbox)
      let own = try await play(
        "echo secret > f; echo secret > /tmp/f; export S=secret; (sleep 1000 &); \(look)",
        by: sandbox)
      let other = try await play(look, by: sandbox)
      let fresh = try await play(look, by: .limited { _ in })
      return Outcome(
        "nothing found", other == fresh, own != fresh, !other.output.contains("secret"),
        other.output.hasPrefix("/workspace\n.:\n\n/dev/shm/:\n\n/tmp:\n0\n0\n"))
    },
    AttackCase("the process that keeps the sandbox, and its mounts") {
      _ = try await #require(processExitsWith: .success) {
        let sandbox = Sandbox.limited { _ in }
        var result = try await play("true", by: sandbox)
        // One belongs to this episode; one waits for the next episode.
        var holders: [String] = []
        while holders.count < 2 {
          try await Task.sleep(for: .milliseconds(10))
          holders = processesOfMachine("environ", with: "TURNWISE_HOST=\(getpid())").filter {
            process in
            let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
            return line.starts(with: Data("/usr/bin/cat".utf8))
          }
        }
        let before = holders.map { mounts(of: $0) }
        let attempt = Text(
          """
          for p in \(holders.joined(separator: " ")); do
            kill -9 $p && echo killed; cat /proc/$p/status && echo seen; renice 19 $p && echo heard
          done 2>/dev/null; ps -e --no-headers -o comm; mount -t tmpfs x /tmp 2>/dev/null || echo no
          """)
        for _ in 0..<5 {
          result = try await play(attempt, in: result.workspace, by: sandbox)
          if result.output != "bash\nps\nno\n" { exit(3) }
        }
        if before.contains("") || holders.map({ mounts(of: $0) }) != before { exit(4) }
      }
      return Outcome("neither visible nor reachable; its mounts do not change", true)
    },
    AttackCase("keys of the host") {
      _ = try await #require(processExitsWith: .success) {
        // Keys are listed to their owner, who is the user of the commands if the host is not root.
        if getuid() == 0, setgid(64_321) != 0 || setuid(64_321) != 0 { exit(2) }
        // A container may forbid keys.
        let isMade = Host.makeSessionKey("turnwise-secret")
        let sandbox = Sandbox(slots: 1)
        let own = try? String(contentsOfFile: "/proc/keys", encoding: .utf8)
        if isMade, own?.contains("turnwise-secret") != true { exit(3) }
        let result = try await play("cat /proc/keys; echo end", by: sandbox)
        if result.output != "end\n" { exit(4) }
      }
      return Outcome("not listed", true)
    },
    AttackCase("memory that processes share") {
      let sandbox = Sandbox.limited { $0.memoryBytes = 24 << 20 }
      let result = try await play(
        """
        truncate -s 30M shared; python3 -c "
        import mmap, time
        file = open('shared', 'r+b'); memory = mmap.mmap(file.fileno(), 0)
        for place in range(0, 30 << 20, 4096): memory[place] = 1
        memory.madvise(mmap.MADV_DONTNEED); time.sleep(1000)"
        """, by: sandbox)
      return Outcome(
        result.limit == .memory ? "stopped for memory" : "\(result.ending): \(result.errors)",
        result.limit == .memory)
    },
    AttackCase("files in memory that are in no file system") {
      let result = try await play("python3 -c 'import os; os.memfd_create(\"x\")'")
      return Outcome(
        "ENOSYS", result.status == 1, result.errors.contains("Function not implemented"))
    },
    nothing(
      "inode numbers, times, links and owners of files in /tmp",
      left: "for i in {1..9}; do : > /tmp/n$i; done; rm /tmp/n*; touch -d @5 /tmp; mkfifo /tmp/f",
      seenBy: "ls -lai --time-style=+ /tmp | grep -v '\\.\\.'", "as in a new sandbox"),
    nothing(
      "flags and locks of the standard input",
      left: "exec 9<&0; flock -n 9; python3 -c 'import fcntl; fcntl.fcntl(0, 10, 42)'",
      seenBy: """
        flock -n 0 && echo free; python3 -c 'import fcntl; print(fcntl.fcntl(0, 11))'
        """, "opened again for each command"),
  ]
}

/// The mounts that a process sees; empty if the process does not exist.
private func mounts(of process: String) -> String {
  (try? String(contentsOfFile: "/proc/\(process)/mountinfo", encoding: .utf8)) ?? ""
}
