public import TurnwiseCore

/// The files of an agent and the state of its shell between two commands, as a value.
///
/// A workspace contains everything that a command can leave for the next one: names, bytes and
/// permissions of the files under `/workspace` and `/tmp`, the working directory, and the exported
/// variables. No process lives between commands. So a copy of the value is a fork of the state, and
/// two workspaces with equal contents are equal and have equal keys.
///
///     var workspace = try Workspace([("notes/todo.txt", "buy milk\n")])
///     let result = try await sandbox.run("wc -l notes/*", in: workspace, seed: 7)
///     workspace = result.workspace
///
/// A workspace does not contain owners, times, extended attributes, set-user-id and sticky bits, the
/// permissions of `/workspace` and `/tmp` themselves, which names are links to one file, and anything
/// that is not a file, a directory or a symbolic link. The next command does not find these.
public struct Workspace: Sendable {
  /// The entries under `/workspace`, sorted by the bytes of their paths, so that a directory precedes
  /// its contents.
  public let entries: [Entry]
  /// The entries under `/tmp`, in the same order.
  ///
  /// File tools and ``HostFolder`` use ``entries`` only.
  public let temporaryEntries: [Entry]
  /// The state of the shell.
  public let shell: ShellSnapshot
  /// The right to run the next command in the sandbox of the last one.
  ///
  /// It is not part of the value: it makes the next command faster and never changes its result.
  var lease: Lease?

  /// Creates a workspace of entries in any order.
  ///
  /// - Parameters:
  ///   - entries: The entries under `/workspace`.
  ///   - temporaryEntries: The entries under `/tmp`.
  ///   - shell: The state of the shell.
  /// - Throws: ``WorkspaceError`` for a path that no command could have created.
  public init(
    entries: [Entry], temporaryEntries: [Entry] = [], shell: ShellSnapshot = .initial
  ) throws(WorkspaceError) {
    self.entries = entries.sortedByPath()
    self.temporaryEntries = temporaryEntries.sortedByPath()
    self.shell = shell
    try validate()
  }

  /// Creates a workspace of files, and the directories that contain them.
  ///
  /// - Parameter files: Paths such as `notes/todo.txt`, and contents.
  /// - Throws: ``WorkspaceError`` for a path that no command could have created.
  public init(_ files: [(path: Text, contents: Text)] = []) throws(WorkspaceError) {
    try self.init(files.map { (path: $0.path, mode: 0o644, contents: $0.contents) })
  }

  /// Creates a workspace of files with permissions, and the directories that contain them.
  ///
  /// - Parameter files: Paths such as `bin/run`, permission bits, and contents.
  /// - Throws: ``WorkspaceError`` for a path that no command could have created.
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

  /// Creates a workspace of entries that were read from a directory and are sorted.
  init(trusting entries: [Entry], temporaryEntries: [Entry] = [], shell: ShellSnapshot) {
    self.entries = entries
    self.temporaryEntries = temporaryEntries
    self.shell = shell
  }

  /// Returns the entry at `path` under `/workspace`, if there is one.
  ///
  /// - Complexity: O(log *n*), where *n* is the number of entries.
  public func entry(_ path: Text) -> Entry? { entries.entry(path) }

  /// The bytes of the file at `path`, if there is one; links are not followed.
  public subscript(path: Text) -> Text? { entry(path)?.blob.map { Text($0.bytes) } }

  /// The number of bytes of all files together, including those under `/tmp`.
  public var size: Int {
    [entries, temporaryEntries].joined().reduce(0) { $0 + ($1.blob?.bytes.count ?? 0) }
  }

  /// The paths of all entries under `/workspace`, in the order of their bytes.
  public var paths: [Text] { entries.map(\.path) }

  /// Returns this workspace with an empty `/tmp`.
  public func withoutTemporaryEntries() -> Workspace {
    if temporaryEntries.isEmpty { return self }
    var workspace = Workspace(trusting: entries, shell: shell)
    workspace.lease = lease
    return workspace
  }
}

extension Workspace: Hashable {
  /// Compares the entries under both directories, and the shell states.
  public static func == (left: Workspace, right: Workspace) -> Bool {
    left.entries == right.entries && left.temporaryEntries == right.temporaryEntries
      && left.shell == right.shell
  }

  /// Hashes the same properties.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(entries)
    hasher.combine(temporaryEntries)
    hasher.combine(shell)
  }
}

extension Workspace: CustomStringConvertible {
  /// The first paths and sizes, and the working directory, without the contents of files.
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
      more.append("\(temporaryEntries.count) in \(SandboxLayout.temporaryPath)")
    }
    return "Workspace[\((names + more).joined(separator: ", "))] in \(shell.directory.string)"
  }
}
