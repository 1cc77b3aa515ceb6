import Foundation
import Testing
import TurnwiseCore
import TurnwiseSandbox

extension AttackCase {
  /// Cases 19 to 23: the host's files, descriptors, servers and processes.
  static let host: [AttackCase] = [
    AttackCase("secrets of the host") {
      // An exit test has a process, and an environment, of its own.
      _ = try await #require(processExitsWith: .success) {
        setenv("TURNWISE_TEST_SECRET", "swordfish", 1)
        let result = try await play(
          """
          cat /etc/shadow /root/.bashrc /proc/1/root/etc/hostname; ls /home /root /var /srv /opt
          cat /proc/*/environ | tr '\\0' '\\n'; tr '\\0' '\\n' < /proc/1/cmdline
          """)
        let text = result.output + result.errors
        if text.contains("swordfish") || text.contains("bwrap") { exit(3) }
        if result.output.contains("root:") { exit(4) }
        if !result.output.contains("PYTHONHASHSEED=0") { exit(5) }
      }
      return Outcome("no such files; no variables and no paths of the host", true)
    },
    AttackCase("descriptors left open by the host") {
      let root = open("/", O_RDONLY)
      let high = fcntl(root, F_DUPFD, 900)
      defer { for file in [root, high] { close(file) } }
      let result = try await play(
        "ls /proc/self/fd /proc/1/fd | grep -x '[0-9]*' | sort -u | tr '\\n' ' '")
      // 3 is the folder that `ls` reads; 6 receives the shell's state; 63 and 255 are copies of the shell.
      let open = Set(result.output.split(separator: " ").compactMap { Int($0) })
      let isOwn = open.isSubset(of: [0, 1, 2, 3, 4, 5, 6, 63, 255])
      return Outcome(
        isOwn ? "only 0, 1, 2 and those of the shell" : "\(open.sorted())",
        isOwn, open.isSuperset(of: [0, 1, 2]))
    },
    AttackCase(
      "writing outside",
      allFail: [
        "echo x > /usr/x", "echo x >> /usr/bin/true", "echo x > /x", "echo x > /etc/passwd",
        "mkdir /workspace2", "rm /bin", "touch /dev/x", "echo 1 > /proc/sys/kernel/panic",
      ], "read-only or not allowed"),
    AttackCase("servers of the host: loopback, abstract name, vsock") {
      let (listener, port) = try loopbackListener()
      let named = try abstractListener("turnwise-test")
      defer { for socket in [listener, named] { close(socket) } }
      let result = try await play(
        Text(
          """
          echo x 2>/dev/null > /dev/tcp/127.0.0.1/\(port) || echo refused
          python3 -c "
          import socket
          for family, place in [(socket.AF_INET, ('127.0.0.1', \(port))), (40, (2, \(port))),
                                (socket.AF_UNIX, '\\\\0turnwise-test')]:
              try: socket.socket(family, socket.SOCK_STREAM).connect(place); print('connected')
              except OSError as error: print(error.errno)
          "
          """))
      var waiting = [listener, named].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      return Outcome(
        "EAFNOSUPPORT or ECONNREFUSED; no connection to the listeners",
        result.output == "refused\n97\n97\n111\n", poll(&waiting, 2, 0) == 0)
    },
    AttackCase("killing processes of the host") {
      let canary = try Process.run(URL(fileURLWithPath: "/usr/bin/sleep"), arguments: ["600"])
      defer { kill(canary.processIdentifier, SIGKILL) }
      let result = try await play(
        Text(
          """
          kill -STOP $PPID; kill -9 1; kill -9 \(canary.processIdentifier) \
            && echo reached; echo here; kill -9 -1; echo still
          """))
      return Outcome(
        "no such process; the host's process is running", canary.isRunning,
        result.output == "here\nstill\n")
    },
  ]
}

/// A socket of the host that listens on the loopback interface.
func loopbackListener() throws -> (descriptor: Int32, port: UInt16) {
  let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  let isBound = withUnsafeMutablePointer(to: &address) { address in
    address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
      bind(listener, address, length) == 0 && listen(listener, 8) == 0
        && getsockname(listener, address, &length) == 0
    }
  }
  guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
  return (listener, UInt16(bigEndian: address.sin_port))
}

/// A socket of the host that listens under an abstract name, which is in no file system.
func abstractListener(_ name: String) throws -> Int32 {
  let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  withUnsafeMutableBytes(of: &address.sun_path) { path in
    for (index, byte) in name.utf8.enumerated() { path[index + 1] = byte }
  }
  let length = MemoryLayout<sa_family_t>.size + 1 + name.utf8.count
  let isBound = withUnsafeMutablePointer(to: &address) { address in
    address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
      bind(listener, address, socklen_t(length)) == 0 && listen(listener, 8) == 0
    }
  }
  guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
  return listener
}
