internal import Foundation
internal import Turnwise
internal import TurnwiseSandbox

/// What the ``MachineFacts`` mean for running Turnwise.
package struct MachineReport: Encodable, Sendable {
  /// The verdict on a part of the machine.
  package enum Verdict: String, Encodable, Sendable {
    /// The part is available.
    case ok
    /// Something is missing that only some features need.
    case lacking
    /// Features that depend on the part do not run.
    case refused
  }

  /// The finding about a part of the machine.
  package struct Finding: Encodable, Sendable {
    /// The name of the part.
    package var part: String
    /// The verdict.
    package var verdict: Verdict
    /// The facts that were found.
    package var found: String
    /// What to do, if anything.
    package var remedy: String?
  }

  /// The findings, the most important first.
  package let findings: [Finding]
  /// Whether commands of agents can be run.
  package let runsCommands: Bool
  /// Whether policies can be trained and played.
  package let computes: Bool

  /// Evaluates the facts.
  package init(_ facts: MachineFacts) {
    runsCommands = facts.obstacle == nil
    computes = facts.kernelRefusal == nil
    findings = [
      Self.sandbox(facts), Self.bubblewrap(facts), Self.namespaces(facts),
      Self.controlGroups(facts), Self.outputOrder(facts), Self.bash(facts), Self.python(facts),
      Self.kernels(facts),
      Self.openBLAS(facts), Finding(part: "system", verdict: .ok, found: facts.system),
    ]
  }

  private static func sandbox(_ facts: MachineFacts) -> Finding {
    switch facts.obstacle {
    case nil: Finding(part: "sandbox", verdict: .ok, found: "a command ran in it")
    case .refused(let refusal):
      Finding(
        part: "sandbox", verdict: .refused,
        found: refusal.explanation + (refusal.detail.isEmpty ? "" : " (\(refusal.detail))"),
        remedy: refusal.remedy)
    case .failed(let failure):
      Finding(
        part: "sandbox", verdict: .refused, found: failure.message,
        remedy: failure.isRetryable ? "Try again." : nil)
    }
  }

  private static func bubblewrap(_ facts: MachineFacts) -> Finding {
    let part = "bubblewrap"
    if let version = facts.bubblewrap {
      return Finding(part: part, verdict: .ok, found: "\(version) at \(Sandbox.launcherPath)")
    }
    if facts.isBubblewrapThere {
      return Finding(
        part: part, verdict: facts.obstacle == nil ? .ok : .lacking,
        found: "at \(Sandbox.launcherPath); it could not be started to ask for its version")
    }
    let refusal = Sandbox.Refusal(.notInstalled, detail: "")
    return Finding(
      part: part, verdict: facts.obstacle == nil ? .lacking : .refused,
      found: refusal.explanation, remedy: refusal.remedy)
  }

  private static func namespaces(_ facts: MachineFacts) -> Finding {
    let settings = facts.namespaces.sorted { $0.key < $1.key }
      .map { "\($0.key.replacing("/", with: "."))=\($0.value)" }
    var found = settings.isEmpty ? "the kernel does not say" : settings.joined(separator: " ")
    guard case .refused(let refusal)? = facts.obstacle, refusal.isAboutNamespaces else {
      let isProven = facts.obstacle == nil
      found +=
        isProven
        ? "; user namespaces are available" : "; whether any are available is \(unknown)"
      return Finding(part: "namespaces", verdict: isProven ? .ok : .lacking, found: found)
    }
    return Finding(part: "namespaces", verdict: .refused, found: found, remedy: refusal.remedy)
  }

  /// Never refused, because the sandbox has its own limits.
  private static func controlGroups(_ facts: MachineFacts) -> Finding {
    let found = facts.controlGroups.isEmpty ? ["none"] : facts.controlGroups
    return Finding(
      part: "control groups", verdict: .ok,
      found: found.joined(separator: "; ") + "; none are needed")
  }

  /// Never refused, because only the order of simultaneous output is affected.
  private static func outputOrder(_ facts: MachineFacts) -> Finding {
    let part = "output order"
    return switch facts.isOutputAttributed {
    case true?:
      Finding(part: part, verdict: .ok, found: "the kernel reports which program writes")
    case false?:
      Finding(
        part: part, verdict: .lacking,
        found: "the kernel does not report which program writes: if several write at once, the "
          + "order differs from run to run",
        remedy: Sandbox.Refusal(.nestedContainer, detail: "").remedy)
    case nil: Finding(part: part, verdict: .lacking, found: unknown)
    }
  }

  private static func bash(_ facts: MachineFacts) -> Finding {
    let refusal = Sandbox.Refusal(.noShell, detail: "")
    return inside(
      "bash", facts.bash, otherwise: refusal.explanation, remedy: refusal.remedy)
  }

  private static func python(_ facts: MachineFacts) -> Finding {
    inside(
      "python3", facts.python,
      otherwise: "There is no python3 in the sandbox, so tasks that need it cannot be solved.",
      remedy: "Install it: apt-get install python3")
  }

  /// The finding about a program in the sandbox.
  private static func inside(
    _ part: String, _ probe: MachineFacts.Probe, otherwise: String, remedy: String
  ) -> Finding {
    switch probe {
    case .version(let version): Finding(part: part, verdict: .ok, found: version)
    case .unasked: Finding(part: part, verdict: .lacking, found: unknown)
    case .silent(let reason):
      Finding(part: part, verdict: .lacking, found: "\(otherwise) (\(reason))", remedy: remedy)
    }
  }

  private static let unknown = "unknown without a sandbox"

  private static func kernels(_ facts: MachineFacts) -> Finding {
    if let refusal = facts.kernelRefusal {
      return Finding(
        part: "kernels", verdict: .refused, found: refusal,
        remedy: "Unset \(Machine.kernelVariable), or name one of these levels.")
    }
    let levels = facts.levels.joined(separator: ", ")
    return Finding(
      part: "kernels", verdict: .ok,
      found: "\(facts.kernels ?? "none"); this processor has \(levels)")
  }

  private static func openBLAS(_ facts: MachineFacts) -> Finding {
    guard let warning = facts.openBLASWarnings.first else {
      return Finding(part: "OpenBLAS", verdict: .ok, found: "kernels of \(facts.openBLASCore)")
    }
    return Finding(
      part: "OpenBLAS", verdict: .lacking, found: "kernels of \(facts.openBLASCore)",
      remedy: warning)
  }
}

extension Sandbox.Refusal {
  /// Whether the kernel or a security module forbids user namespaces.
  fileprivate var isAboutNamespaces: Bool {
    switch cause {
    case .namespaceLimit, .namespacesForbidden, .appArmor, .nestedContainer: true
    case .notInstalled, .tooOld, .unreachable, .missingCall, .noShell, .noPrograms, .resourceLimit,
      .other:
      false
    }
  }
}
