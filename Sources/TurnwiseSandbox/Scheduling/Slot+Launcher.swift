internal import Glibc

extension Slot {
  /// Starts bubblewrap.
  ///
  /// - Parameters:
  ///   - keepAlive: The socket that the holder reads and writes.
  ///   - errors: The pipe for error messages.
  ///   - status: Both ends of the pipe for the status.
  /// - Returns: The number of the process.
  /// - Throws: The error number if it could not be started.
  func startLauncher(
    keepAlive: Descriptor, errors: Descriptor,
    status: (reading: Descriptor, writing: Descriptor)
  ) throws(Errno) -> pid_t {
    // The previous launcher has read to the end, and shares the position in the file.
    for (file, _) in launcherFiles { file.rewind() }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let number = SandboxLayout.DescriptorNumber.self
    let assignments: [(Descriptor, Int32)] =
      [
        (keepAlive, 0), (keepAlive, 1), (errors, 2), (status.writing, number.status),
        (try status.reading.raised(), number.statusReader),
      ] + launcherFiles.map { ($0.file, $0.number) }
    defer { withExtendedLifetime(assignments) {} }
    for (source, number) in assignments {
      posix_spawn_file_actions_adddup2(&actions, source.raw, number)
    }
    // Closes all other descriptors of the host, whether or not they are marked to be closed. The
    // numbers that are assigned have no gap.
    try Self.closeFrom(&actions, Int32(assignments.count))

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Otherwise, signals that the host ignores or blocks would be ignored or blocked here too.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    let flags = Int32(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
    posix_spawnattr_setflags(&attributes, Int16(flags | LinuxConstant.spawnNewSession))

    var child: pid_t = 0
    let error = posix_spawn(
      &child, SandboxLayout.launcher, &actions, &attributes, launcherCommandLine.pointers,
      launcherEnvironment.pointers)
    if error != 0 { throw Errno(error) }
    return child
  }

  private typealias CloseFrom =
    @convention(c) @Sendable (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

  /// A function of glibc that the Glibc module does not import.
  private static let closeFromFunction: CloseFrom? =
    dlsym(nil, "posix_spawn_file_actions_addclosefrom_np")
    .map { unsafeBitCast($0, to: CloseFrom.self) }

  private static func closeFrom(_ actions: inout posix_spawn_file_actions_t, _ number: Int32)
    throws(Errno)
  {
    guard let closeFromFunction else { throw Errno(ENOSYS) }
    let error = closeFromFunction(&actions, number)
    if error != 0 { throw Errno(error) }
  }
}
