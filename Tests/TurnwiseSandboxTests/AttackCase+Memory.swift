import Foundation
import TurnwiseCore
import TurnwiseSandbox

extension AttackCase {
  /// The memory limit in these cases, in MiB.
  private static let limit = 96

  /// A Python program that takes memory without end, prints after each step how many MiB it has taken, and
  /// must be stopped for memory before that is far more than the limit.
  ///
  /// It pauses between the steps, so that the host can check on a busy machine, too. If `refusal` is given,
  /// the program may instead fail with these words.
  private static func memory(
    _ name: String, _ program: String, refusal: String? = nil, _ outcome: String
  ) -> AttackCase {
    AttackCase(name) {
      let sandbox = Sandbox.limited {
        $0.memoryBytes = limit << 20
        // A program that is not stopped for memory ends at the latest after this time, which fails.
        $0.seconds = 60
      }
      let before = try Workspace([
        ("attack.py", Text(Array(program.utf8))), ("kept", "as it was\n"),
      ])
      let result = try await play("exec python3 attack.py", in: before, by: sandbox)
      let taken = result.output.split(separator: "\n").compactMap { Int($0) }.max() ?? 0
      let isRefused = refusal.map { result.status == 1 && result.errors.contains($0) } ?? false
      let isStopped = result.limit == .memory && result.workspace == before
      return Outcome(
        isRefused || isStopped ? outcome : "\(result.ending), \(taken) MiB: \(result.errors)",
        isRefused || isStopped, taken <= 4 * limit)
    }
  }

  /// Cases 65 to 75: memory that belongs to no process, or that is not among the pages of one.
  static let memory: [AttackCase] = [
    memory(
      "shared pages without a file",
      """
      import mmap
      memory = mmap.mmap(-1, 64 << 20)
      """, refusal: "Operation not permitted", "refused; only files of the workspace can be shared"),
    memory(
      "shared pages of /dev/zero",
      """
      import mmap, os, time
      kept = []
      zero = os.open("/dev/zero", os.O_RDWR)
      while True:
          memory = mmap.mmap(zero, 8 << 20)
          for place in range(0, 8 << 20, 4096): memory[place] = 1
          kept.append(memory); print(8 * len(kept), flush=True); time.sleep(0.02)
      """, refusal: "Permission denied", "cannot be written, or is counted where it is mapped"),
    memory(
      "a process whose first thread has ended",
      """
      import ctypes, mmap, platform, threading, time
      def grow():
          kept = []
          while True:
              memory = mmap.mmap(-1, 8 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
              for place in range(0, 8 << 20, 4096): memory[place] = 1
              kept.append(memory); print(8 * len(kept), flush=True); time.sleep(0.02)
      threading.Thread(target=grow).start()
      # The call that ends only the thread.
      ctypes.CDLL(None).syscall(ctypes.c_long(60 if platform.machine() == "x86_64" else 93), 0)
      """, "stopped for memory, read through another thread"),
    memory(
      "socket buffers",
      """
      import socket, time
      sent, pairs = 0, []
      while True:
          pair = socket.socketpair()
          pairs.append(pair)
          for end in pair:
              end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 << 20)
              end.setblocking(False)
              try:
                  while True: sent += end.send(b"x" * 65536)
              except BlockingIOError: pass
          print(sent >> 20, flush=True)
          if len(pairs) == 110:
              if os.fork(): time.sleep(1000)
              pairs, sent = [], 0
      """.replacingOccurrences(of: "import socket", with: "import os, socket"),
      "stopped for memory; buffers cannot be enlarged"),
    memory(
      "messages whose senders have closed",
      """
      import os, socket, time
      sent, kept = 0, []
      while True:
          name = f"\\0{os.getpid()}-{len(kept)}"
          end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); end.bind(name); kept.append(end)
          for _ in range(20):
              with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                  sender.setblocking(False)
                  try: sent += sender.sendto(b"x" * 200000, name)
                  except BlockingIOError: break
          print(sent >> 20, flush=True); time.sleep(0.01)
      """, "stopped for memory"),
    memory(
      "connections that nobody accepts",
      """
      import socket, time
      server = socket.socket(socket.AF_UNIX); server.bind("\\0server"); server.listen(4096)
      sent = 0
      while True:
          with socket.socket(socket.AF_UNIX) as client:
              client.setblocking(False); client.connect("\\0server")
              try:
                  while True: sent += client.send(b"x" * 65536)
              except BlockingIOError: pass
          print(sent >> 20, flush=True); time.sleep(0.01)
      """, "stopped for memory"),
    memory(
      "larger pipes",
      """
      import fcntl, os
      fcntl.fcntl(os.pipe()[1], 1031, 1 << 20)
      """, refusal: "Operation not permitted", "refused (F_SETPIPE_SZ)"),
    memory(
      "pages that only a pipe has",
      """
      import ctypes, os, platform
      number = 278 if platform.machine() == "x86_64" else 75
      ends = os.pipe()
      libc = ctypes.CDLL(None, use_errno=True)
      text = ctypes.create_string_buffer(1 << 20)
      vector = (ctypes.c_void_p * 2)(ctypes.addressof(text), 1 << 20)
      if libc.syscall(ctypes.c_long(number), ends[1], vector, ctypes.c_long(1), 0) < 0:
          raise SystemExit(os.strerror(ctypes.get_errno()))
      """, refusal: "Operation not permitted", "refused (vmsplice)"),
    memory(
      "rule sets in the kernel",
      """
      import ctypes, os
      libc = ctypes.CDLL(None, use_errno=True)
      if libc.syscall(ctypes.c_long(444), 0, ctypes.c_long(0), 1) < 0:
          raise SystemExit(os.strerror(ctypes.get_errno()))
      """, refusal: "Function not implemented", "refused (landlock)"),
    memory(
      "files of /tmp without a name",
      """
      import os, time
      kept, taken = [], 0
      while True:
          for folder in ["/tmp", "/workspace"]:
              file = os.open(folder, os.O_RDWR | os.O_TMPFILE, 0o600); kept.append(file)
              taken += os.write(file, b"x" * (4 << 20)) >> 20
          print(taken, flush=True); time.sleep(0.02)
      """, refusal: "No space left on device", "64 MiB in all, then ENOSPC"),
    AttackCase("the memory that the machine needs for itself") {
      let hungry = Sandbox.limited { $0.hostReserveBytes = 1 << 50 }
      do {
        _ = try await play("echo early; sleep 1000", by: hungry)
        return Outcome("the command was not stopped", false)
      } catch let failure as Failure {
        return Outcome(
          "stopped; a failure of the machine, which can be retried",
          failure.code == "machine-memory", failure.isRetryable)
      }
    },
  ]
}
