public import TurnwiseCore

/// Files of a workspace, read and written as what they are: parts of a value.
///
/// No file of the host is touched, so there is nothing that a path could lead out of. The rules are
/// those that the host keeps for real folders (``HostFolder``): no way up, and no link is followed.
/// Permissions mean what they mean for the owner: a directory must be one to enter (`x`) for anything in
/// it, to read (`r`) too for a list, and to write (`w`) for a new name.
extension Workspace {
  /// A path as an entry has it: relative to `/workspace`, without `.` and doubled slashes.
  ///
  /// - Parameter path: A path relative to `/workspace`, or an absolute one below it.
  /// - Returns: The path; empty for `/workspace` itself.
  /// - Throws: ``FileError`` where it is no such path.
  public static func canonical(_ path: Text) throws(FileError) -> Text {
    let slash = UInt8(ascii: "/")
    var bytes = path.bytes[...]
    if bytes.isEmpty { throw .empty }
    if bytes.contains(0) { throw .containsNUL }
    if bytes.count > 4095 { throw .tooLong }
    if bytes.first == slash {
      let root = Array(Launch.workspacePath.utf8)
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

  /// The paths in a directory, in the order of their bytes; those below its directories are left out.
  ///
  /// - Throws: ``FileError`` where there is no such directory, or its owner may not read it.
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

  /// The bytes of a file.
  ///
  /// - Throws: ``FileError`` where there is no file that its owner may read.
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

  /// Makes `contents` the bytes of a file; it, and the directories that it is in, need not exist.
  ///
  /// - Throws: ``FileError`` where something else is there, or its owner may not write it.
  public mutating func write(_ contents: Text, to path: Text) throws(FileError) {
    let path = try Self.canonical(path)
    if path.isEmpty { throw .isDirectory(path) }
    try checkWay(to: path)
    var mode: UInt16 = 0o644
    if let entry = entry(path) {
      switch entry.kind {
      case .directory: throw .isDirectory(path)
      case .symbolicLink: throw .isLink(path)
      case .file: mode = entry.mode
      }
      guard mode & 0o200 != 0 else { throw .notAllowed(path) }
    }
    let missing = try directoriesToMake(for: path)
    let file = Entry(path: path, kind: .file(Blob(contents.bytes)), mode: mode)
    let new = missing.map { Entry(path: $0, kind: .directory, mode: 0o755) } + [file]
    do {
      let lease = lease
      self = try Workspace(
        entries: entries.filter { $0.path != path } + new, temporaryEntries: temporaryEntries,
        shell: shell)
      self.lease = lease
    } catch {
      throw .tooLong
    }
  }

  /// Replaces a text of a file that occurs in it once.
  ///
  /// - Throws: ``FileError`` where it occurs never or more often, or the file cannot be written.
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
    try checkWay(to: path)
    guard let entry = entry(path) else { throw .missing(path) }
    return entry
  }

  /// Throws where something on the way is there and not a directory that its owner may enter.
  private func checkWay(to path: Text) throws(FileError) {
    for parent in Self.parents(of: path) {
      guard let entry = entry(parent) else { return }
      switch entry.kind {
      case .symbolicLink: throw .isLink(parent)
      case .file: throw .isNotDirectory(parent)
      case .directory: if entry.mode & 0o100 == 0 { throw .notAllowed(parent) }
      }
    }
  }

  private func directoriesToMake(for path: Text) throws(FileError) -> [Text] {
    let parents = Self.parents(of: path)
    let missing = parents.filter { entry($0) == nil }
    // A new name is a change of the directory that it comes into.
    if entry(path) == nil, let last = parents.last(where: { entry($0) != nil }) {
      guard try existing(last).mode & 0o300 == 0o300 else { throw .notAllowed(last) }
    }
    return missing
  }

  private static func parents(of path: Text) -> [Text] {
    path.bytes.indices.filter { path.bytes[$0] == UInt8(ascii: "/") }
      .map { Text(path.bytes[..<$0]) }
  }

  /// Where `part` begins, occurrences that overlap included, in one pass over `whole` (Knuth, Morris
  /// and Pratt).
  private static func places(of part: [UInt8], in whole: [UInt8]) -> [Int] {
    if part.isEmpty || part.count > whole.count { return [] }
    // How much of the beginning of `part` ends at each of its bytes; less than all up to there.
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

  /// Returns the workspace with a change, unless it would become larger than a sandbox takes.
  ///
  /// - Parameters:
  ///   - path: What is changed, for messages.
  ///   - limits: Those of the sandbox which will get it.
  ///   - body: Makes the change.
  /// - Returns: What came of it.
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
    let size = changed.entries.room
    guard size <= limits.workspaceBytes else {
      throw .tooLarge("/workspace", bytes: size, limit: limits.workspaceBytes)
    }
    return changed
  }
}
