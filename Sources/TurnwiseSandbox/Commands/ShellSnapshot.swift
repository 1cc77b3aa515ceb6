public import TurnwiseCore

/// The state that a shell passes to the shell of the next command: its working directory and its
/// exported variables.
///
/// Functions, aliases, options, unexported variables and processes end with the command.
public struct ShellSnapshot: Codable, Hashable, Sendable {
  /// The working directory, as `pwd` prints it.
  public let directory: Text
  /// The exported variables, as the shell printed them; they are evaluated inside a sandbox only.
  public let variables: Blob

  /// The state that the first command of a workspace finds.
  public static let initial = ShellSnapshot(
    directory: Text(SandboxLayout.workspacePath), variables: Blob(ShellProgram.initialVariables))

  /// The number of bytes that directory and variables may have together.
  public static let limit = 64 << 10

  /// Creates a snapshot.
  init(directory: Text, variables: Blob) {
    (self.directory, self.variables) = (directory, variables)
  }

  /// Parses what the shell wrote at its end: directory, newline, NUL, variables, NUL.
  ///
  /// A command can write there as well. Text in another form is rejected, and text in this form
  /// contains nothing but a directory and variables.
  init?(parsing bytes: [UInt8], after previous: ShellSnapshot) {
    let fields = bytes.split(separator: 0, omittingEmptySubsequences: false)
    guard fields.count == 3, fields[2].isEmpty, fields[0].last == UInt8(ascii: "\n"),
      fields[0].first == UInt8(ascii: "/"), bytes.count <= Self.limit
    else { return nil }
    directory = Text(fields[0].dropLast())
    if previous.variables.bytes.elementsEqual(fields[1]) {
      variables = previous.variables
    } else {
      // The list may be longer than the text it was made from.
      guard let list = ExportedVariables.writable(fields[1]),
        directory.bytes.count + list.count <= Self.limit
      else { return nil }
      variables = Blob(list)
    }
  }

  /// Throws if no shell could have written this snapshot.
  func validate() throws(WorkspaceError) {
    let bytes = directory.bytes
    guard bytes.first == UInt8(ascii: "/"), !bytes.contains(0), !variables.bytes.contains(0) else {
      throw WorkspaceError(
        path: nil, reason: "has a relative directory, or contains a NUL byte")
    }
    guard ExportedVariables.writable(variables.bytes) != nil else {
      throw WorkspaceError(path: nil, reason: "has variables that a shell cannot export")
    }
    guard bytes.count + variables.bytes.count <= Self.limit else {
      throw WorkspaceError(path: nil, reason: "is larger than \(Self.limit) bytes")
    }
  }
}
