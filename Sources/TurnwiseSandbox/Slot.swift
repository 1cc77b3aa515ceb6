internal import Glibc
internal import TurnwiseCore

/// What a thread keeps, for itself alone, from one command to the next.
final class Slot {
  let limits: Sandbox.Limits
  /// Wakes the thread while it waits for a command.
  let bell: Descriptor
  /// Where output goes before it is looked at.
  var buffer = [UInt8](repeating: 0, count: 64 << 10)

  private let filter: Descriptor
  /// The lists of users and groups, and their numbers.
  private let lists: [(file: Descriptor, number: Int32)]
  private let input: Descriptor
  private let commandLine: CStrings
  private let environment: CStrings

  /// Prepares the calling thread.
  init(_ number: Int, _ limits: Sandbox.Limits) throws(Trouble) {
    do throws(Errno) {
      let enclosure = try Enclosure(enteringWith: number)
      self.limits = limits
      bell = try .event()
      filter = try .memory(SyscallFilter.program)
      // Where the root directory is prepared, these are in it already; a descriptor that the
      // launcher is not told of would be open in the command.
      let isPrepared = enclosure.preparedRoot != nil
      lists =
        isPrepared
        ? []
        : [
          (try .memory(Array(Launch.users.utf8)), Launch.Number.users),
          (try .memory(Array(Launch.groups.utf8)), Launch.Number.groups),
        ]
      input = try .memory()
      commandLine = CStrings(Launch.commandLine(limits, on: enclosure.preparedRoot))
      environment = CStrings(Launch.environment.map { "\($0.name)=\($0.value)" })
    } catch {
      throw .failure(
        code: "slot", message: "A slot of the sandbox could not be set up: \(error).")
    }
  }

  /// Runs a command from launch to result.
  func play(_ order: Order) -> Result<CommandResult, Trouble> {
    if order.isCancelled { return .failure(.cancelled) }
    do throws(Errno) {
      return try CommandRun.play(order, in: self)
    } catch {
      return .failure(
        .failure(code: "system", message: "A command could not be run: \(error).", retry: true))
    }
  }

  /// Starts the launcher.
  ///
  /// - Parameters:
  ///   - input: What the shell reads first.
  ///   - ends: The ends of the channels that are the sandbox's.
  /// - Returns: The process number of the launcher.
  /// - Throws: The error number where nothing was started.
  func launch(
    reading input: [UInt8], _ ends: Channels.FarEnds
  ) throws(Errno) -> pid_t {
    try self.input.replaceContents(with: input)
    // The child shares the place of the next read with us, and has read to the end.
    for file in [filter] + lists.map(\.file) { file.rewind() }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    let assignments: [(Descriptor, Int32)] =
      [
        (ends.output, 1), (ends.errors, 2), (filter, Launch.Number.filter),
        (ends.status, Launch.Number.status), (self.input, Launch.Number.input),
        (ends.dialog, Launch.Number.dialog),
      ] + lists.map { ($0.file, $0.number) }
    for (source, number) in assignments {
      posix_spawn_file_actions_adddup2(&actions, source.raw, number)
    }
    // The numbers are without gaps. Whatever else the host has open, with or without the flag that
    // closes it, ends here.
    try Self.closeFrom(&actions, Int32(assignments.count + 1))

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Signals that the host ignores or blocks would stay so in every command.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    let newSession: Int32 = 0x80  // POSIX_SPAWN_SETSID, which the header does not show.
    let flags = Int32(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) | newSession
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var child: pid_t = 0
    let error = posix_spawn(
      &child, Launch.launcher, &actions, &attributes, commandLine.pointers, environment.pointers)
    if error != 0 { throw Errno(error) }
    return child
  }

  private typealias CloseFrom =
    @convention(c) @Sendable (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

  /// Swift's header for Glibc does not show this function.
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

/// Strings as C takes them, with a null pointer at the end.
private final class CStrings {
  let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let count: Int

  init(_ strings: [String]) {
    count = strings.count
    pointers = .allocate(capacity: count + 1)
    for (index, string) in strings.enumerated() {
      (pointers + index).initialize(to: strdup(string))
    }
    (pointers + count).initialize(to: nil)
  }

  deinit {
    for index in 0..<count { free(pointers[index]) }
    pointers.deallocate()
  }
}
