import Testing
import TurnwiseCore
import TurnwiseSandbox

/// Runs commands one after another, each in what the one before left.
///
/// Where bubblewrap is refused, this throws a failure that names the remedy, so the test fails with
/// it: a sandbox that was not tested is not one.
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

extension CommandResult {
  /// The standard output as a string.
  var output: String { standardOutput.text.string }
  /// The standard error as a string.
  var errors: String { standardError.text.string }
}

extension Sandbox {
  /// A sandbox that stops no command for its time, however busy the machine is.
  static let patient: Sandbox = {
    var limits = Limits()
    limits.seconds = 600
    return Sandbox(slots: 2, limits: limits)
  }()

  /// A sandbox of one slot with other limits, patient unless they say otherwise.
  static func limited(_ change: (inout Limits) -> Void) -> Sandbox {
    var limits = patient.limits
    change(&limits)
    return Sandbox(slots: 1, limits: limits)
  }
}

extension Array {
  func asyncMap<T>(_ transform: (Element) async throws -> T) async rethrows -> [T] {
    var results: [T] = []
    for element in self { results.append(try await transform(element)) }
    return results
  }
}
