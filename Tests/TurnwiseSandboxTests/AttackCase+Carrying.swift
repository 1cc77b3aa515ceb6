import Foundation
import TurnwiseCore
import TurnwiseSandbox

extension AttackCase {
  /// A command that tries to leave something, and one in what it left that looks for it; the second
  /// must print what it prints where nothing was tried.
  private static func nothing(
    _ name: String, left attempt: Text, seenBy look: Text, _ outcome: String
  ) -> AttackCase {
    AttackCase(name) {
      let tried = try await play(attempt)
      let after = try await play(look, in: tried.workspace)
      let fresh = try await play(look, in: tried.workspace, by: .limited { _ in })
      return Outcome(
        after == fresh ? outcome : "\(after.output)\(after.errors)".debugDescription,
        after == fresh, after.status == 0)
    }
  }

  /// Cases of our own: what one turn could leave for the next, and no file, directory or variable is.
  static let carrying: [AttackCase] = [
    nothing(
      "a file in /tmp or /dev/shm", left: "echo x > /tmp/x; mkdir /dev/shm/d; chmod 000 /tmp",
      seenBy: "ls -la --time-style=+ /tmp/ /dev/shm/; stat -c '%i %a' /tmp; echo y > /tmp/y",
      "both empty, permissions and inode numbers as new"),
    nothing(
      "a process in another session",
      left: "for i in {1..9}; do setsid sleep 1000 >/dev/null 2>&1 & done; disown -a",
      seenBy: "ps -e --no-headers -o pid,comm; ls -d /proc/[0-9]*", "dead"),
    nothing(
      "a count of processes", left: "for i in {1..200}; do (:); done",
      seenBy: "echo $$ $BASHPID; sh -c 'echo $$'; (echo $BASHPID)", "numbers start at 1 again"),
    nothing(
      "System V and POSIX message queues, memory, semaphores",
      left: "ipcmk -M 4096 -S 2 -Q >/dev/null",
      seenBy: "ipcs | grep -c 0x; true", "gone"),
    nothing(
      "limits and priority of the first process",
      left: "prlimit --nofile=8 --pid 1; renice -n 19 1; prlimit --nofile=8 --pid $PPID; true",
      seenBy: "ulimit -n; nice; ulimit -u", "as new"),
    nothing(
      "functions, aliases, options, traps, plain variables",
      left: "f() { :; }; alias g=f; set -f; shopt -s nullglob; trap 'echo bye' EXIT; X=1; umask 0",
      seenBy: "declare -F; alias; set +o | md5sum; shopt | md5sum; trap -p; echo ${X-none}; umask",
      "gone"),
    nothing(
      "inode numbers, times and permissions of the workspace",
      left: "for i in {1..50}; do : > n$i; done; rm n*; chmod 1777 .; touch -d @5 .; echo x > f",
      seenBy: "ls -lai --time-style=full-iso | grep -v '\\.\\.'", "as new"),
    nothing(
      "extended attributes",
      left: "touch f; python3 -c \"import os; os.setxattr('f', 'user.x', b'1')\" 2>/dev/null; true",
      seenBy: "python3 -c \"import os; print(os.listxattr('f'), os.listxattr('.'))\"", "gone"),
    nothing(
      "a changed memory of the shell that waits",
      left:
        "for p in /proc/[0-9]*; do echo x > $p/mem; echo x > $p/oom_score_adj; done 2>/dev/null",
      seenBy: "cat /proc/1/oom_score_adj /proc/self/oom_score_adj", "out of reach, and as new"),
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
        "no socket leads there; the state is a file", leaked == 0,
        result.output == "Socket operation on non-socket\n")
    },
    AttackCase("a forged state") {
      let result = try await play(
        "printf '/tmp\\n\\0export PATH=/bin; echo forged; id -u\\0' >&6; exec 6>&-",
        "pwd; grep -E '^(CapEff|NoNewPrivs)' /proc/self/status | tr '\\n\\t' '  '; ulimit -u")
      return Outcome(
        "replayed inside the next sandbox, where it can do what a command can",
        result.output.hasSuffix("/tmp\nCapEff: 0000000000000000 NoNewPrivs: 1 48\n"))
    },
    AttackCase("one episode looks for another's in the same slot") {
      let sandbox = Sandbox.limited { _ in }
      try await play(
        "echo secret > f; echo secret > /tmp/f; export S=secret; cd /usr; (sleep 1000 &)",
        "echo secret > /dev/shm/g", by: sandbox)
      let other = try await play(
        "pwd; ls -A . /tmp /dev/shm/; env | grep -c secret; ps -e | grep -c sleep; sh -c 'echo $$'",
        by: sandbox)
      let fresh = try await play(
        "pwd; ls -A . /tmp /dev/shm/; env | grep -c secret; ps -e | grep -c sleep; sh -c 'echo $$'",
        by: .limited { _ in })
      return Outcome(
        "nothing of it", other == fresh, !other.output.contains("secret"),
        other.output.hasPrefix("/workspace\n.:\n\n/dev/shm/:\n\n/tmp:\n0\n0\n"))
    },
  ]
}
