import Foundation
import TurnwiseCore
import TurnwiseSandbox
import TurnwiseTestSupport

extension AttackCase {
  /// Cases 76 to 80: what commands can see of the machine, and what they must not see.
  static let shown: [AttackCase] = [
    AttackCase("folders of /usr that are not shown") {
      let result = try await play(
        """
        cd /usr; for f in * local/*; do case ${f#local/} in
          local|bin|sbin|lib|lib32|lib64|libx32|libexec|include|share) ;; *) echo "$f";; esac; done
        cat /usr/src/*/* /usr/local/src/* 2>&1 | grep -v 'No such file'; echo end
        """)
      return Outcome(
        "only programs, libraries and their data are visible", result.output == "end\n")
    },
    AttackCase("a project in a folder that is shown") {
      let shown = ["/usr/share/x/tasks", "/usr/local/lib/app", "/bin/x", "/usr/lib/../share/new"]
      let hidden = ["/usr/src/app", "/usr", "/home/x", "traces", "/usr/shared/x", "/usr/local/src"]
      func isExposed(_ path: String) -> Bool {
        do { try Sandbox.requireHidden(path) } catch { return true }
        return false
      }
      return Outcome(
        "refused by name, through links, and before it exists", shown.allSatisfy(isExposed),
        !hidden.contains(where: isExposed))
    },
    AttackCase("a link from outside to a folder that is shown") {
      let folder = try TemporaryFolder(containing: .empty)
      defer { folder.remove() }
      let link = folder.path + "/tasks"
      try FileManager.default.createSymbolicLink(
        atPath: link, withDestinationPath: "/usr/share")
      do {
        try Sandbox.requireHidden(link + "/mine")
        return Outcome("not refused", false)
      } catch let error as Sandbox.ExposedPath {
        // After a link, `..` is the parent of the link's target, not of the link.
        let deeper = folder.path + "/deeper"
        try FileManager.default.createSymbolicLink(
          atPath: deeper, withDestinationPath: "/usr/share/doc")
        let isRefused = (try? Sandbox.requireHidden(deeper + "/../mine")) == nil
        try Sandbox.requireHidden(deeper + "/../../src/mine")
        return Outcome(
          "refused, with cause and remedy", error.shownPath == "/usr/share", isRefused,
          error.description.contains("Move it out of"), error.description.contains(link))
      }
    },
    AttackCase("how the machine was started and configured") {
      let result = try await play(
        """
        cat /proc/cmdline /proc/config.gz /proc/sys/kernel/random/boot_id 2>/dev/null | wc -c
        for f in /proc/cmdline /proc/sys/kernel/random/boot_id; do echo x > $f; done 2>/dev/null
        echo end
        """)
      return Outcome("empty", result.output == "0\nend\n")
    },
    AttackCase("an unreadable file with several names") {
      let result = try await play("echo x > a; ln a b; ln a c; chmod 000 a", "stat -c %a a b c")
      return Outcome("restored with its permissions", result.output == "0\n0\n0\n")
    },
  ]
}
