internal import Glibc
internal import TurnwiseCore

/// What a thread keeps, for itself alone, from one command to the next.
final class Slot {
  let limits: Sandbox.Limits
  /// Wakes the thread while it waits for a command.
  let bell: Descriptor
  /// Where output goes before it is looked at.
  var buffer = [UInt8](repeating: 0, count: 64 << 10)

  /// The lists of users and groups, and their numbers.
  private let lists: [(file: Descriptor, number: Int32)]
  private let commandLine: CStrings
  /// Tells whoever looks at the machine whose sandboxes these are; no command can look there.
  private let hostEnvironment = CStrings(["TURNWISE_HOST=\(getpid())"])
  private let shell: CStrings
  private let environment: CStrings
  let entrance: Entrance
  /// Tells whose output it is that comes; nil where the machine does not show it.
  let processes = HostProcesses()
  /// Of the command before, until there is time to take it away.
  private var leftover: Entrance.World?
  /// A sandbox that comes up while commands run in another one, so that the next episode need not wait.
  private var spare: HeldSandbox.Launch?

  /// Prepares the calling thread.
  init(_ number: Int, _ limits: Sandbox.Limits) throws(Trouble) {
    if let refusal = Kernel.refusal { throw .refused(refusal) }
    do throws(Errno) {
      let enclosure = try Enclosure(enteringWith: number)
      self.limits = limits
      bell = try .event()
      // Where the root directory is prepared, these are in it already.
      let isPrepared = enclosure.preparedRoot != nil
      lists =
        isPrepared
        ? []
        : [
          (try .memory(Array(Launch.users.utf8)), Launch.Number.users),
          (try .memory(Array(Launch.groups.utf8)), Launch.Number.groups),
        ]
      commandLine = CStrings(Launch.commandLine(on: enclosure.preparedRoot))
      shell = CStrings(Launch.shellCommandLine)
      environment = CStrings(Launch.environment.map { "\($0.name)=\($0.value)" })
      entrance = try Entrance(
        limits, isRootPrepared: isPrepared, isAsking: processes != nil, program: shell,
        environment: environment)
    } catch {
      throw .failure(
        code: "slot", message: "A slot of the sandbox could not be set up: \(error).")
    }
  }

  /// Runs a command from its start to the result.
  ///
  /// - Parameters:
  ///   - order: The command.
  ///   - sandbox: Where no other command runs.
  ///   - isWorthWaiting: Whether a shell is started for the next command of the sandbox, asked when this
  ///     one has ended.
  /// - Returns: What the command did, or why it did nothing.
  func play(
    _ order: Order, in sandbox: HeldSandbox, isWorthWaiting: () -> Bool
  ) -> Result<CommandResult, Trouble> {
    if order.isCancelled { return .failure(.cancelled) }
    do {
      let shell = try sandbox.takeShell() ?? WaitingShell(in: sandbox, of: self)
      var run = try CommandRun(order, shell, of: self)
      defer { leftover = shell.world }
      try run.play()
      // Where that is not possible, the next command will learn the reason.
      if !order.isCancelled, isWorthWaiting() {
        sandbox.keep(try? WaitingShell(in: sandbox, of: self))
      }
      return try run.result()
    } catch let trouble as Trouble {
      return .failure(trouble)
    } catch {
      return .failure(.system("A command could not be run", error))
    }
  }

  /// Takes away what the last command left, which is not much less work than to write it.
  func clear() { leftover = nil }

  // MARK: - Sandboxes

  /// A sandbox in which nothing has run.
  func freshSandbox() throws(Trouble) -> HeldSandbox {
    // A spare that came to nothing while it waited says nothing of a new one.
    if let spare = spare.take(), let sandbox = try? HeldSandbox(awaiting: spare, &buffer) {
      return sandbox
    }
    let launch: HeldSandbox.Launch
    do throws(Errno) {
      launch = try HeldSandbox.begin(in: self)
    } catch {
      guard error.code == ENOENT else { throw .system("A sandbox could not be launched", error) }
      throw .refused(Sandbox.Refusal(.notInstalled, detail: "\(error)"))
    }
    return try HeldSandbox(awaiting: launch, &buffer)
  }

  /// Lets a sandbox come up for the next episode.
  func prepareSpare() {
    // Where that is not possible, somebody who waits for it will learn the reason.
    if spare == nil { spare = try? HeldSandbox.begin(in: self) }
  }

  /// Gives up the spare.
  func close() {
    if let spare = spare.take() { HeldSandbox.end(spare) }
  }

  /// Starts the launcher.
  ///
  /// - Returns: The process number of the launcher.
  /// - Throws: The error number where nothing was started.
  func launch(
    lifeline: Descriptor, errors: Descriptor,
    status: (reading: Descriptor, writing: Descriptor)
  ) throws(Errno) -> pid_t {
    // The child shares the place of the next read with us, and has read to the end.
    for file in lists.map(\.file) { file.rewind() }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let assignments: [(Descriptor, Int32)] =
      [
        (lifeline, 0), (lifeline, 1), (errors, 2), (status.writing, Launch.Number.status),
        (try status.reading.raised(), Launch.Number.statusEnd),
      ] + lists.map { ($0.file, $0.number) }
    defer { withExtendedLifetime(assignments) {} }
    for (source, number) in assignments {
      posix_spawn_file_actions_adddup2(&actions, source.raw, number)
    }
    // The numbers are without gaps. Whatever else the host has open, with or without the flag that
    // closes it, ends here.
    try Self.closeFrom(&actions, Int32(assignments.count))

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Signals that the host ignores or blocks would stay so.
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
      &child, Launch.launcher, &actions, &attributes, commandLine.pointers, hostEnvironment.pointers
    )
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
