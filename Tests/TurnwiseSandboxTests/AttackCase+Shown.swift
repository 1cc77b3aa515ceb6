import Foundation
import TurnwiseCore
import TurnwiseSandbox

extension AttackCase {
  /// Cases 76 to 80: what the machine shows, and what it must not.
  static let shown: [AttackCase] = [
    AttackCase("folders of /usr that are nobody's business") {
      let result = try await play(
        """
        cd /usr; for f in * local/*; do case ${f#local/} in
          local|bin|sbin|lib|lib32|lib64|libx32|libexec|include|share) ;; *) echo "$f";; esac; done
        cat /usr/src/*/* /usr/local/src/* 2>&1 | grep -v 'No such file'; echo end
        """)
      return Outcome("only programs, libraries and their data", result.output == "end\n")
    },
    AttackCase("a project in a folder that is shown") {
      let shown = ["/usr/share/x/tasks", "/usr/local/lib/app", "/bin/x", "/usr/lib/../share/new"]
      let hidden = ["/usr/src/app", "/usr", "/home/x", "traces", "/usr/shared/x", "/usr/local/src"]
      func isExposed(_ path: String) -> Bool {
        do { try Sandbox.requireHidden(path) } catch { return true }
        return false
      }
      return Outcome(
        "refused by name, through links, and before it is made", shown.allSatisfy(isExposed),
        !hidden.contains(where: isExposed))
    },
    AttackCase("a link from outside to a folder that is shown") {
      let folder = try ScratchFolder(holding: .empty)
      defer { folder.remove() }
      let link = folder.path + "/tasks"
      try FileManager.default.createSymbolicLink(
        atPath: link, withDestinationPath: "/usr/share")
      do {
        try Sandbox.requireHidden(link + "/mine")
        return Outcome("not refused", false)
      } catch let error as Sandbox.ExposedPath {
        // `..` leads out of what a link leads to, and not back to where the link is.
        let deeper = folder.path + "/deeper"
        try FileManager.default.createSymbolicLink(
          atPath: deeper, withDestinationPath: "/usr/share/doc")
        let isSeenThrough = (try? Sandbox.requireHidden(deeper + "/../mine")) == nil
        try Sandbox.requireHidden(deeper + "/../../src/mine")
        return Outcome(
          "refused with cause and remedy", error.shownPath == "/usr/share", isSeenThrough,
          error.description.contains("Move it out of"), error.description.contains(link))
      }
    },
    AttackCase("how the machine was started and made") {
      let result = try await play(
        """
        cat /proc/cmdline /proc/config.gz /proc/sys/kernel/random/boot_id 2>/dev/null | wc -c
        for f in /proc/cmdline /proc/sys/kernel/random/boot_id; do echo x > $f; done 2>/dev/null
        echo end
        """)
      return Outcome("empty", result.output == "0\nend\n")
    },
    AttackCase("a file of two names that nobody may read") {
      let result = try await play("echo x > a; ln a b; ln a c; chmod 000 a", "stat -c %a a b c")
      return Outcome("comes back as it was", result.output == "0\n0\n0\n")
    },
  ]
}
