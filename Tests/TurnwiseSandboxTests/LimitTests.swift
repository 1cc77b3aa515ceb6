import Testing
import TurnwiseCore
import TurnwiseSandbox

@Suite struct `A command that exceeds a limit` {
  static let before = Result { try Workspace([("kept", "as it was\n")]) }

  @Test func `of processes gets no more, and the host is not affected`() async throws {
    let result = try await play(
      "ulimit -u; f() { f | f & }; f 2>/dev/null; sleep 0.5; ls -d /proc/[0-9]* | wc -l; echo done")
    #expect(result.output.hasPrefix("48\n"))
    #expect(try await play("echo well").output == "well\n")
  }

  @Test func `of memory in one process gets an error`() async throws {
    let result = try await play("python3 -c 'x = bytearray(3 << 30)'; echo $?")
    #expect(result.output == "1\n")
    #expect(result.errors.hasSuffix("MemoryError\n"))
  }

  @Test func `of memory is the first to be killed if the machine runs out`() async throws {
    let result = try await play("cat /proc/self/oom_score_adj")
    #expect(result.output == "1000\n")
  }

  @Test func `of memory in many processes is stopped`() async throws {
    let sandbox = Sandbox.limited { $0.memoryBytes = 128 << 20 }
    let result = try await play(
      "for i in 1 2 3 4; do python3 -c 'x = bytearray(b\"x\" * (60 << 20)); input()' < <(sleep 9) & done; wait",
      in: Self.before.get(), by: sandbox)
    #expect(result.ending == .stopped(.memory))
    #expect(try result.workspace == Self.before.get())
  }

  @Test func `of memory is not a command whose processes map the same file`() async throws {
    let sandbox = Sandbox.limited { $0.memoryBytes = 128 << 20 }
    let result = try await play(
      """
      truncate -s 24M big
      for i in 1 2 3 4 5 6; do
        python3 -c 'import mmap, time
      view = mmap.mmap(open("big", "r+b").fileno(), 0)
      for at in range(0, len(view), 4096): view[at] = 1
      time.sleep(1)' &
      done
      wait
      rm big
      echo well
      """, by: sandbox)
    #expect(result.output == "well\n")
    #expect(result.ending == .exited(0))
  }

  @Test func `of disk space gets an error`() async throws {
    let result = try await play(
      "dd if=/dev/zero of=big bs=1M count=100 status=none; stat -c %s big; echo x > more; rm big more"
    )
    // The space for names is subtracted.
    let size = try #require(Int(result.output.dropLast()))
    #expect((32 << 20) - (64 << 10)...(32 << 20) ~= size)
    #expect(result.errors.contains("No space left on device"))
    #expect(result.ending == .exited(0))
  }

  @Test(arguments: ["/tmp/x", "/dev/shm/x"])
  func `of memory in files gets an error`(path: String) async throws {
    let result = try await play(
      Text("dd if=/dev/zero of=\(path) bs=1M count=100 status=none; rm \(path)"))
    #expect(result.errors.contains("No space left on device"))
  }

  @Test func `of the size of a file gets a signal`() async throws {
    let result = try await play("truncate -s 1T s; echo $?; truncate -s 30M s; stat -c %s s; rm s")
    #expect(result.output == "153\n31457280\n")
  }

  @Test(arguments: [
    "i=0; while : > n$i; do i=$((i+1)); done",
    "i=0; while [ $i -lt 2049 ]; do : > n$i; i=$((i+1)); done",
    "i=0; while [ $i -lt 129 ]; do mkdir d; cd d; i=$((i+1)); done",
    "python3 -c 'import os\nwhile True: os.mkdir(\"d\"); os.chdir(\"d\")'",
    "python3 -c 'import os\nfor i in range(9999): os.mkfifo(str(i))'",
    "i=0; while : > /tmp/n$i; do i=$((i+1)); done",
    "i=0; while [ $i -lt 2049 ]; do : > /tmp/n$i; i=$((i+1)); done",
    "cd /tmp; truncate -s 30M a b",
    "truncate -s 30M a b",
    // These files need more space when they are written again.
    "truncate -s 33550337 a; echo x > b",
    "head -c 30M /dev/zero > b; echo x > a; python3 -c 'import os\nfor i in range(2000): os.link(\"a\", str(i))'",
    "truncate -s 31M a; echo x > b; truncate -s 2M b",
  ])
  func `of files or directories is stopped, and leaves no trace`(command: String) async throws {
    let result = try await play(Text(command), in: Self.before.get())
    #expect(result.ending == .stopped(.files))
    #expect(result.status == 137)
    #expect(try result.workspace == Self.before.get())
  }

