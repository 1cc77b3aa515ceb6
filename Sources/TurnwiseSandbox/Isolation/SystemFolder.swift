internal import Foundation

/// A folder of the machine that sandboxes show, or a link in the place of such a folder.
struct SystemFolder: Sendable {
  let path: String
  /// The target, if it is a link.
  let target: String?

  /// All such folders of this machine.
  ///
  /// Empty ones are omitted: each folder is a mount, which each new sandbox and each command copies.
  static let all: [SystemFolder] = ["/usr", "/usr/local"].flatMap { base in
    ["bin", "sbin", "lib", "lib32", "lib64", "libx32", "libexec", "include", "share"].compactMap {
      SystemFolder("\(base)/\($0)")
    }
  }

  private init?(_ path: String) {
    let files = FileManager.default
    self.path = path
    target = try? files.destinationOfSymbolicLink(atPath: path)
    if target == nil, ((try? files.contentsOfDirectory(atPath: path)) ?? []).isEmpty { return nil }
  }
}
