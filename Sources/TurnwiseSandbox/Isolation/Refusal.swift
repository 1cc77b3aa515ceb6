internal import Foundation

extension Sandbox {
  /// Why commands cannot be run on this machine, and what to do about it.
  ///
  /// There is no weaker way to run them: without namespaces a command would be the user's own.
  public struct Refusal: Error, Codable, Hashable, Sendable {
    /// What stands in the way.
    public enum Cause: String, Codable, Hashable, Sendable, CaseIterable {
      /// bubblewrap is not there.
      case notInstalled
      /// bubblewrap does not know an option.
      case tooOld
      /// The number of user namespaces is limited to too few.
      case namespaceLimit
      /// User namespaces are not allowed to this user or in this container.
      case namespacesForbidden
      /// AppArmor takes the rights out of user namespaces.
      case appArmor
      /// A container around hides parts of `/proc`, so that no new one can be mounted.
      case nestedContainer
      /// Something keeps this process from the files of its own sandboxes.
      case unreachable
      /// The kernel is too old for a call that the sandbox is made of, or a container forbids it.
      case missingCall
      /// The shell is not there.
      case noShell
      /// The shell is there, but no program can be started in it.
      case noPrograms
      /// A limit of the kernel on this process (`ulimit`) leaves too little for a sandbox.
      case resourceLimit
      /// Something that was not foreseen.
      case other
    }

    /// What stands in the way.
    public let cause: Cause
    /// What the launcher or the system said.
    public let detail: String

    /// Creates a refusal.
    public init(_ cause: Cause, detail: String) {
      (self.cause, self.detail) = (cause, detail)
    }

    /// Finds the cause in what bubblewrap wrote before it gave up.
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
  /// What stands in the way, in a sentence.
  public var explanation: String {
    switch cause {
    case .notInstalled: "bubblewrap is not installed at \(Launch.launcher)."
    case .tooOld: "This bubblewrap is older than version 0.8."
    case .namespaceLimit: "The kernel's limit on user namespaces is too low."
    case .namespacesForbidden: "Creating namespaces is not allowed here."
    case .appArmor: "AppArmor, or another security module, takes the rights out of user namespaces."
    case .nestedContainer:
      "The container around hides parts of /proc, so no new /proc can be mounted."
    case .unreachable: "A security module keeps this process from the files of its own sandboxes."
    case .missingCall:
      "A system call that the sandbox is made of is missing in this kernel, or forbidden in this container."
    case .noShell: "\(Launch.shell) or \(Launch.holder) cannot be started."
    case .noPrograms: "No program can be started in the sandbox."
    case .resourceLimit: "A limit on this process is too low for a sandbox."
    case .other: "bubblewrap could not start a sandbox."
    }
  }

  /// What to do about it.
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
      "Before Linux 5.14 the limit on processes counts all of the user's: take a later kernel, or another user."
    case .resourceLimit:
      """
      Raise the limit before this program is started: as root, `ulimit -Hn 4096` for open files \
      (-Hu, -Hv, -Hf for processes, memory and file size), and the same without H.
      For a service of systemd it is LimitNOFILE=, for a container `docker run --ulimit nofile=4096`.
      """
    case .other: "Run `\(Launch.launcher) --unshare-all --ro-bind / / true` to see more."
    }
  }
}

extension Sandbox.Refusal: CustomStringConvertible {
  /// Cause, remedy, and what the launcher said.
  public var description: String {
    """
    The sandbox cannot be used. \(explanation)
    \(remedy)
    (\(detail.isEmpty ? "Nothing more was said." : detail))
    """
  }
}
