internal import Foundation
package import Turnwise
package import TurnwiseSandbox

/// What a machine offers, as far as Turnwise depends on it.
package struct MachineFacts: Sendable {
  /// Why commands of agents cannot be run; nil where they can.
  package enum Obstacle: Sendable {
    /// The sandbox knows cause and remedy.
    case refused(Sandbox.Refusal)
    /// Something failed that may pass.
    case failed(Failure)
  }

  /// What a program in the sandbox came to.
  package enum Probe: Sendable, Hashable {
    /// Nobody could ask.
    case unasked
    /// Its version.
    case version(String)
    /// Why there is no answer.
    case silent(String)
  }

  /// The name of the system and its kernel.
  package var system: String
  /// What bubblewrap says of its version.
  package var bubblewrap: String?
  /// Whether its program is there, even if it says nothing.
  package var isBubblewrapThere = false
  /// What stands in the way of commands.
  package var obstacle: Obstacle?
  /// The most user namespaces, and switches of the kernel that forbid them.
  package var namespaces: [String: String]
  /// What there is of control groups: of each version where, and its controllers.
  package var controlGroups: [String]
  /// The version of bash inside the sandbox.
  package var bash = Probe.unasked
  /// Whether the kernel tells which program writes what; nil where nobody could ask.
  package var isOutputAttributed: Bool?
  /// The version of python3 inside the sandbox.
  package var python = Probe.unasked
  /// The registers of the kernels; nil where they cannot be had as they are asked for.
  package var kernels: String?
  /// The levels that the processor can run.
  package var levels: [String]
  /// Why the kernels that are asked for cannot be had.
  package var kernelRefusal: String?
  /// The processor that OpenBLAS chose its kernels for.
  package var openBLASCore: String
  /// What holds OpenBLAS back.
  package var openBLASWarnings: [String]

  /// Looks at this machine, and runs a few commands in the sandbox.
  package static func gathered() async -> MachineFacts {
    var facts = MachineFacts(
      system: "\(ProcessInfo.processInfo.operatingSystemVersionString), "
        + "\(ProcessInfo.processInfo.activeProcessorCount) cores",
      bubblewrap: Sandbox.launcherVersion(), namespaces: [:],
      controlGroups: mountedControlGroups,
      kernels: Machine.refusal == nil ? Machine.kernels : nil, levels: Machine.kernelLevels,
      kernelRefusal: Machine.refusal, openBLASCore: Machine.openBLASCore,
      openBLASWarnings: BenchmarkMachine.warnings)
    facts.isBubblewrapThere = FileManager.default.isExecutableFile(atPath: Sandbox.launcherPath)
    for name in Self.switches { facts.namespaces[name] = contents("/proc/sys/" + name) }
    do {
      try await Sandbox.shared.probe()
      facts.isOutputAttributed =
        try? await Sandbox.shared.run(":", in: .empty, seed: 0).isOutputAttributed
      facts.bash = await answer("echo $BASH_VERSION")
      facts.python = await answer("python3 --version")
    } catch let refusal as Sandbox.Refusal {
      facts.obstacle = .refused(refusal)
    } catch {
      facts.obstacle = .failed(Failure.wrapping(error, at: .sandbox))
    }
    return facts
  }

  /// Settings of the kernel that decide about user namespaces; which are there depends on the system.
  private static let switches = [
    "user/max_user_namespaces", "kernel/unprivileged_userns_clone",
    "kernel/apparmor_restrict_unprivileged_userns",
  ]

  private static var mountedControlGroups: [String] {
    // Device, place, type, options.
    let mounts = (contents("/proc/mounts") ?? "").split(separator: "\n")
      .map { $0.split(separator: " ").map(String.init) }.filter { $0.count > 3 }
    let first = mounts.filter { $0[2] == "cgroup" }
      .compactMap { $0[1].split(separator: "/").last.map(String.init) }
    let second = mounts.filter { $0[2] == "cgroup2" }.map { mount in
      "version 2 at \(mount[1]): \(contents(mount[1] + "/cgroup.controllers") ?? "")"
    }
    return (first.isEmpty ? [] : ["version 1: " + first.sorted().joined(separator: " ")]) + second
  }

  private static func contents(_ path: String) -> String? {
    (try? String(contentsOfFile: path, encoding: .utf8))?
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// What a command prints, if it does well.
  private static func answer(_ command: String) async -> Probe {
    do {
      let result = try await Sandbox.shared.run(Text(command), in: .empty, seed: 0)
      func trimmed(_ output: CapturedOutput) -> String {
        output.text.string.trimmingCharacters(in: .whitespacesAndNewlines)
      }
      return result.status == 0
        ? .version(trimmed(result.standardOutput))
        : .silent("status \(result.status): \(trimmed(result.standardError))")
    } catch {
      return .silent("\(error)")
    }
  }
}
