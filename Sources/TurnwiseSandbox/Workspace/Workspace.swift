internal import Glibc
public import TurnwiseCore

/// The files of an agent and the state of its shell between two commands, as a value.
///
/// A workspace is everything that a command can leave for the next one: names, bytes and permissions
/// of the files under `/workspace` and `/tmp`, the working directory, and the exported variables. No process
/// lives between commands, so a copy of the value is a fork of the world, and two workspaces with
/// equal content are equal and have equal keys.
///
///     var workspace = try Workspace([("notes/todo.txt", "buy milk\n")])
///     let result = try await sandbox.run("wc -l notes/*", in: workspace, seed: 7)
///     workspace = result.workspace
///
/// Not part of it are owners, times, extended attributes, set-user-id and sticky bits, the
/// permissions of `/workspace` and `/tmp` themselves, which names are links to one file, and anything that is
/// neither a file, a directory, nor a symbolic link: a command never finds these again.
public struct Workspace: Sendable {
  /// A file, directory or symbolic link under `/workspace` or `/tmp`.
  public struct Entry: Hashable, Sendable {
    /// What an entry is.
    public enum Kind: Hashable, Sendable {
      /// A regular file and its bytes.
      case file(Blob)
      /// A directory; its entries are entries of the workspace.
      case directory
      /// A symbolic link and the text it holds.
      case symbolicLink(Text)
    }

    /// Where the entry is, relative to `/workspace` (or `/tmp`), such as `notes/todo.txt`.
    public let path: Text
    /// What the entry is.
    public let kind: Kind
    /// The permission bits, 0 to 0o777; always 0o777 for a symbolic link.
    public let mode: UInt16

    /// Creates an entry; bits of `mode` beyond the permissions are dropped.
    public init(path: Text, kind: Kind, mode: UInt16) {
      self.path = path
      self.kind = kind
      if case .symbolicLink = kind { self.mode = 0o777 } else { self.mode = mode & 0o777 }
    }

    /// The bytes of a file.
    public var blob: Blob? { if case .file(let blob) = kind { blob } else { nil } }
  }

  /// The entries, sorted by the bytes of their paths, so that a directory precedes what it holds.
  public let entries: [Entry]
  /// The entries under `/tmp`, in the same order: what commands keep for one another beside their work.
  ///
  /// Tools and folders of the host have to do with ``entries`` alone.
  public let temporaryEntries: [Entry]
  /// The state of the shell.
  public let shell: ShellState
  /// The sandbox that the last command ran in, where it can take the next one.
  ///
  /// No part of the value: it makes the next command faster, and never different.
  var lease: Lease?

  /// Creates a workspace of entries in any order.
  ///
  /// - Parameters:
  ///   - entries: What is under `/workspace`.
  ///   - temporaryEntries: What is under `/tmp`.
  ///   - shell: The state of the shell.
  /// - Throws: ``WorkspaceError`` where a path is not one that a command could have made.
  public init(
    entries: [Entry], temporaryEntries: [Entry] = [], shell: ShellState = .initial
  ) throws(WorkspaceError) {
    self.entries = entries.sorted { $0.path.bytes.lexicographicallyPrecedes($1.path.bytes) }
    self.temporaryEntries = temporaryEntries.sorted {
      $0.path.bytes.lexicographicallyPrecedes($1.path.bytes)
    }
    self.shell = shell
    try validate()
  }

  /// Creates a workspace of files, and the directories that they are in.
  ///
  /// - Parameter files: Paths such as `notes/todo.txt`, and contents.
  /// - Throws: ``WorkspaceError`` where a path is not one that a command could have made.
  public init(_ files: [(path: Text, contents: Text)] = []) throws(WorkspaceError) {
    try self.init(files.map { (path: $0.path, mode: 0o644, contents: $0.contents) })
  }

  /// Creates a workspace of files with permissions, and the directories that they are in.
  ///
  /// - Parameter files: Paths such as `bin/run`, permission bits, and contents.
  /// - Throws: ``WorkspaceError`` where a path is not one that a command could have made.
  public init(_ files: [(path: Text, mode: UInt16, contents: Text)]) throws(WorkspaceError) {
    var directories: Set<Text> = []
    for file in files {
      for (index, byte) in file.path.bytes.enumerated() where byte == UInt8(ascii: "/") {
        directories.insert(Text(file.path.bytes[..<index]))
      }
    }
    try self.init(
      entries: files.map {
        Entry(path: $0.path, kind: .file(Blob($0.contents.bytes)), mode: $0.mode)
      } + directories.map { Entry(path: $0, kind: .directory, mode: 0o755) })
  }

