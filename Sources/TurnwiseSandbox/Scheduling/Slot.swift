internal import Glibc
internal import TurnwiseCore

/// What one thread keeps, for itself alone, from one command to the next.
final class Slot {
  let limits: Sandbox.Limits
  /// Wakes the thread while it waits for a command to end.
  let wakeUp: Descriptor
  /// The buffer into which output is read.
  var buffer = [UInt8](repeating: 0, count: 64 << 10)
  let namespaceEntry: NamespaceEntry
  /// Finds out which process writes; nil if the machine does not show it.
  let processes = HostProcesses()

  /// The files that the launcher reads, and the numbers of their descriptors: users and groups.
  let launcherFiles: [(file: Descriptor, number: Int32)]
  let launcherCommandLine: CStrings
  /// Shows those who look at the machine which process its sandboxes belong to; commands cannot see it.
  let launcherEnvironment = CStrings(["TURNWISE_HOST=\(getpid())"])
  private let shellCommandLine: CStrings
  private let shellEnvironment: CStrings
  /// The namespaces of the previous command, which are released when there is time for it.
  private var previous: CommandNamespaces?
  /// A sandbox that is set up while commands run in another one, so that the next episode need not
  /// wait for it.
  private var spare: SandboxLaunch?

  /// The number of sandboxes that a slot keeps at most; each may have a waiting shell.
  static let sandboxLimit = 32

  /// Prepares the calling thread.
  init(_ number: Int, _ limits: Sandbox.Limits) throws(CommandFailure) {
    if let refusal = RequiredCalls.refusal { throw .refused(refusal) }
    do throws(Errno) {
      let isolation = try ThreadIsolation(ofSlot: number)
      self.limits = limits
      wakeUp = try .event()
      // A prepared root directory contains these files already.
      let isPrepared = isolation.preparedRoot != nil
      let number = SandboxLayout.DescriptorNumber.self
      launcherFiles =
        isPrepared
        ? []
        : [
          (try .memory(Array(SandboxLayout.users.utf8)), number.users),
          (try .memory(Array(SandboxLayout.groups.utf8)), number.groups),
        ]
      launcherCommandLine = CStrings(LauncherCommand.line(on: isolation.preparedRoot))
      shellCommandLine = CStrings(ShellProgram.commandLine)
      shellEnvironment = CStrings(ShellProgram.environment.map { "\($0.name)=\($0.value)" })
      namespaceEntry = try NamespaceEntry(
        limits, isRootPrepared: isPrepared, notifiesHost: processes != nil,
        program: shellCommandLine, environment: shellEnvironment)
    } catch {
      throw .sandbox(
        code: "slot", message: "A slot of the sandbox could not be set up: \(error).")
    }
  }

  /// Runs a command.
  ///
  /// - Parameters:
  ///   - job: The command.
  ///   - sandbox: A sandbox in which no other command runs.
  ///   - preparesNext: Whether to start a shell for the next command in the sandbox. It is called when
  ///     this command has ended.
  /// - Returns: The result of the command, or why it has none.
  func run(
    _ job: CommandJob, in sandbox: EpisodeSandbox, preparesNext: () -> Bool
  ) -> Result<CommandResult, CommandFailure> {
    if job.isCancelled { return .failure(.cancelled) }
    do {
      let shell = try sandbox.takeShell() ?? WaitingShell(in: sandbox, of: self)
      var run = try CommandRun(job, shell, of: self)
      defer { previous = shell.namespaces }
      try run.run()
      // If no shell can be started, the next command will report the reason.
      if !job.isCancelled, preparesNext() {
        sandbox.keep(try? WaitingShell(in: sandbox, of: self))
      }
      return try run.result()
    } catch let failure as CommandFailure {
      return .failure(failure)
    } catch {
      return .failure(.system("A command could not be run", error))
    }
  }

  /// Releases the file systems of the last command, which takes nearly as long as writing them.
  func releasePrevious() { previous = nil }

  // MARK: - Sandboxes

  /// Returns a sandbox in which nothing has run.
  func freshSandbox() throws(CommandFailure) -> EpisodeSandbox {
    // If the spare has failed, a new launch may still succeed.
    if let spare = spare.take(), let sandbox = try? EpisodeSandbox(awaiting: spare, &buffer) {
      return sandbox
    }
    let launch: SandboxLaunch
    do throws(Errno) {
      launch = try SandboxLaunch(in: self)
    } catch {
      guard error.code == ENOENT else { throw .system("A sandbox could not be launched", error) }
      throw .refused(Sandbox.Refusal(.notInstalled, detail: "\(error)"))
    }
    return try EpisodeSandbox(awaiting: launch, &buffer)
  }

  /// Starts setting up a sandbox for the next episode.
  func prepareSpare() {
    // If that fails, the next command that needs a sandbox will report the reason.
    if spare == nil { spare = try? SandboxLaunch(in: self) }
  }

  /// Abandons the spare sandbox.
  func close() { spare.take()?.end() }
}
