public import TurnwiseCore

/// The files and the shell of a workspace, read and changed as parts of a value.
///
/// No file of the host is touched. The rules are those of ``HostFolder`` for real folders: a path may
/// not contain `..`, and no link is followed. Permissions apply as they do for the owner: a directory
/// must be executable (`x`) to reach its contents, also readable (`r`) to list them, and also writable
/// (`w`) to create a name.
extension Workspace {
  /// Returns a path in the form of ``Entry/path``: relative to `/workspace`, without `.` and empty names.
  ///
  /// - Parameter path: A path relative to `/workspace`, or an absolute path below it.
  /// - Returns: The path; it is empty for `/workspace` itself.
  /// - Throws: ``FileError`` if it is not such a path.
  public static func canonical(_ path: Text) throws(FileError) -> Text {
    let slash = UInt8(ascii: "/")
    var bytes = path.bytes[...]
    if bytes.isEmpty { throw .empty }
    if bytes.contains(0) { throw .containsNUL }
    if bytes.count > 4095 { throw .tooLong }
    if bytes.first == slash {
      let root = Array(SandboxLayout.workspacePath.utf8)
      guard bytes.starts(with: root), bytes.count == root.count || bytes[root.count] == slash else {
        throw .absolute(path)
      }
      bytes = bytes.dropFirst(root.count)
    }
    let names = bytes.split(separator: slash).filter { !$0.elementsEqual(".".utf8) }
    for name in names {
      if name.elementsEqual("..".utf8) { throw .leadsUp(path) }
      if name.count > 255 { throw .tooLong }
    }
    return Text(names.joined(separator: [slash]))
  }

  /// Returns the entries directly in a directory, in the order of their bytes.
  ///
  /// - Throws: ``FileError`` if there is no such directory, or its owner may not read it.
  public func list(_ path: Text) throws(FileError) -> [Entry] {
    let directory = try Self.canonical(path)
    if !directory.isEmpty {
      let entry = try existing(directory)
      guard case .directory = entry.kind else { throw .isNotDirectory(directory) }
      guard entry.mode & 0o500 == 0o500 else { throw .notAllowed(directory) }
    }
    let prefix = directory.isEmpty ? [] : directory.bytes + [UInt8(ascii: "/")]
    return entries.filter { entry in
      entry.path.bytes.starts(with: prefix)
        && !entry.path.bytes.dropFirst(prefix.count).contains(UInt8(ascii: "/"))
    }
  }

  /// Returns the bytes of a file.
  ///
  /// - Throws: ``FileError`` if there is no such file, or its owner may not read it.
  public func read(_ path: Text) throws(FileError) -> Text {
    let path = try Self.canonical(path)
    if path.isEmpty { throw .isDirectory(path) }
    let entry = try existing(path)
    switch entry.kind {
    case .directory: throw .isDirectory(path)
    case .symbolicLink: throw .isLink(path)
    case .file(let blob):
      guard entry.mode & 0o400 != 0 else { throw .notAllowed(path) }
      return Text(blob.bytes)
    }
  }

  /// Writes a file; the file and the directories that contain it are created if they are missing.
  ///
  /// - Throws: ``FileError`` if the path is not a file, or its owner may not write it.
  public mutating func write(_ contents: Text, to path: Text) throws(FileError) {
    let path = try Self.canonical(path)
    if path.isEmpty { throw .isDirectory(path) }
    try checkParents(of: path)
    var mode: UInt16 = 0o644
    if let entry = entry(path) {
      switch entry.kind {
      case .directory: throw .isDirectory(path)
      case .symbolicLink: throw .isLink(path)
      case .file: mode = entry.mode
      }
      guard mode & 0o200 != 0 else { throw .notAllowed(path) }
    }
    let missing = try missingParents(of: path)
    let file = Entry(path: path, kind: .file(Blob(contents.bytes)), mode: mode)
    let new = missing.map { Entry(path: $0, kind: .directory, mode: 0o755) } + [file]
    try replaceEntries(entries.filter { $0.path != path } + new, shell)
  }

  /// Removes a file, or a directory with its contents; does nothing if there is none.
  ///
  /// - Throws: ``FileError`` if the path is not one of the workspace, or is the workspace itself.
  public mutating func remove(_ path: Text) throws(FileError) {
    let path = try Self.canonical(path)
    if path.isEmpty { throw .isDirectory(path) }
    let contents = path.bytes + [UInt8(ascii: "/")]
    try replaceEntries(
      entries.filter { $0.path != path && !$0.path.bytes.starts(with: contents) }, shell)
  }