  /// The workspace without entries.
  public static let empty = Workspace(trusting: [], shell: .initial)

  /// Creates a workspace of entries that were read from trees, in order.
  init(trusting entries: [Entry], temporaryEntries: [Entry] = [], shell: ShellState) {
    self.entries = entries
    self.temporaryEntries = temporaryEntries
    self.shell = shell
  }

  /// The entry at `path` under `/workspace`, if there is one.
  ///
  /// - Complexity: O(log *n*), where *n* is the number of entries.
  public func entry(_ path: Text) -> Entry? { entries.entry(path) }

  /// The bytes of the file at `path`, if there is one; links are not followed.
  public subscript(path: Text) -> Text? { entry(path)?.blob.map { Text($0.bytes) } }

  /// The bytes of all files together, those under `/tmp` included.
  public var size: Int {
    [entries, temporaryEntries].joined().reduce(0) { $0 + ($1.blob?.bytes.count ?? 0) }
  }

  /// The room that a file needs.
  static func room(ofBytes count: Int) -> Int {
    let page = sysconf(Int32(_SC_PAGESIZE))
    return count > Int.max - page ? Int.max : (count + page - 1) / page * page
  }

  /// The paths of all entries, in the order of their bytes.
  public var paths: [Text] { entries.map(\.path) }

  /// Returns this workspace with another shell state.
  public func withShell(_ shell: ShellState) -> Workspace {
    var workspace = Workspace(
      trusting: entries, temporaryEntries: temporaryEntries, shell: shell)
    workspace.lease = lease
    return workspace
  }

  /// Returns this workspace with nothing in `/tmp`.
  public func withoutTemporaryEntries() -> Workspace {
    if temporaryEntries.isEmpty { return self }
    var workspace = Workspace(trusting: entries, shell: shell)
    workspace.lease = lease
    return workspace
  }
}

extension [Workspace.Entry] {
  /// The entry at a path, where entries are sorted.
  func entry(_ path: Text) -> Workspace.Entry? {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].path.bytes.lexicographicallyPrecedes(path.bytes) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low < count, self[low].path == path else { return nil }
    return self[low]
  }

  /// The bytes that a file system in memory needs for all files and links: whole pages.
  ///
  /// What fitted as one file with many names, or with holes, may not fit when it is written anew.
  var room: Int {
    reduce(0) { sum, entry in
      switch entry.kind {
      case .file(let blob): sum + Workspace.room(ofBytes: blob.bytes.count)
      case .symbolicLink: sum + Workspace.room(ofBytes: 1)
      case .directory: sum
      }
    }
  }

  /// The most directories that are in one another.
  var depth: Int {
    reduce(0) { depth, entry in
      let slashes = entry.path.bytes.count { $0 == UInt8(ascii: "/") }
      return Swift.max(depth, entry.kind == .directory ? slashes + 1 : slashes)
    }
  }
}

extension Workspace: Hashable {
  /// Compares the entries under both directories, and the shell states.
  public static func == (left: Workspace, right: Workspace) -> Bool {
    left.entries == right.entries && left.temporaryEntries == right.temporaryEntries
      && left.shell == right.shell
  }

  /// Hashes what is compared.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(entries)
    hasher.combine(temporaryEntries)
    hasher.combine(shell)
  }
}

extension Workspace: CustomStringConvertible {
  /// The paths and sizes, without the contents.
  public var description: String {
    let names = entries.prefix(8).map { entry in
      switch entry.kind {
      case .file(let blob): "\(entry.path.string) (\(blob.bytes.count))"
      case .directory: "\(entry.path.string)/"
      case .symbolicLink(let target): "\(entry.path.string) -> \(target.string)"
      }
    }
    var more = entries.count > names.count ? ["… \(entries.count - names.count) more"] : []
    if !temporaryEntries.isEmpty {
      more.append("\(temporaryEntries.count) in \(Launch.temporaryPath)")
    }
    return "Workspace[\((names + more).joined(separator: ", "))] in \(shell.directory.string)"
  }
}
