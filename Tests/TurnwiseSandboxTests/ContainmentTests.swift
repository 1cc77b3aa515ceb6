import Foundation
import Testing
import TurnwiseCore
import TurnwiseSandbox

@Suite struct `A command in a sandbox` {
  @Test func `does not see the files of the host`() async throws {
    let result = try await play(
      """
      cat /etc/shadow /root/.bashrc /etc/hostname; ls /home /root /var /srv /opt /mnt /proc/1/root/home
      ls /; ls /etc; cat /etc/passwd | wc -l
      """)
    #expect(
      result.output == "bin\ndev\netc\nlib\nlib64\nproc\nsbin\ntmp\nusr\nworkspace\n"
        + "alternatives\ngroup\nld.so.cache\npasswd\n3\n")
  }

  @Test func `does not see the environment of the host`() async throws {
    // An exit test has a process, and an environment, of its own.
    await #expect(processExitsWith: .success) {
      setenv("TURNWISE_TEST_SECRET", "swordfish", 1)
      let result = try await play(
        "env; cat /proc/*/environ | tr '\\0' '\\n'; grep -l swordfish /proc/*/cmdline")
      #expect(!result.output.contains("swordfish"))
      #expect(result.output.contains("PYTHONHASHSEED=0"))
    }
  }

  @Test func `does not see descriptors of the host`() async throws {
    // Neither descriptor is closed in children; one number is below those of the sandbox, one above.
    let root = open("/", O_RDONLY)
    let high = fcntl(root, F_DUPFD, 900)
    defer { for file in [root, high] { close(file) } }
    let result = try await play("ls /proc/self/fd /proc/$$/fd | sort -n | uniq -c")
    #expect(!result.output.contains("900"))
    #expect(try await play("ls /proc/self/fd").output == "0\n1\n2\n3\n6\n")
  }

  @Test func `sees only its own processes`() async throws {
    let result = try await play("ps -e --no-headers -o comm; ls -d /proc/[0-9]*; echo $$")
    #expect(result.output == "bash\nps\n/proc/1\n1\n")
  }

  @Test(arguments: [
    "echo x > /usr/x", "echo x >> /usr/bin/true", "echo x > /x", "echo x > /etc/passwd",
    ": > /dev/x", "mkdir /workspace2", "rm /bin", "echo x > /dev/../run", "ln /usr/bin/id h",
    "mount -t tmpfs x /tmp", "umount /usr", "unshare -Ur true", "unshare -m true",
    "mknod d b 254 0", "mknod c c 1 3", "ls /dev/kmsg", "ls /dev/fuse", "ls /dev/kvm",
    "cat /proc/1/mem", "cat /proc/1/environ > /dev/full", "chroot /usr /bin/true",
    "date -s 2030-01-01", "hostname evil", "ulimit -u 100000", "ulimit -v unlimited",
    "ulimit -c unlimited", "ulimit -t unlimited", "ulimit -f 99999999", "ulimit -n 4096",
    "chown 0:0 /workspace", "su -c id", "echo 1 > /proc/sys/kernel/panic",
    "echo b > /proc/sysrq-trigger", "echo x > /dev/tcp/127.0.0.1/22", "swapon /dev/null",
    "nsenter -t 1 -a true", "dmesg", "renice -n -5 $$", "chattr +i .",
    "setpriv --inh-caps=+all true", "kill -0 3000000",
  ])
  func `cannot reach anything outside`(command: String) async throws {
    #expect(try await notRefused([command]) == [])
  }

  @Test func `cannot kill processes outside`() async throws {
    let canary = try Process.run(URL(fileURLWithPath: "/usr/bin/sleep"), arguments: ["100000"])
    defer { kill(canary.processIdentifier, SIGKILL) }
    let result = try await play(
      Text("kill -STOP $PPID; kill -9 1; kill -9 \(canary.processIdentifier); echo here"),
      "kill -9 -1; echo gone")
    #expect(canary.isRunning)
    #expect(result.output == "gone\n")
  }

  @Test func `has no rights and cannot gain any`() async throws {
    let result = try await play(
      """
      cp /usr/bin/id sid; chmod 4755 sid; ./sid -u
      grep -E '^(Cap|NoNewPrivs|Seccomp:|Groups)' /proc/self/status
      cat /proc/self/uid_map | tr -s ' '
      """)
    let lines = result.output.split(separator: "\n")
    #expect(lines.first == "1000")
    for name in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
      #expect(lines.contains("\(name):\t0000000000000000"))
    }
    #expect(lines.contains("NoNewPrivs:\t1") && lines.contains("Seccomp:\t2"))
    #expect(lines.last?.hasPrefix(" 1000 ") == true)
    #expect(result.workspace.entry("sid")?.mode == 0o755)
  }

  @Test func `cannot reach servers of the host`() async throws {
    let (listener, port) = try loopbackListener()
    let named = try abstractListener("turnwise-server")
    defer { for socket in [listener, named] { close(socket) } }
    let result = try await play(
      Text(
        """
        cat > connect.py <<'X'
        import socket
        for family, kind, place in [
            (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", \(port))),
            (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", \(port))),
            (socket.AF_INET6, socket.SOCK_STREAM, ("::1", \(port))),
            (40, socket.SOCK_STREAM, (2, \(port))),
            (socket.AF_NETLINK, socket.SOCK_RAW, (0, 0)),
            (socket.AF_UNIX, socket.SOCK_STREAM, "\\0turnwise-server"),
        ]:
            try:
                socket.socket(family, kind).connect(place)
                print("connected")
            except OSError as error:
                print(error.errno)
        X
        python3 connect.py
        """))
    // EAFNOSUPPORT, and ECONNREFUSED for a name that only the host's network could have.
    #expect(result.output == "97\n97\n97\n97\n97\n111\n")
    var waiting = [listener, named].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    #expect(poll(&waiting, 2, 0) == 0)
  }

  @Test func `cannot make dangerous system calls`() async throws {
    let calls = [
      ("ptrace", (101, 117)), ("process_vm_readv", (310, 270)), ("unshare", (272, 97)),
      ("setns", (308, 268)), ("mount", (165, 40)), ("pivot_root", (155, 41)), ("bpf", (321, 280)),
      ("perf_event_open", (298, 241)), ("keyctl", (250, 219)), ("add_key", (248, 217)),
      ("userfaultfd", (323, 282)), ("io_uring_setup", (425, 425)),
      ("open_by_handle_at", (304, 265)), ("init_module", (175, 105)), ("kexec_load", (246, 104)),
      ("reboot", (169, 142)), ("fsopen", (430, 430)), ("open_tree", (428, 428)),
    ]
    let result = try await play(systemCalls(calls))
    #expect(
      result.output.split(separator: "\n").map(String.init) == calls.map { "\($0.0) -1 \(EPERM)" })
  }

  @Test func `cannot make calls that hide what they do`() async throws {
    let result = try await play(
      """
      python3 -c "
      import ctypes, platform
      libc, isIntel = ctypes.CDLL(None, use_errno=True), platform.machine() == 'x86_64'
      def call(*arguments):
          print(libc.syscall(*map(ctypes.c_ulong, arguments)), ctypes.get_errno())
      # The kernel does not show the flags of this call to a filter.
      call(435)
      # A number of the x32 ABI, which arm64 does not have.
      call(0x40000000 if isIntel else 435)
      # An unknown option of prctl, then the one without which a command would survive its host.
      prctl = 157 if isIntel else 167
      call(prctl, 0)
      call(prctl, 1, 0)
      # A request of ioctl whose upper half is not zero.
      call(16 if isIntel else 29, 0, 0x500005412, 0)"
      """)
    #expect(result.output == "-1 38\n-1 38\n-1 22\n-1 1\n-1 1\n")
  }

  @Test func `does not meet other commands, at the same time or before`() async throws {
    // Both use names that would be shared if the commands were not isolated from each other.
    let sandbox = Sandbox(slots: 2)
    let server: Text = """
      python3 -c '
      import socket, time
      s = socket.socket(socket.AF_UNIX); s.bind("\\0turnwise-meeting"); s.listen()
      open("/dev/shm/turnwise-meeting", "w").close(); open("/tmp/turnwise-meeting", "w").close()
      time.sleep(0.5)'; ls /tmp
      """
    async let one = play(server, by: sandbox)
    async let two = play(server, by: sandbox)
    let results = try await [one, two]
    #expect(results.map(\.errors) == ["", ""])
    #expect(results[0] == results[1])
    for _ in 0..<2 {
      let after = try await play(
        "ls -A /tmp /dev/shm/; grep -c meeting /proc/net/unix", by: sandbox)
      #expect(after.output == "/dev/shm/:\n\n/tmp:\n0\n")
    }
  }
}
