public import TurnwiseCore

/// Why entries are not a tree that a command could have made.
public struct WorkspaceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The path that is wrong, or nil where it is the state of the shell.
  public let path: Text?
  /// What is wrong with it.
  public let reason: String

  /// Path and reason in a sentence.
  public var description: String {
    guard let path else { return "The shell state of the workspace \(reason)." }
    return "The workspace path \(path.string.debugDescription) \(reason)."
  }
}

extension Workspace {
  /// Throws where this is not a tree that a command could have made.
  ///
  /// The entries of a decoded workspace come from a trace file, which is not to be trusted: the
  /// host writes these paths.
  func validate() throws(WorkspaceError) {
    try Self.validate(entries) { $0 }
    try Self.validate(temporaryEntries) { Text(Array("\(Launch.temporaryPath)/".utf8) + $0.bytes) }
    try shell.validate()
  }

  /// Checks the entries of one directory.
  ///
  /// - Parameters:
  ///   - entries: What is in it.
  ///   - place: What errors call a path in it.
  /// - Throws: ``WorkspaceError`` where no command could have made them.
  private static func validate(
    _ entries: [Entry], _ place: (Text) -> Text
  ) throws(WorkspaceError) {
    var directories: Set<Text> = [""]
    var previous: Text?
    for entry in entries {
      func require(_ condition: Bool, _ reason: String) throws(WorkspaceError) {
        if !condition { throw WorkspaceError(path: place(entry.path), reason: reason) }
      }
      let bytes = entry.path.bytes
      try require(bytes.count < 4096, "is longer than 4095 bytes")
      try require(!bytes.contains(0), "contains a NUL byte")
      try require(entry.path != previous, "occurs twice")
      // The names before the last are those of directories, which came first.
      let slash = bytes.lastIndex(of: UInt8(ascii: "/"))
      let name = bytes[(slash.map { $0 + 1 } ?? 0)...]
      try require(!name.isEmpty, "is empty or ends with an empty name")
      try require(name.count <= 255, "ends with a name longer than 255 bytes")
      try require(!name.elementsEqual(".".utf8), "ends with the name '.'")
      try require(!name.elementsEqual("..".utf8), "ends with the name '..'")
      let parent = Text(bytes[..<(slash ?? 0)])
      try require(slash != 0 && directories.contains(parent), "is in no directory of the workspace")
      switch entry.kind {
      case .directory: directories.insert(entry.path)
      case .symbolicLink(let target):
        try require(
          (1..<4096).contains(target.bytes.count) && !target.bytes.contains(0),
          "links to a text that is empty, too long, or contains a NUL byte")
      case .file: break
      }
      previous = entry.path
    }
  }
}

extension Workspace: Codable {
  private enum CodingKeys: String, CodingKey { case entries, temporary, shell }

  /// Reads and validates a workspace.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let entries = try container.decode([Entry].self, forKey: .entries)
    let temporary = try container.decodeIfPresent([Entry].self, forKey: .temporary) ?? []
    let shell = try container.decodeIfPresent(ShellState.self, forKey: .shell) ?? .initial
    do {
      try self.init(entries: entries, temporaryEntries: temporary, shell: shell)
    } catch {
      throw DecodingError.dataCorruptedError(
        forKey: .entries, in: container, debugDescription: error.description)
    }
  }

  /// Writes the entries, those under `/tmp` where there are any, and the state of the shell unless it is
  /// the initial one.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(entries, forKey: .entries)
    if !temporaryEntries.isEmpty { try container.encode(temporaryEntries, forKey: .temporary) }
    if shell != .initial { try container.encode(shell, forKey: .shell) }
  }
}

extension Workspace.Entry: Codable {
  private enum CodingKeys: String, CodingKey { case path, mode, file, link }

  /// Reads an entry: a file where there is a key `file`, a link where there is a key `link`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let kind: Kind =
      if let blob = try container.decodeIfPresent(Blob.self, forKey: .file) {
        .file(blob)
      } else if let target = try container.decodeIfPresent(Text.self, forKey: .link) {
        .symbolicLink(target)
      } else {
        .directory
      }
    self.init(
      path: try container.decode(Text.self, forKey: .path), kind: kind,
      mode: try container.decodeIfPresent(UInt16.self, forKey: .mode) ?? 0o777)
  }

  /// Writes the path, the mode unless it is a link, and what tells the kind.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(path, forKey: .path)
    switch kind {
    case .file(let blob):
      try container.encode(mode, forKey: .mode)
      try container.encode(blob, forKey: .file)
    case .directory: try container.encode(mode, forKey: .mode)
    case .symbolicLink(let target): try container.encode(target, forKey: .link)
    }
  }
}