  /// Lets the next command find a new shell, without variables of earlier commands, in a directory.
  ///
  /// - Throws: ``FileError`` if there is no such directory.
  public mutating func startShell(in path: Text) throws(FileError) {
    let path = try Self.canonical(path)
    if !path.isEmpty {
      guard case .directory = try existing(path).kind else { throw .isNotDirectory(path) }
    }
    let root = ShellSnapshot.initial
    let directory = path.isEmpty ? root.directory : "\(root.directory)/\(path)"
    try replaceEntries(
      entries, ShellSnapshot(directory: directory, variables: root.variables))
  }

  /// Changes the value; the next command continues in the sandbox of the last one.
  private mutating func replaceEntries(
    _ entries: [Entry], _ shell: ShellSnapshot
  ) throws(FileError) {
    let lease = lease
    do {
      self = try Workspace(entries: entries, temporaryEntries: temporaryEntries, shell: shell)
    } catch {
      throw .tooLong
    }
    self.lease = lease
  }

  /// Replaces a text that occurs exactly once in a file.
  ///
  /// - Throws: ``FileError`` if it does not, or the file cannot be read and written.
  public mutating func replace(_ old: Text, with new: Text, in path: Text) throws(FileError) {
    let path = try Self.canonical(path)
    let bytes = try read(path).bytes
    let places = Self.places(of: old.bytes, in: bytes)
    guard let place = places.first else { throw .noMatch(path) }
    guard places.count == 1 else { throw .manyMatches(path, count: places.count) }
    let after = bytes[(place + old.bytes.count)...]
    try write(Text(bytes[..<place] + new.bytes + after), to: path)
  }

  private func existing(_ path: Text) throws(FileError) -> Entry {
    try checkParents(of: path)
    guard let entry = entry(path) else { throw .missing(path) }
    return entry
  }

  /// Throws if a parent of the path exists that is not a directory which its owner may enter.
  private func checkParents(of path: Text) throws(FileError) {
    for parent in Self.parents(of: path) {
      guard let entry = entry(parent) else { return }
      switch entry.kind {
      case .symbolicLink: throw .isLink(parent)
      case .file: throw .isNotDirectory(parent)
      case .directory: if entry.mode & 0o100 == 0 { throw .notAllowed(parent) }
      }
    }
  }

  /// The parents of a path that must be created.
  ///
  /// - Throws: ``FileError`` if the owner may not create names in the last parent that exists.
  private func missingParents(of path: Text) throws(FileError) -> [Text] {
    let parents = Self.parents(of: path)
    let missing = parents.filter { entry($0) == nil }
    // Creating a name changes the directory that contains it.
    if entry(path) == nil, let last = parents.last(where: { entry($0) != nil }) {
      guard try existing(last).mode & 0o300 == 0o300 else { throw .notAllowed(last) }
    }
    return missing
  }

  /// The paths of all directories that contain a path, from the outermost to the innermost.
  private static func parents(of path: Text) -> [Text] {
    path.bytes.indices.filter { path.bytes[$0] == UInt8(ascii: "/") }
      .map { Text(path.bytes[..<$0]) }
  }

  /// The indices at which `part` begins, including occurrences that overlap, found in one pass
  /// (Knuth, Morris and Pratt).
  private static func places(of part: [UInt8], in whole: [UInt8]) -> [Int] {
    if part.isEmpty || part.count > whole.count { return [] }
    // For each byte of `part`: the length of the longest proper prefix of `part` that ends there.
    var borders = [Int32](repeating: 0, count: part.count)
    func advance(_ matched: Int, with byte: UInt8) -> Int {
      var matched = matched
      while matched > 0, matched == part.count || part[matched] != byte {
        matched = Int(borders[matched - 1])
      }
      return part[matched] == byte ? matched + 1 : 0
    }
    for index in part.indices.dropFirst() {
      borders[index] = Int32(advance(Int(borders[index - 1]), with: part[index]))
    }
    var (places, matched) = ([Int](), 0)
    for (index, byte) in whole.enumerated() {
      matched = advance(matched, with: byte)
      if matched == part.count { places.append(index + 1 - part.count) }
    }
    return places
  }

  /// Returns the workspace with a change, if the result stays within the limits of a sandbox.
  ///
  /// - Parameters:
  ///   - path: The path that is changed, for messages.
  ///   - limits: The limits of the sandbox that will get the workspace.
  ///   - body: Makes the change.
  /// - Returns: The changed workspace.
  /// - Throws: What `body` throws, and ``FileError`` for too many entries or bytes.
  public func changed(
    at path: Text, within limits: Sandbox.Limits = Sandbox.Limits(),
    _ body: (inout Workspace) throws(FileError) -> Void
  ) throws(FileError) -> Workspace {
    var changed = self
    try body(&changed)
    guard changed.entries.count <= limits.workspaceEntries,
      changed.entries.depth <= limits.workspaceDepth
    else { throw .tooMany(path) }
    let size = changed.entries.allocatedBytes
    guard size <= limits.workspaceBytes else {
      throw .tooLarge("/workspace", bytes: size, limit: limits.workspaceBytes)
    }
    return changed
  }
}
