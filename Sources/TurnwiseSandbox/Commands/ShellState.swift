public import TurnwiseCore

/// What a shell hands on to the shell of the next command: its directory and exported variables.
///
/// Functions, aliases, options, unexported variables and processes end with the command.
public struct ShellState: Codable, Hashable, Sendable {
  /// The working directory, as `pwd` prints it.
  public let directory: Text
  /// What the shell printed of its variables, to be replayed inside a sandbox and nowhere else.
  public let variables: Blob

  /// The state that the first command of a workspace finds.
  public static let initial = ShellState(
    directory: Text(Launch.workspacePath), variables: Blob(Launch.initialVariables))

  /// The bytes that directory and variables may have together.
  public static let limit = 64 << 10

  /// Creates a state.
  init(directory: Text, variables: Blob) {
    (self.directory, self.variables) = (directory, variables)
  }

  /// Reads what the shell said at its end: directory, newline, NUL, variables, NUL.
  ///
  /// A command can write there too. Whatever does not have this form is not a state, and whatever has
  /// it is nothing but a directory and variables.
  init?(saying bytes: [UInt8], after previous: ShellState) {
    let fields = bytes.split(separator: 0, omittingEmptySubsequences: false)
    guard fields.count == 3, fields[2].isEmpty, fields[0].last == UInt8(ascii: "\n"),
      fields[0].first == UInt8(ascii: "/"), bytes.count <= Self.limit
    else { return nil }
    directory = Text(fields[0].dropLast())
    if previous.variables.bytes.elementsEqual(fields[1]) {
      variables = previous.variables
    } else {
      // What is kept may be longer than what was said.
      guard let list = ExportedVariables.changeable(fields[1]),
        directory.bytes.count + list.count <= Self.limit
      else { return nil }
      variables = Blob(list)
    }
  }

  func validate() throws(WorkspaceError) {
    let bytes = directory.bytes
    guard bytes.first == UInt8(ascii: "/"), !bytes.contains(0), !variables.bytes.contains(0) else {
      throw WorkspaceError(path: nil, reason: "has no absolute directory, or a NUL byte in it")
    }
    guard ExportedVariables.changeable(variables.bytes) != nil else {
      throw WorkspaceError(path: nil, reason: "has variables that no shell exports")
    }
    guard bytes.count + variables.bytes.count <= Self.limit else {
      throw WorkspaceError(path: nil, reason: "is larger than \(Self.limit) bytes")
    }
  }
}
