internal import TurnwiseCore
internal import TurnwiseSandbox

extension Sandbox {
  /// Checks that commands can be run.
  ///
  /// - Throws: A `Failure` that says why not, what to do, and which environments need no sandbox.
  func require() async throws {
    do {
      try await probe()
    } catch let refusal as Refusal {
      throw Failure(
        .sandbox, code: refusal.cause.rawValue,
        message: "\(refusal)\nEnvironments such as keydoor-v1 need no sandbox.")
    }
  }
}
