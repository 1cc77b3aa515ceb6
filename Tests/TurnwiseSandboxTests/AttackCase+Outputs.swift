import Foundation
import TurnwiseCore
import TurnwiseSandbox

extension AttackCase {
  /// A command that would run for a long time and must be stopped at the time limit.
  private static func inTime(_ name: String, _ command: Text) -> AttackCase {
    AttackCase(name) {
      let result = try await play(command, by: .limited { $0.seconds = 1.5 })
      let next = try await play("echo well")
      return Outcome(
        result.limit == .time ? "stopped for time" : "\(result.ending)", result.limit == .time,
        next.output == "well\n")
    }
  }

  /// A program that reads its own output back before the host can, through descriptors that it opens again.
  private static let takingBack: Text = """
    import os, threading, time
    def fight(number):
        ours = [os.open('/proc/self/fd/%d' % number, os.O_RDONLY | os.O_NONBLOCK),
                os.open('/proc/self/fd/%d' % number, os.O_WRONLY)]
        while time.time() < end:
            os.write(ours[1], b'x')
            try: os.read(ours[0], 1)
            except BlockingIOError: pass
    end = time.time() + 20
    for number in [1, 2, 1, 2]: threading.Thread(target=fight, args=(number,)).start()
    """

  /// Cases 81 to 88: what a command can do to the host while the host reads its outputs.
  static let outputs: [AttackCase] = [
    inTime("taking output back before the host reads it", "python3 -c \"\(takingBack)\""),
    inTime(
      "taking output back in the background", "(python3 -c \"\(takingBack)\") & sleep 20; wait"),
    inTime(
      "40 processes that write to /dev/null at once",
      "for i in {1..40}; do (while :; do echo x; done > /dev/null) & done; wait"
    ),
    AttackCase("40 processes that write at once") {
      let result = try await play("for i in {1..40}; do yes $i >&2 & done; wait")
      return Outcome(
        "stopped for output", result.limit == .output, result.standardError.isTruncated,
        try await play("echo well").output == "well\n")
    },
    AttackCase("writers that are killed while the host reads from them") {
      let result = try await play(
        """
        for i in {1..60}; do
          (while :; do echo x >&2; done) 2>/dev/null & one=$!
          (while :; do echo $BASHPID; done) & two=$!
          sleep 0.00$((i % 4)); kill -9 $one $two; wait $one $two
        done 2>/dev/null; echo done
        """)
      return Outcome(
        "the others continue", result.status == 0, result.output.hasSuffix("done\n"))
    },
    AttackCase("memory and descriptors that change while the host reads them") {
      let result = try await play(
        """
        python3 -c "
        import ctypes, mmap, os, threading, time
        libc = ctypes.CDLL(None)
        file = open('page', 'wb+'); file.truncate(1 << 16); os.unlink('page')
        page = mmap.mmap(file.fileno(), 1 << 16)
        place = ctypes.addressof(ctypes.c_char.from_buffer(page))
        end = time.time() + 1
        def swap():
            null, out = os.open('/dev/null', os.O_WRONLY), os.dup(1)
            while time.time() < end:
                os.dup2(null, 2); libc.madvise(ctypes.c_void_p(place), 1 << 16, 4); os.dup2(out, 2)
        threading.Thread(target=swap).start()
        while time.time() < end: libc.write(2, ctypes.c_void_p(place), 100)
        time.sleep(0.2); print('end')"
        """)
      return Outcome(
        "only its own output changes", result.status == 0, result.output.hasSuffix("end\n"),
        result.workspace == .empty || result.isShellStateSaved)
    },
    AttackCase(
      "invalid writes",
      """
      python3 -c "
      import ctypes, os
      libc = ctypes.CDLL(None, use_errno=True)
      def tell(result): print(result, ctypes.get_errno() if result < 0 else '', flush=True)
      tell(libc.write(1, ctypes.c_void_p(8), 10))
      tell(libc.write(2, None, 0))
      tell(libc.writev(1, ctypes.c_void_p(8), 1))
      tell(libc.writev(2, ctypes.c_void_p(8), 5000))
      tell(os.writev(1, [b'a', b'', b'bc\\\\n']))
      os.close(2); tell(libc.write(2, b'x', 1))
      os.open('/dev/null', os.O_RDONLY); tell(libc.write(2, b'x', 1))"
      """, prints: "-1 14\n0 \n-1 14\n-1 22\nabc\n4 \n-1 9\n-1 9\n", "the errors of the kernel"),
    AttackCase("a program that wants to receive the notifications itself") {
      // SECCOMP_SET_MODE_FILTER with SECCOMP_FILTER_FLAG_NEW_LISTENER, and a filter that allows all.
      let result = try await play(
        """
        python3 -c "
        import ctypes, platform
        libc = ctypes.CDLL(None, use_errno=True)
        allow = ctypes.create_string_buffer(bytes([6, 0, 0, 0, 0, 0, 255, 127]))
        class Program(ctypes.Structure): _fields_ = [('n', ctypes.c_ushort), ('p', ctypes.c_void_p)]
        program = Program(1, ctypes.addressof(allow))
        number = 317 if platform.machine() == 'x86_64' else 277
        print(libc.syscall(number, 1, 8, ctypes.byref(program)), ctypes.get_errno())"
        """)
      return Outcome("refused (EBUSY)", result.output == "-1 16\n", result.status == 0)
    },
  ]
}
