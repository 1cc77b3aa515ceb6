internal import Glibc

extension Sandbox.Limits {
  /// The limits that the kernel enforces on each process (setrlimit(2)), which no process can raise.
  var kernelLimits: [(resource: Int, limit: Int)] {
    [
      // With 0, a program of the host that receives core dumps would still be started (core(5)).
      (RLIMIT_CORE, 1), (RLIMIT_NOFILE, openFiles), (__RLIMIT_NPROC, processes),
      (RLIMIT_AS, addressSpaceBytes), (RLIMIT_CPU, processorSeconds),
      // Twice the size of the file system: that one is the limit, but a file of holes is limited too.
      (RLIMIT_FSIZE, 2 * workspaceBytes),
      // The kernel needs memory of its own for messages, timers and signals.
      (__RLIMIT_MSGQUEUE, 819_200), (__RLIMIT_SIGPENDING, 4096),
    ].map { resource, limit in
      var host = rlimit()
      let isKnown = getrlimit(__rlimit_resource_t(resource.rawValue), &host) == 0
      // A limit of the host cannot be raised.
      return (Int(resource.rawValue), isKnown ? min(limit, Int(clamping: host.rlim_max)) : limit)
    }
  }
}
