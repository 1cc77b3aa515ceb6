internal import TurnwiseCore

/// Why a command has no result.
enum CommandFailure: Error {
  /// Commands cannot be run on this machine.
  case refused(Sandbox.Refusal)
  /// This command could not be run, or was cancelled.
  case failed(Failure)

  static let cancelled = CommandFailure.failed(
    Failure(.cancelled, code: "cancelled", message: "The command was cancelled."))

  /// The machine has less memory left than the reserve in `limits`.
  static func machineMemory(_ limits: Sandbox.Limits) -> CommandFailure {
    sandbox(
      code: "machine-memory",
      message: "The machine has less than \(limits.hostReserveBytes >> 20) MiB of memory left, so "
        + "the command that used most was stopped. Run fewer commands at once, or free memory.",
      isRetryable: true)
  }

  /// A failure of the sandbox.
  static func sandbox(
    code: String, message: String, isRetryable: Bool = false
  ) -> CommandFailure {
    .failed(Failure(.sandbox, code: code, message: message, isRetryable: isRetryable))
  }

  /// A failure of the system that may not occur again; `what` says what could not be done.
  static func system(_ what: String, _ error: any Error) -> CommandFailure {
    let hint = (error as? Errno).map { ResourceLimit.hint(for: $0) } ?? ""
    return sandbox(code: "system", message: "\(what): \(error).\(hint)", isRetryable: true)
  }

  /// The failure that a caller of the sandbox gets.
  var failure: Failure {
    switch self {
    case .refused(let refusal):
      Failure(
        .sandbox, code: "refused-\(refusal.cause.rawValue)", message: refusal.description)
    case .failed(let failure): failure
    }
  }
}
