/// The command line of bubblewrap.
///
/// bubblewrap decides nothing by itself. How well a command is isolated is decided by these options.
enum LauncherCommand {
  /// The command line, with which bubblewrap starts the holder of a sandbox.
  ///
  /// - Parameter root: The prepared root directory; nil if bubblewrap must create it.
  /// - Returns: The path of the program and its arguments.
  static func line(on root: PreparedRoot?) -> [String] {
    [SandboxLayout.launcher, "--json-status-fd", "\(SandboxLayout.DescriptorNumber.status)"]
      + options(on: root) + [SandboxLayout.holder]
  }

  /// The options, in an order that matters: mounts are made one after another.
  ///
  /// Each namespace is named, because `--unshare-all` ignores failures for some of them.
  private static func options(on root: PreparedRoot?) -> [String] {
    let user = "\(SandboxLayout.userNumber)"
    var options = [
      // `--die-with-parent` is not used. It kills only the launcher if the host ends before the two
      // are linked, and the process that the launcher has started waits for it forever. The holder
      // ends when the host does, and the launcher with it, however far they have come.
      // The holder is process 1. If bubblewrap added a process 1 of its own, killing that one would
      // leave an orphan; it is also one process less to start.
      "--unshare-user", "--unshare-pid", "--as-pid-1",
      "--unshare-ipc", "--disable-userns",
      "--new-session", "--cap-drop", "ALL", "--uid", user, "--gid", user,
    ]
    if let root {
      options += ["--ro-bind", root.path, "/", "--dev-bind", root.devices, "/dev"]
    } else {
      options += newRootOptions
    }
    options += ["--proc", "/proc"]
    // The last option, because it makes the root directory read-only for the mounts before it.
    if root == nil { options += ["--remount-ro", "/"] }
    return options
  }

  /// The options that create the root directory.
  private static var newRootOptions: [String] {
    var options = [
      "--unshare-net", "--unshare-uts", "--unshare-cgroup", "--hostname", SandboxLayout.hostName,
    ]
    for folder in SystemFolder.all {
      options +=
        folder.target.map { ["--symlink", $0, folder.path] }
        ?? ["--ro-bind", folder.path, folder.path]
    }
    for (name, target) in SandboxLayout.systemLinks {
      options += ["--symlink", target, "/\(name)"]
    }
    for name in ["etc", "dev", "tmp", "workspace"] {
      options += ["--perms", "0755", "--dir", "/\(name)"]
    }
    for path in ["/etc/ld.so.cache", "/etc/alternatives"] {
      options += ["--ro-bind-try", path, path]
    }
    let number = SandboxLayout.DescriptorNumber.self
    options += ["--perms", "0644", "--file", "\(number.users)", "/etc/passwd"]
    options += ["--perms", "0644", "--file", "\(number.groups)", "/etc/group"]
    for (name, _) in SandboxLayout.devices {
      options += ["--dev-bind", "/dev/\(name)", "/dev/\(name)"]
    }
    for (name, target) in SandboxLayout.deviceLinks {
      options += ["--symlink", target, "/dev/\(name)"]
    }
    return options
  }
}
