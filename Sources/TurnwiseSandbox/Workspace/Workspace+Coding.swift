internal import TurnwiseCore

extension Workspace: Codable {
  private enum CodingKeys: String, CodingKey { case entries, temporary, shell }

  /// Decodes and validates a workspace.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let entries = try container.decode([Entry].self, forKey: .entries)
    let temporary = try container.decodeIfPresent([Entry].self, forKey: .temporary) ?? []
    let shell = try container.decodeIfPresent(ShellSnapshot.self, forKey: .shell) ?? .initial
    do {
      try self.init(entries: entries, temporaryEntries: temporary, shell: shell)
    } catch {
      throw DecodingError.dataCorruptedError(
        forKey: .entries, in: container, debugDescription: error.description)
    }
  }

  /// Encodes the entries, those under `/tmp` if there are any, and the state of the shell unless it is
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

  /// Decodes an entry: a file if there is a key `file`, a link if there is a key `link`, and a
  /// directory otherwise.
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

  /// Encodes the path, the mode unless it is a link, and the contents.
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
