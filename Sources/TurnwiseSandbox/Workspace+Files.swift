public import TurnwiseCore

/// Files of a workspace, read and written as what they are: parts of a value.
///
/// No file of the host is touched, so there is nothing that a path could lead out of. The rules are
/// those that the host keeps for real folders (``HostFolder``): no way up, and no link is followed.
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
  /// - Throws: ``FileError`` where there is no such directory.
  public func list(_ path: Text) throws(FileError) -> [Entry] {
    let directory = try Self.canonical(path)
    if !directory.isEmpty {
      guard case .directory = try existing(directory).kind else { throw .isNotDirectory(directory) }
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
    var mode: UInt16 = 0o644
    switch entry(path)?.kind {
    case .directory: throw .isDirectory(path)
    case .symbolicLink: throw .isLink(path)
    case .file:
      mode = try existing(path).mode
      guard mode & 0o200 != 0 else { throw .notAllowed(path) }
    case nil: break
    }
    let missing = try directoriesToMake(for: path)
    let file = Entry(path: path, kind: .file(Blob(contents.bytes)), mode: mode)
    let new = missing.map { Entry(path: $0, kind: .directory, mode: 0o755) } + [file]
    do {
      let lease = lease
      self = try Workspace(entries: entries.filter { $0.path != path } + new, shell: shell)
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
    if let entry = entry(path) { return entry }
    try checkWay(to: path)
    throw .missing(path)
  }

  /// Throws where something on the way is there and not a directory.
  private func checkWay(to path: Text) throws(FileError) {
    for parent in Self.parents(of: path) {
      switch entry(parent)?.kind {
      case .symbolicLink: throw .isLink(parent)
      case .file: throw .isNotDirectory(parent)
      case .directory, nil: break
      }
    }
  }

  private func directoriesToMake(for path: Text) throws(FileError) -> [Text] {
    try checkWay(to: path)
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

  /// Where `part` begins, occurrences that overlap included.
  private static func places(of part: [UInt8], in whole: [UInt8]) -> [Int] {
    guard let first = part.first, part.count <= whole.count else { return [] }
    return (0...(whole.count - part.count)).filter { start in
      whole[start] == first && whole[start...].starts(with: part)
    }
  }
}
