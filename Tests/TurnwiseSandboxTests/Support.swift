import Testing
import TurnwiseCore
import TurnwiseSandbox

/// Runs commands one after another, each in what the one before left.
///
/// Where bubblewrap is refused, this throws a failure that names the remedy, so the test fails with
/// it: a sandbox that was not tested is not one.
@discardableResult
func play(
  _ commands: Text..., in workspace: Workspace = .empty, by sandbox: Sandbox = .shared
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

extension CommandResult {
  /// The standard output as a string.
  var output: String { standardOutput.text.string }
  /// The standard error as a string.
  var errors: String { standardError.text.string }
}

extension Sandbox {
  /// A sandbox of one slot with other limits.
  static func limited(_ change: (inout Limits) -> Void) -> Sandbox {
    var limits = Limits()
    change(&limits)
    return Sandbox(slots: 1, limits: limits)
  }
}
