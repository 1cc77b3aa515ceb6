internal import TurnwiseCore
internal import TurnwiseSandbox

/// Lists a directory.
struct ListFiles: Tool {
  static let name = "list"
  static let summary = "Lists a directory of the workspace: names, and the lines of files."
  static let help = ["path": "The directory; '.' is the workspace itself."]

  struct Arguments: Decodable { var path: Text }

  let limit: Int

  func call(
    _ arguments: Arguments, on state: inout Repair.State, using random: inout Randomness
  ) throws -> ToolReply {
    let entries = try ToolRefusal.from { () throws(FileError) in
      try state.workspace.list(arguments.path)
    }
    let lines = entries.map { entry in
      let count = entry.blob.map { " \(Text($0.bytes).lines.count) lines" } ?? ""
      return Text(entry.path.bytes + Array(count.utf8))
    }
    return ToolReply(Excerpt(lines).text(first: 0, count: limit / 20))
  }
}

/// Reads some lines of a file.
struct ReadLines: Tool {
  static let name = "read"
  static let summary = "Reads a file from a line on, with line numbers, a window at a time."
  static let help = ["place": "The file, or the file and a line: 'cart.py:21'."]

  struct Arguments: Decodable { var place: Text }

  let window: Int

  func call(
    _ arguments: Arguments, on state: inout Repair.State, using random: inout Randomness
  ) throws -> ToolReply {
    let (path, line) = Self.place(arguments.place)
    let lines = try ToolRefusal.from { () throws(FileError) in
      try state.workspace.read(path)
    }.lines
    guard 1...max(1, lines.count) ~= line else {
      throw ToolRefusal("There is no line \(line): \(path.string) has \(lines.count) lines.")
    }
    return ToolReply(Excerpt(lines).numbered(first: line - 1, count: window))
  }

  /// Returns the file and the line of a place; without a line, the first one.
  static func place(_ text: Text) -> (path: Text, line: Int) {
    guard let colon = text.bytes.lastIndex(of: UInt8(ascii: ":")),
      let line = Int(Text(text.bytes[(colon + 1)...]).string)
    else { return (text, 1) }
    return (Text(text.bytes[..<colon]), line)
  }
}

/// Finds lines.
struct SearchLines: Tool {
  static let name = "search"
  static let summary = "Finds the lines of all files that contain a text."
  static let help = ["text": "The text, as it stands in the line."]

  struct Arguments: Decodable { var text: Text }

  let window: Int

  func call(
    _ arguments: Arguments, on state: inout Repair.State, using random: inout Randomness
  ) throws -> ToolReply {
    guard !arguments.text.isEmpty else { throw ToolRefusal("The text is empty.") }
    var found: [Text] = []
    for entry in state.workspace.entries {
      guard let blob = entry.blob else { continue }
      for (index, line) in Text(blob.bytes).lines.enumerated() where line.contains(arguments.text) {
        found.append(Text(entry.path.bytes + Array(":\(index + 1)|".utf8) + line.bytes))
      }
    }
    return found.isEmpty ? "no line" : ToolReply(Excerpt(found).text(first: 0, count: window))
  }
}

/// Replaces a line.
struct ReplaceLine: Tool {
  static let name = "replace"
  static let summary = "Replaces one line of a file; the line keeps its indentation."
  static let help = [
    "path": "The file.", "line": "The number of the line, from 1.",
    "text": "The new line, without its indentation.",
  ]

  struct Arguments: Decodable {
    var path: Text
    var line: Int
    var text: Text
  }

  func call(
    _ arguments: Arguments, on state: inout Repair.State, using random: inout Randomness
  ) throws -> ToolReply {
    var lines = try ToolRefusal.from { () throws(FileError) in
      try state.workspace.read(arguments.path)
    }.lines
    guard !lines.isEmpty, 1...lines.count ~= arguments.line else {
      throw ToolRefusal(
        "There is no line \(arguments.line): \(arguments.path.string) has \(lines.count) lines.")
    }
    guard !arguments.text.bytes.contains(UInt8(ascii: "\n")) else {
      throw ToolRefusal("The text has more than one line. Use bash for larger changes.")
    }
    let space = UInt8(ascii: " ")
    let old = lines[arguments.line - 1].bytes
    lines[arguments.line - 1] = Text(
      Array(old.prefix { $0 == space }) + arguments.text.bytes.drop { $0 == space })
    let text = Text(lines.flatMap { $0.bytes + [UInt8(ascii: "\n")] })
    state.workspace = try ToolRefusal.from { () throws(FileError) in
      try state.workspace.changed(at: arguments.path) { workspace throws(FileError) in
        try workspace.write(text, to: arguments.path)
      }
    }
    return "replaced"
  }
}

/// Runs the visible tests.
struct RunTests: Tool {
  static let name = "run_tests"
  static let summary = "Runs the tests in tests.txt and shows what fails, and what came instead."

  struct Arguments: Decodable {}

  let lines: Int

  func call(
    _ arguments: Arguments, on state: inout Repair.State, using random: inout Randomness
  ) async throws -> ToolReply {
    let run = try await VisibleRun.run(in: state.workspace)
    return ToolReply(Excerpt(run.report.lines).text(first: 0, count: lines))
  }
}

/// Runs a command.
struct RunBash: Tool {
  static let name = Bash.name
  static let summary = Bash.summary
  static let help = Bash.help

  struct Arguments: Decodable { var command: Text }

  let limit: Int

  func call(
    _ arguments: Arguments, on state: inout Repair.State, using random: inout Randomness
  ) async throws -> ToolReply {
    ToolReply(
      try await Bash.run(
        arguments.command, in: &state.workspace, of: .shared, limit: limit, using: &random))
  }
}

/// Ends the episode.
struct SubmitRepair: Tool {
  static let name = "submit"
  static let summary = "Ends the task with the files as they are."

  struct Arguments: Decodable {}

  func call(
    _ arguments: Arguments, on state: inout Repair.State, using random: inout Randomness
  ) -> ToolReply {
    ToolReply("", endsEpisode: true)
  }
}
