public import TurnwiseCore

/// Why a workspace is not one that a command could have left.
public struct WorkspaceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The path that is wrong; nil if the state of the shell is.
  public let path: Text?
  /// What is wrong, as the rest of a sentence that begins with the path.
  public let reason: String

  /// Path and reason in a sentence.
  public var description: String {
    guard let path else { return "The shell state of the workspace \(reason)." }
    return "The workspace path \(path.string.debugDescription) \(reason)."
  }
}

extension Workspace {
  /// Throws if this is not a workspace that a command could have left.
  ///
  /// The host creates files at these paths. A decoded workspace comes from a trace file, which may
  /// contain anything.
  func validate() throws(WorkspaceError) {
    try Self.validate(entries) { $0 }
    try Self.validate(temporaryEntries) {
      Text(Array("\(SandboxLayout.temporaryPath)/".utf8) + $0.bytes)
    }
    try shell.validate()
  }

  /// Checks the entries of `/workspace` or `/tmp`.
  ///
  /// - Parameters:
  ///   - entries: The entries, sorted by path.
  ///   - place: Returns the path that errors show for a path.
  /// - Throws: ``WorkspaceError`` if no command could have created them.
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
      // All names but the last are those of directories, which precede this entry.
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
          "is a link whose target is empty, too long, or contains a NUL byte")
      case .file: break
      }
      previous = entry.path
    }
  }
}
