internal import Foundation

extension Sandbox {
  /// Why commands cannot be run on this machine, and what to do.
  ///
  /// Commands are never run in a weaker way: without namespaces they would have the rights of the user.
  public struct Refusal: Error, Codable, Hashable, Sendable {
    /// The reason for a refusal.
    public enum Cause: String, Codable, Hashable, Sendable, CaseIterable {
      /// bubblewrap is not installed.
      case notInstalled
      /// bubblewrap is too old to know an option.
      case tooOld
      /// The limit on the number of user namespaces is too low.
      case namespaceLimit
      /// This user or this container may not create user namespaces.
      case namespacesForbidden
      /// AppArmor removes the rights of user namespaces.
      case appArmor
      /// The surrounding container hides parts of `/proc`, so that no new one can be mounted.
      case nestedContainer
      /// This process may not access the files of its own sandboxes.
      case unreachable
      /// The kernel is too old for a system call that the sandbox needs, or the container forbids it.
      case missingCall
      /// The shell is not installed.
      case noShell
      /// The shell starts, but it cannot start a program.
      case noPrograms
      /// A limit of the kernel on this process (`ulimit`) is too low for a sandbox.
      case resourceLimit
      /// Any other reason.
      case other
    }

    /// The reason.
    public let cause: Cause
    /// The message of bubblewrap or the system.
    public let detail: String

    /// Creates a refusal.
    ///
    /// - Parameters:
    ///   - cause: The reason.
    ///   - detail: The message of bubblewrap or the system.
    public init(_ cause: Cause, detail: String) {
      (self.cause, self.detail) = (cause, detail)
    }

    /// Creates a refusal with the cause that the error message of bubblewrap shows.
    public init(launcherSaid message: String) {
      let message = message.trimmingCharacters(in: .whitespacesAndNewlines)
      func says(_ parts: String...) -> Bool { parts.contains { message.contains($0) } }
      cause =
        if says("Unknown option") {
          .tooOld
        } else if says("ENOSPC", "No space left on device") {
          .namespaceLimit
        } else if says("RTM_NEWADDR", "setting up uid map", "Failed to make / slave") {
          .appArmor
        } else if says("mount proc") {
          .nestedContainer
        } else if says("new namespace", "unshare", "max_user_namespaces") {
          .namespacesForbidden
        } else if says("execvp") {
          .noShell
        } else {
          .other
        }
      detail = message
    }
  }
}

extension Sandbox.Refusal {
  /// The reason in a sentence.
  public var explanation: String {
    switch cause {
    case .notInstalled: "bubblewrap is not installed at \(SandboxLayout.launcher)."
    case .tooOld: "This bubblewrap is older than version 0.8."
    case .namespaceLimit: "The kernel's limit on user namespaces is too low."
    case .namespacesForbidden: "Creating namespaces is not allowed here."
    case .appArmor: "AppArmor, or another security module, removes the rights of user namespaces."
    case .nestedContainer:
      "The surrounding container hides parts of /proc, so no new /proc can be mounted."
    case .unreachable:
      "A security module denies this process access to the files of its own sandboxes."
    case .missingCall:
      "This kernel lacks a system call that the sandbox needs, or this container forbids it."
    case .noShell: "\(SandboxLayout.shell) or \(SandboxLayout.holder) cannot be started."
    case .noPrograms: "No program can be started in the sandbox."
    case .resourceLimit: "A limit on this process is too low for a sandbox."
    case .other: "bubblewrap could not start a sandbox."
    }
  }

  /// What to do, in one or more sentences.
  public var remedy: String {
    let docker =
      "docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined "
      + "--security-opt systempaths=unconfined …"
    return switch cause {
    case .notInstalled: "Install it: apt-get install bubblewrap"
    case .tooOld: "Install bubblewrap 0.8 or later; Debian 12 and Ubuntu 24.04 have it."
    case .namespaceLimit: "Raise it, as root: sysctl -w user.max_user_namespaces=15000"
    case .namespacesForbidden:
      """
      In a container, start it with: \(docker)
      On Debian, as root: sysctl -w kernel.unprivileged_userns_clone=1
      """
    case .appArmor:
      """
      On Ubuntu, give bubblewrap a profile, as root:
        printf 'abi <abi/4.0>,\\ninclude <tunables/global>\\nprofile bwrap /usr/bin/bwrap \
      flags=(unconfined) {\\n  userns,\\n}\\n' > /etc/apparmor.d/bwrap && \
      apparmor_parser -r /etc/apparmor.d/bwrap
      In a container, start it with: \(docker)
      """
    case .nestedContainer, .unreachable: "Start the container with: \(docker)"
    case .missingCall:
      """
      Linux 5.9 has all of them (openat2, pidfd_open, close_range), and the option CONFIG_SECCOMP_FILTER.
      In a container, start it with: \(docker)
      """
    case .noShell: "Install them: apt-get install bash coreutils"
    case .noPrograms:
      "Before Linux 5.14 the limit on processes counts all processes of the user: use a later kernel, or another user."
    case .resourceLimit:
      """
      Raise the limit before this program is started: as root, `ulimit -Hn 4096` for open files \
      (-Hu, -Hv, -Hf for processes, memory and file size), and the same without H.
      For a service of systemd it is LimitNOFILE=, for a container `docker run --ulimit nofile=4096`.
      """
    case .other: "For the details run: \(SandboxLayout.launcher) --unshare-all --ro-bind / / true"
    }
  }
}

extension Sandbox.Refusal: CustomStringConvertible {
  /// Reason, remedy, and the message of bubblewrap or the system.
  public var description: String {
    """
    The sandbox cannot be used. \(explanation)
    \(remedy)
    (\(detail.isEmpty ? "There was no further message." : detail))
    """
  }
}
