internal import Glibc

/// The namespaces of one command: their first process and their directories.
///
/// When the first process ends, the kernel ends all others and removes the file systems.
struct CommandNamespaces {
  /// The number of the first process.
  let process: pid_t
  /// A descriptor of the first process.
  let handle: Descriptor
  /// The directories `/workspace`, `/tmp` and `/proc` of the command.
  let workspace, temporary, processes: Descriptor
  /// The descriptor from which ``OutputSupervisor`` receives the calls that write output; nil if
  /// calls are not announced.
  let listener: Descriptor?

  /// Kills the first process and waits for its end.
  func end() {
    Kernel.kill(handle)
    _ = Kernel.reap(process)
  }
}