  @Test func `may use as much as the limits allow`() async throws {
    let result = try await play(
      "i=1; while [ $i -lt 128 ]; do mkdir d; cd d; i=$((i+1)); done; cd; i=127; while [ $i -lt 2048 ]; do : > n$i; i=$((i+1)); done",
      "find . | wc -l")
    #expect(result.output == "2049\n")
  }

  @Test(arguments: [
    "echo early; trap '' TERM INT HUP; while :; do sleep 1; done",
    "echo early; setsid sleep 1000 & wait", "echo early; (kill -STOP $BASHPID); wait",
    "echo early; exec sleep 1000",
    "echo early; cat <> fifo", "echo early; yes > /dev/null",
    "echo early; f() { f | f & }; f 2>/dev/null; sleep 1000",
  ])
  func `of time is stopped, and what it printed is kept`(command: String) async throws {
    let sandbox = Sandbox.limited { $0.seconds = 1.5 }
    let result = try await play(Text("mkfifo fifo; " + command), in: Self.before.get(), by: sandbox)
    #expect(result.ending == .stopped(.time))
    #expect(result.output == "early\n")
    #expect(try result.workspace == Self.before.get())
  }

  @Test func `of processor time is killed`() async throws {
    let sandbox = Sandbox.limited { $0.processorSeconds = 1 }
    #expect(try await play("while :; do :; done", by: sandbox).ending == .signaled(9))
  }

  @Test func `of the size of a workspace is not started`() async throws {
    let sandbox = Sandbox.limited { $0.workspaceEntries = 2 }
    let workspace = try Workspace([("a", "1"), ("b", "2"), ("c", "3")])
    await #expect {
      try await play("true", in: workspace, by: sandbox)
    } throws: { ($0 as? Failure)?.code == "workspace" }
  }
}

@Suite struct `A process that a command starts` {
  @Test func `does not outlive the command`() async throws {
    let result = try await play(
      "setsid nohup sh -c 'sleep 0.3; echo late > late' >/dev/null 2>&1 & disown; echo now",
      "sleep 0.6; ls; ps -e --no-headers -o comm | sort | uniq | tr '\\n' ' '")
    #expect(result.output.hasPrefix("bash ps"))
    #expect(!result.output.contains("sleep"))
  }

  @Test func `does not keep the command waiting if it has the output open`() async throws {
    let result = try await play("setsid sleep 1000 & echo background")
    #expect(result.ending == .exited(0))
    #expect(result.output == "background\n")
  }

  @Test func `does not keep the command waiting if the output is in a message`()
    async throws
  {
    let result = try await play(
      """
      python3 -c "
      import array, socket
      a, b = socket.socketpair()
      for s in [a, b]:
          s.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                              array.array('i', [a.fileno(), b.fileno(), 1, 2, 6]))])
      print('sent')"
      """)
    #expect(result.output == "sent\n" && result.isShellStateSaved)
    #expect(result.usage.wallSeconds < 9)
  }

  @Test func `is reaped in the sandbox`() async throws {
    let result = try await play(
      """
      for i in {1..20}; do (sleep 0.01 &); done
      for i in {1..3000}; do
        ps -e --no-headers -o stat,comm | grep -qE '^Z|sleep' || { echo none; break; }; sleep 0.01
      done
      """)
    #expect(result.output == "none\n")
  }
}
