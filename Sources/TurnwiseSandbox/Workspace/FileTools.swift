public import TurnwiseCore

extension Toolbox {
  /// The tools `list`, `read`, `write` and `replace` for a workspace in the state.
  ///
  ///     var tools: Toolbox<State> { .files(in: \.workspace) + Toolbox { Submit() } }
  ///
  /// They change the value and no file of the host. If a call is not possible, the agent is told why.
  ///
  /// - Parameters:
  ///   - workspace: The key path of the workspace in the state.
  ///   - replyLimit: The number of bytes of a file or a list that one reply shows.
  ///   - limits: The limits of the sandbox that will get the workspace, which it may not exceed.
  /// - Returns: A toolbox of the four tools.
  public static func files(
    in workspace: any WritableKeyPath<State, Workspace> & Sendable, replyLimit: Int = 16 << 10,
    limits: Sandbox.Limits = Sandbox.Limits()
  ) -> Toolbox {
    let files = FileAccess(workspace: workspace, replyLimit: replyLimit, limits: limits)
    return Toolbox([
      ListFiles(files: files), ReadFile(files: files), WriteFile(files: files),
      ReplaceInFile(files: files),
    ])
  }
}

extension ToolRefusal {
  /// Calls `body`, and tells the agent why if it fails.
  ///
  /// - Parameter body: Reads or writes files.
  /// - Returns: The result of `body`.
  /// - Throws: A refusal with the description of the error that `body` throws.
  public static func from<R>(_ body: () throws(FileError) -> R) throws(ToolRefusal) -> R {
    do { return try body() } catch { throw ToolRefusal(error.description) }
  }
}

/// What the four tools share.
private struct FileAccess<State>: Sendable {
  let workspace: any WritableKeyPath<State, Workspace> & Sendable
  let replyLimit: Int
  let limits: Sandbox.Limits

  /// Changes the workspace within the limits.
  func change(
    _ state: inout State, _ path: Text, _ body: (inout Workspace) throws(FileError) -> Void
  ) throws(ToolRefusal) {
    try ToolRefusal.from { () throws(FileError) in
      state[keyPath: workspace] =
        try state[keyPath: workspace].changed(at: path, within: limits, body)
    }
  }

  /// A reply with the beginning of a text, and the number of bytes that are missing.
  func reply(_ bytes: ArraySlice<UInt8>) -> ToolReply {
    guard bytes.count > replyLimit else { return ToolReply(Text(bytes)) }
    let shown = Text(bytes).prefix(maxBytes: replyLimit)
    return ToolReply("\(shown)\n[… \(bytes.count - shown.bytes.count) more bytes …]")
  }
}

/// Lists a directory.
private struct ListFiles<State>: Tool {
  static var name: String { "list" }
  static var summary: String { "Lists a directory of the workspace: permissions, size, name." }
  static var help: [String: String] { ["path": "The directory; '.' is the workspace itself."] }

  struct Arguments: Decodable { var path: Text }

  let files: FileAccess<State>

  func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness)
    throws -> ToolReply
  {
    let workspace = state[keyPath: files.workspace]
    let entries = try ToolRefusal.from { () throws(FileError) in try workspace.list(arguments.path)
    }
    return files.reply(Array(entries.map(Self.line).joined(separator: "\n").utf8)[...])
  }

  private static func line(_ entry: Workspace.Entry) -> String {
    let name = entry.path.bytes.split(separator: UInt8(ascii: "/")).last.map { Text($0) } ?? ""
    let mode = String(entry.mode, radix: 8)
    return switch entry.kind {
    case .directory: "\(mode) directory \(visible(name))/"
    case .symbolicLink(let target): "link \(visible(name)) -> \(visible(target))"
    case .file(let blob): "\(mode) \(blob.bytes.count) \(visible(name))"
    }
  }

  /// A name on one line.
  ///
  /// A name with control characters, or that is not UTF-8, could look like several names or like
  /// another one, and so could a backslash. Such a name is shown with escapes.
  private static func visible(_ name: Text) -> String {
    let isPlain = name.validString?.unicodeScalars.allSatisfy {
      $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) && $0 != "\\"
    }
    if isPlain == true { return name.string }
    return name.bytes.map { byte in
      (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\\")
        ? String(UnicodeScalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }
}

/// Reads a file.
private struct ReadFile<State>: Tool {
  static var name: String { "read" }
  static var summary: String { "Reads a file of the workspace." }
  static var help: [String: String] {
    [
      "path": "The file.",
      "start": "The first byte to read, from 0; for files longer than a reply.",
    ]
  }

  struct Arguments: Decodable {
    var path: Text
    var start: Int?
  }

  let files: FileAccess<State>

  func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness)
    throws -> ToolReply
  {
    let workspace = state[keyPath: files.workspace]
    let text = try ToolRefusal.from { () throws(FileError) in try workspace.read(arguments.path) }
    // If `start` is within a character, the reply begins with the whole character.
    let start = Text.boundary(atOrBefore: arguments.start ?? 0, in: text.bytes)
    return files.reply(text.bytes[start...])
  }
}

/// Writes a file.
private struct WriteFile<State>: Tool {
  static var name: String { "write" }
  static var summary: String { "Writes a file of the workspace, and the directories it is in." }
  static var help: [String: String] { ["path": "The file.", "text": "All of its new text."] }

  struct Arguments: Decodable {
    var path: Text
    var text: Text
  }

  let files: FileAccess<State>

  func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness)
    throws -> ToolReply
  {
    try files.change(&state, arguments.path) { workspace throws(FileError) in
      try workspace.write(arguments.text, to: arguments.path)
    }
    return "written, \(arguments.text.bytes.count) bytes"
  }
}

/// Replaces a text in a file.
private struct ReplaceInFile<State>: Tool {
  static var name: String { "replace" }
  static var summary: String { "Replaces a text that occurs once in a file of the workspace." }
  static var help: [String: String] {
    ["path": "The file.", "old": "The text, which must occur once.", "new": "What it becomes."]
  }

  struct Arguments: Decodable {
    var path: Text
    var old: Text
    var new: Text
  }

  let files: FileAccess<State>

  func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness)
    throws -> ToolReply
  {
    try files.change(&state, arguments.path) { workspace throws(FileError) in
      try workspace.replace(arguments.old, with: arguments.new, in: arguments.path)
    }
    return "replaced"
  }
}
