import Testing
import TurnwiseCore
import TurnwiseSandbox

/// One promise that users of any sandbox for agents rely on.
struct ContractCase: Sendable, CustomTestStringConvertible {
  let promise: String
  let check: @Sendable () async throws -> Void

  init(_ promise: String, _ check: @escaping @Sendable () async throws -> Void) {
    (self.promise, self.check) = (promise, check)
  }

  var testDescription: String { promise }

  /// A file that is written to the workspace, copied by a command, and read again.
  static func roundTrip(_ promise: String, _ contents: Text, name: Text = "file") -> ContractCase {
    ContractCase(promise) {
      let workspace = try containing([(name, contents)])
      let result = try await play("set -- *; cp -- \"$1\" copy; wc -c < copy", in: workspace)
      #expect(result.output == "\(contents.bytes.count)\n")
      #expect(try result.workspace.read("copy") == contents)
      #expect(try result.workspace.read(name) == contents)
    }
  }

  /// Commands that run one after another; the last one must print exactly `expected`.
  static func printed(_ promise: String, _ commands: Text..., expected: String) -> ContractCase {
    ContractCase(promise) {
      var workspace = Workspace.empty
      var printed = ""
      for command in commands {
        let result = try await play(command, in: workspace)
        (workspace, printed) = (result.workspace, result.output + result.errors)
      }
      #expect(printed == expected)
    }
  }

  /// Commands and how each must end.
  static func ending(
    _ promise: String, _ commands: [(Text, CommandResult.Ending)], by sandbox: Sandbox = .patient
  ) -> ContractCase {
    ContractCase(promise) {
      for (command, ending) in commands {
        let result = try await play(command, by: sandbox)
        #expect(result.ending == ending, "\(command)")
      }
    }
  }

  /// A call of a file tool that must be refused with an error and must not change the workspace.
  static func refusal(
    _ promise: String, after command: Text, is error: FileError,
    _ attempt: @escaping @Sendable (inout Workspace) throws -> Void
  ) -> ContractCase {
    ContractCase(promise) {
      let before = try await play(command).workspace
      var after = before
      #expect(throws: error) { try attempt(&after) }
      #expect(after == before)
    }
  }
}

/// A workspace to which files were written one after another.
func containing(_ files: [(path: Text, contents: Text)]) throws -> Workspace {
  var workspace = Workspace.empty
  for (path, contents) in files { try workspace.write(contents, to: path) }
  return workspace
}
