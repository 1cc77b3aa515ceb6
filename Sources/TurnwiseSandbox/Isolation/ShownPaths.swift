internal import Foundation

extension Sandbox {
  /// The folders of the host that every command can read: programs, their libraries and their data.
  ///
  /// Nothing else of the host is there. In them are `/usr/bin`, `sbin`, `lib`, `lib32`, `lib64`,
  /// `libx32`, `libexec`, `include` and `share`, the same of `/usr/local`, and `/etc/alternatives`, as
  /// far as the machine has them; not `/usr/src`, and no other folder of `/usr`.
  public static var shownPaths: [String] {
    SystemFolder.all.compactMap { $0.target == nil ? $0.path : nil } + ["/etc/alternatives"]
  }

  /// A path of the host that commands can read.
  public struct ExposedPath: Error, Hashable, Sendable, CustomStringConvertible {
    /// The path, as it was given.
    public let path: String
    /// The one of ``Sandbox/shownPaths`` that it is in.
    public let shownPath: String

    /// What is wrong and what to do, in two sentences.
    public var description: String {
      """
      \(path) is in \(shownPath), which every command in the sandbox can read: an agent would see \
      what is in it. Move it out of \(Sandbox.shownPaths.joined(separator: ", ")), for example to a \
      folder in your home.
      """
    }
  }

  /// Checks that commands cannot read a file or folder of the host.
  ///
  /// For whatever an agent must not see: tasks and their checks, records, the project itself.
  ///
  /// - Parameter path: A path, which need not exist yet. Links on the way are followed.
  /// - Throws: ``ExposedPath`` where it is in one of ``shownPaths``.
  public static func requireHidden(_ path: String) throws(ExposedPath) {
    let shown = shownPaths.compactMap { path in FileIdentity(path).map { ($0, path) } }
    for ancestor in ancestors(of: path) {
      guard let identity = FileIdentity(ancestor) else { continue }
      if let (_, place) = shown.first(where: { $0.0 == identity }) {
        throw ExposedPath(path: path, shownPath: place)
      }
    }
  }

  /// The path without links, and the directories that it is in.
  private static func ancestors(of path: String) -> [String] {
    let start = path.hasPrefix("/") ? "/" : FileManager.default.currentDirectoryPath
    // Name by name, as the system goes: `..` leads out of what a link leads to.
    let place = path.split(separator: "/").reduce(start) { place, name in
      let next = "\(place)/\(name)"
      if let real = realpath(next, nil) {
        defer { free(real) }
        return String(cString: real)
      }
      // It does not exist yet.
      switch name {
      case ".": return place
      case "..": return place.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
      default: return next
      }
    }
    let names = place.split(separator: "/")
    return (0...names.count).reversed().map { "/" + names.prefix($0).joined(separator: "/") }
  }
}

/// A folder of the system that sandboxes have, or a link in the place of one.
struct SystemFolder: Sendable {
  let path: String
  /// Where it leads, if it is a link.
  let target: String?

  /// All that this machine has.
  ///
  /// Empty ones are left out: each folder is a mount, which each new sandbox and each command copies.
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

/// What tells a file from all others of the machine, whatever paths lead to it.
private struct FileIdentity: Equatable {
  let device, number: UInt

  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    (device, number) = (UInt(status.st_dev), UInt(status.st_ino))
  }
}
