import Testing
import TurnwiseCore
import TurnwiseSandbox
import TurnwiseTestSupport

/// Runs commands one after another, each in the workspace that the previous one left.
///
/// If the machine does not allow sandboxes, this throws a failure that names the remedy, and the test
/// fails with it: a sandbox that was not tested counts as broken.
@discardableResult
func play(
  _ commands: Text..., in workspace: Workspace = .empty, by sandbox: Sandbox = .patient
) async throws -> CommandResult {
  var state = workspace
  var last: CommandResult?
  for command in commands {
    let result = try await sandbox.run(command, in: state, seed: 7)
    state = result.workspace
    last = result
  }
  return try #require(last)
}

/// Records an error that `body` throws: an exit test that throws shows only SIGILL.
func recordingErrors(_ body: () async throws -> Void) async {
  do {
    try await body()
  } catch is ExpectationFailedError {
    // The failed expectation is recorded already.
  } catch {
    Issue.record(error)
  }
}

extension CommandResult {
  /// The standard output as a string.
  var output: String { standardOutput.text.string }
  /// The standard error as a string.
  var errors: String { standardError.text.string }
}

extension Sandbox {
  /// A sandbox that stops no command for time, however busy the machine is.
  static let patient: Sandbox = {
    var limits = Limits()
    limits.seconds = 600
    return Sandbox(slots: 2, limits: limits)
  }()

  /// A sandbox with one slot and the limits of ``patient``, except those that `change` changes.
  static func limited(_ change: (inout Limits) -> Void) -> Sandbox {
    var limits = patient.limits
    change(&limits)
    return Sandbox(slots: 1, limits: limits)
  }
}

extension TemporaryFolder {
  /// A folder of the host that contains the files of a workspace.
  convenience init(containing workspace: Workspace) throws {
    self.init()
    try create()
    try HostFolder(path).write(workspace)
  }
}

extension Array {
  /// The results of an asynchronous function on the elements, one after another.
  func asyncMap<T>(_ transform: (Element) async throws -> T) async rethrows -> [T] {
    var results: [T] = []
    for element in self { results.append(try await transform(element)) }
    return results
  }
}
