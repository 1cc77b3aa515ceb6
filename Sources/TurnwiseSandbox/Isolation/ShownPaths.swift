internal import Foundation

extension Sandbox {
  /// The folders of the host that every command can read: programs, their libraries and their data.
  ///
  /// They are `bin`, `sbin`, `lib`, `lib32`, `lib64`, `libx32`, `libexec`, `include` and `share` in
  /// `/usr` and in `/usr/local`, as far as the machine has them, and `/etc/alternatives`. Commands see
  /// nothing else of the host, in particular not `/usr/src`.
  public static var shownPaths: [String] {
    SystemFolder.all.compactMap { $0.target == nil ? $0.path : nil } + ["/etc/alternatives"]
  }

  /// The error for a path of the host that commands can read.
  public struct ExposedPath: Error, Hashable, Sendable, CustomStringConvertible {
    /// The path, as it was given.
    public let path: String
    /// The one of ``Sandbox/shownPaths`` that contains it.
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
  /// Use it for everything that an agent must not see: tasks and their checks, runs, the project
  /// itself.
  ///
  /// - Parameter path: A path, which need not exist yet. Links on the way are followed.
  /// - Throws: ``ExposedPath`` if it is in one of ``shownPaths``.
  public static func requireHidden(_ path: String) throws(ExposedPath) {
    let shown = shownPaths.compactMap { path in FileIdentity(path).map { ($0, path) } }
    for ancestor in ancestors(of: path) {
      guard let identity = FileIdentity(ancestor) else { continue }
      if let (_, shownPath) = shown.first(where: { $0.0 == identity }) {
        throw ExposedPath(path: path, shownPath: shownPath)
      }
    }
  }

  /// The path without links, and all directories that contain it.
  private static func ancestors(of path: String) -> [String] {
    let start = path.hasPrefix("/") ? "/" : FileManager.default.currentDirectoryPath
    // Links are followed name by name, as the system does: `..` after a link leaves its target.
    let resolved = path.split(separator: "/").reduce(start) { place, name in
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
    let names = resolved.split(separator: "/")
    return (0...names.count).reversed().map { "/" + names.prefix($0).joined(separator: "/") }
  }
}
