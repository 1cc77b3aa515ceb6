internal import Foundation
package import Turnwise
package import TurnwiseSandbox

/// The facts about a machine on which Turnwise depends.
package struct MachineFacts: Sendable {
  /// Why commands of agents cannot be run.
  package enum Obstacle: Sendable {
    /// The sandbox refused, with cause and remedy.
    case refused(Sandbox.Refusal)
    /// Another failure, which may be temporary.
    case failed(Failure)
  }

  /// The result of asking a program in the sandbox for its version.
  package enum Probe: Sendable, Hashable {
    /// The program could not be asked, because there is no sandbox.
    case unasked
    /// The version of the program.
    case version(String)
    /// The reason why there is no answer.
    case silent(String)
  }

  /// The name of the system and its kernel.
  package var system: String
  /// The version that bubblewrap reports.
  package var bubblewrap: String?
  /// Whether the program of bubblewrap exists, even if it does not report a version.
  package var isBubblewrapThere = false
  /// Why commands of agents cannot be run; nil if they can.
  package var obstacle: Obstacle?
  /// The kernel's settings for user namespaces, by name.
  package var namespaces: [String: String]
  /// The mounted control groups with their controllers, by version.
  package var controlGroups: [String]
  /// The version of bash inside the sandbox.
  package var bash = Probe.unasked
  /// Whether the kernel reports which program writes what; nil if that is unknown.
  package var isOutputAttributed: Bool?
  /// The version of python3 inside the sandbox.
  package var python = Probe.unasked
  /// The kernel level in use; nil if the requested one is not available.
  package var kernels: String?
  /// The kernel levels that the processor supports.
  package var levels: [String]
  /// Why the requested kernels are not available.
  package var kernelRefusal: String?
  /// The processor for which OpenBLAS has chosen its kernels.
  package var openBLASCore: String
  /// Warnings about settings that slow OpenBLAS down.
  package var openBLASWarnings: [String]

  /// Inspects this machine and runs a few commands in the sandbox.
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

  /// The kernel's settings for user namespaces; which of them exist depends on the system.
  private static let switches = [
    "user/max_user_namespaces", "kernel/unprivileged_userns_clone",
    "kernel/apparmor_restrict_unprivileged_userns",
  ]

  private static var mountedControlGroups: [String] {
    // The fields of a line are device, mount point, type and options.
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

  /// Returns what a command prints, if it succeeds.
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
