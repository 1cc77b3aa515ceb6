import Foundation
import TurnwiseCore
import TurnwiseSandbox

extension AttackCase {
  /// Cases 24 to 29: system calls, devices and rights.
  static let kernel: [AttackCase] = [
    AttackCase("debugging other processes") {
      let calls = systemCalls([
        ("ptrace", (101, 117)), ("process_vm_readv", (310, 270)), ("pidfd_getfd", (438, 438)),
      ])
      let result = try await play(Text(calls.bytes + Array("\nhead -c 1 /proc/1/mem".utf8)))
      return Outcome(
        "EPERM; reading memory EIO",
        result.output == "ptrace -1 1\nprocess_vm_readv -1 1\npidfd_getfd -1 1\n",
        result.errors.contains("Input/output error"))
    },
    AttackCase("mounts and new namespaces") {
      let calls = systemCalls([
        ("mount", (165, 40)), ("unshare", (272, 97)), ("setns", (308, 268)),
        ("clone3", (435, 435)), ("io_uring_setup", (425, 425)), ("keyctl", (250, 219)),
        ("bpf", (321, 280)), ("open_tree", (428, 428)), ("init_module", (175, 105)),
      ])
      let result = try await play(calls)
      let wrong = try await notRefused([
        "mount -t tmpfs x /tmp", "umount /usr", "unshare -Ur true", "unshare -m true",
        "nsenter -t 1 -a true", "chroot /usr /bin/true",
      ])
      return Outcome(
        wrong.isEmpty ? "EPERM; clone3 ENOSYS" : wrong.joined(separator: "; "), wrong.isEmpty,
        result.output == """
          mount -1 1
          unshare -1 1
          setns -1 1
          clone3 -1 38
          io_uring_setup -1 1
          keyctl -1 1
          bpf -1 1
          open_tree -1 1
          init_module -1 1

          """)
    },
    AttackCase(
      "devices",
      allFail: [
        "mknod d b 254 0", "mknod c c 1 3", "ls /dev/kmsg", "ls /dev/fuse", "ls /dev/kvm",
        "ls /dev/pts", "ls /dev/mem",
      ], "none exists, none can be created"),
    AttackCase("set-user-id") {
      let result = try await play(
        """
        cp /usr/bin/id sid; chmod 4755 sid; ./sid -u; su -c id </dev/null >/dev/null 2>&1; echo $?
        grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr '\\n\\t' '  '
        """)
      return Outcome(
        "same user, no capability, NoNewPrivs; the bit is dropped",
        result.output
          == "1000\n1\nCapEff: 0000000000000000 CapBnd: 0000000000000000 NoNewPrivs: 1 Seccomp: 2 ",
        result.workspace.entry("sid")?.mode == 0o755)
    },
    AttackCase(
      "clock and host name",
      allFail: ["date -s 2030-01-01", "hostname evil", "echo x > /proc/sys/kernel/hostname"],
      "EPERM"),
    AttackCase(
      "raising limits",
      allFail: [
        "ulimit -u 100000", "ulimit -v unlimited", "ulimit -c unlimited", "ulimit -t unlimited",
        "ulimit -f 99999999", "ulimit -n 4096",
        "prlimit --nproc=100000 --pid 1", "renice -n -5 $$",
      ], "refused"),
  ]
}
