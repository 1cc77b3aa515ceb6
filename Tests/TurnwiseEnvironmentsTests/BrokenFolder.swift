import Foundation
import Testing
import TurnwiseEnvironments

/// A folder of tasks that is broken in one way, and its error, in which `FOLDER` is its path.
struct BrokenFolder: Sendable, CustomTestStringConvertible {
  var text: String
  var hint: String?
  var make: @Sendable (TaskFolderFixture) throws -> Void
  init(
    _ text: String, hint: String?, _ make: @escaping @Sendable (TaskFolderFixture) throws -> Void
  ) {
    (self.text, self.hint, self.make) = (text, hint, make)
  }
  var testDescription: String { text }

  static func manifest(_ json: String, _ text: String, hint: String?) -> BrokenFolder {
    BrokenFolder("FOLDER/two/task.json: " + text, hint: hint) {
      try $0.write("two/task.json", json)
    }
  }
  static func notJSON(_ json: String, line: Int, _ reason: String) -> BrokenFolder {
    BrokenFolder("FOLDER/two/task.json:\(line): is not JSON: \(reason)", hint: nil) {
      try $0.write("two/task.json", json)
    }
  }
  static func solution(_ text: String, line: Int, _ reason: String) -> BrokenFolder {
    BrokenFolder(
      "FOLDER/two/solution:\(line): is not bash: \(reason)",
      hint: "each turn is a command of bash; a blank line ends it outside quotes, "
        + "here-documents and blocks"
    ) { try $0.write("two/solution", text) }
  }

  private static let layout =
    "--tasks expects a folder of tasks, each of which is a folder with task.json, check and files/"

  private static let most =
    "is too large: at most 16777216 bytes in 1024 files and folders, nested at most 64 deep"

  static let all = [
    BrokenFolder("FOLDER: no such folder", hint: layout) { try $0.remove("") },
    BrokenFolder("FOLDER: no such folder", hint: layout) {
      try $0.remove("")
      try Data().write(to: URL(filePath: $0.url.path, directoryHint: .notDirectory))
    },
    BrokenFolder("FOLDER: contains no task", hint: layout) {
      for name in ["one", "two", "three"] { try $0.remove(name) }
    },
    BrokenFolder(
      "FOLDER: is a task, not a folder of tasks", hint: "name the folder that contains it"
    ) {
      try $0.write("task.json", "{}")
    },
    BrokenFolder(
      "FOLDER/two/task.json: no such file",
      hint: #"write one: {"instruction": "what the agent is told"}"#
    ) { try $0.remove("two/task.json") },
    BrokenFolder("FOLDER/two/task.jsn: is not part of a task", hint: "did you mean 'task.json'?") {
      try $0.write("two/task.jsn", "{}")
    },
    BrokenFolder(
      "FOLDER/two/tests: is not part of a task",
      hint: "expected one of task.json, files, run, check, check-files, solution"
    ) { try $0.write("two/tests/a", "") },
    .notJSON(#"{"instruction": }"#, line: 1, "expected a value at '}'"),
    .notJSON("", line: 1, "it ends where a value is expected"),
    .notJSON(
      "{\n  \"instruction\": \"x\",\n}\n", line: 3, "there is a comma after the last member"),
    .notJSON(
      #"{"instruction": "x" "split": "train"}"#, line: 1, #"expected a comma or } at '"split":'"#
    ),
    .notJSON("{\"instruction\":\n\n'x'}", line: 3, "expected a value at ''x'}'"),
    .notJSON(
      #"{"instruction": "a", "instruction": "b"}"#, line: 1, "the name 'instruction' occurs twice"
    ),
    .notJSON(#"{"instruction": "x", "turnLimit": 03}"#, line: 1, "'03' is not a JSON number"),
    .notJSON(
      "{\"instruction\": \"a\nb\"}", line: 1,
      "a text contains a control character (a); write it as an escape"),
    .notJSON(#"{"instruction": "x"} {}"#, line: 1, "there is more text after the value"),
    .notJSON(
      String(repeating: "[", count: 100_000), line: 1, "it is nested more than 256 levels deep"),
    .manifest("[]", "is not a JSON object", hint: nil),
    .manifest("{}", "'instruction' is missing", hint: "say what the agent is told"),
    .manifest(
      #"{"instruction": " "}"#, #"'instruction' is " "; expected a text that says what to do"#,
      hint: nil),
    .manifest(
      #"{"instruction": 7}"#, "'instruction' is 7; expected a text that says what to do", hint: nil),
    .manifest(
      #"{"instruction": "x", "turnLimt": 3}"#, "'turnLimt' is not a field of a task",
      hint: "did you mean 'turnLimit'?"),
    .manifest(
      #"{"instruction": "x", "id": "two"}"#, "'id' is not a field of a task",
      hint: "expected one of instruction, turnLimit, split"),
    .manifest(
      #"{"instruction": "x", "turnLimit": "3"}"#,
      #"'turnLimit' is "3"; expected a whole number from 1 to 1000"#, hint: nil),
    .manifest(
      #"{"instruction": "x", "turnLimit": 0}"#,
      "'turnLimit' is 0; expected a whole number from 1 to 1000", hint: nil),
    .manifest(
      #"{"instruction": "x", "turnLimit": 2.5}"#,
      "'turnLimit' is 2.5; expected a whole number from 1 to 1000", hint: nil),
    .manifest(
      #"{"instruction": "x", "split": "test"}"#,
      #"'split' is "test"; expected "train" or "held-out""#, hint: nil),
    BrokenFolder(
      "FOLDER/two/check: no such file",
      hint: "write a program that exits with status 0 if the task is done, and chmod +x it"
    ) { try $0.remove("two/check") },
    BrokenFolder("FOLDER/two/check: is not executable", hint: "chmod +x FOLDER/two/check") {
      try $0.setMode("two/check", 0o644)
    },
    BrokenFolder("FOLDER/two/check: is not a file", hint: nil) {
      try $0.remove("two/check")
      try $0.write("two/check/run", "")
    },
    BrokenFolder("FOLDER/two/files: is not a folder", hint: nil) {
      try $0.remove("two/files")
      try $0.write("two/files", "")
    },
    BrokenFolder(
      "FOLDER/two/files/passwd: is a link", hint: "replace the link with what it refers to"
    ) {
      try FileManager.default.createSymbolicLink(
        atPath: $0.url.appending(path: "two/files/passwd").path,
        withDestinationPath: "/etc/passwd")
    },
    BrokenFolder("FOLDER/two/check: is a link", hint: "replace the link with what it refers to") {
      try $0.remove("two/check")
      try FileManager.default.createSymbolicLink(
        atPath: $0.url.appending(path: "two/check").path, withDestinationPath: "../one/check")
    },
    BrokenFolder(
      "FOLDER/two/files/a/link: is a link", hint: "replace the link with what it refers to"
    ) {
      try $0.write("two/files/a/b", "")
      try FileManager.default.createSymbolicLink(
        atPath: $0.url.appending(path: "two/files/a/link").path, withDestinationPath: "b")
    },
    BrokenFolder(
      "FOLDER/two/check-files: is a link", hint: "replace the link with what it refers to"
    ) {
      try FileManager.default.createSymbolicLink(
        atPath: $0.url.appending(path: "two/check-files").path, withDestinationPath: "../one")
    },
    BrokenFolder("FOLDER/two: is a link", hint: "replace the link with what it refers to") {
      try $0.remove("two")
      try FileManager.default.createSymbolicLink(
        atPath: $0.url.appending(path: "two").path, withDestinationPath: "one")
    },
    BrokenFolder("FOLDER/two/solution: is neither a file nor a folder", hint: nil) {
      try $0.remove("two/solution")
      #expect(mkfifo($0.url.appending(path: "two/solution").path, 0o644) == 0)
    },
    BrokenFolder("FOLDER/two/task.json: has 1048577 bytes; at most 1048576 are possible", hint: nil)
    {
      try $0.write("two/task.json", String(repeating: " ", count: 1 << 20) + "x")
    },
    BrokenFolder(
      "FOLDER/two/check: has lines that end with a carriage return",
      hint: #"sed -i 's/\r$//' FOLDER/two/check"#
    ) { try $0.write("two/check", "#!/bin/bash\r\nexit 1\r\n", executable: true) },
    BrokenFolder("FOLDER/two/run: is not executable", hint: "chmod +x FOLDER/two/run") {
      try $0.write("two/run", "#!/bin/bash\n")
    },
    BrokenFolder("FOLDER/two/files/big: " + most, hint: nil) {
      try $0.write("two/files/big", "")
      // The file is a hole, but its length counts.
      #expect(truncate($0.url.appending(path: "two/files/big").path, (16 << 20) + 2) == 0)
    },
    BrokenFolder(
      "FOLDER/two/files/\(Array(repeating: "d", count: 65).joined(separator: "/")): " + most,
      hint: nil
    ) {
      let deep = Array(repeating: "d", count: 65).joined(separator: "/")
      try $0.write("two/files/\(deep)/f", "")
    },
    BrokenFolder("FOLDER/two/files/many: " + most, hint: nil) {
      for number in 0..<1025 { try $0.write("two/files/many/\(number + 100)", "") }
    },
    BrokenFolder(
      "FOLDER/two/solution: contains no command", hint: "write a command, or remove the file"
    ) {
      try $0.write("two/solution", "# Nothing yet.\n\n")
    },
    BrokenFolder(
      "FOLDER/two/solution: takes 9 turns; the limit is 8", hint: #"raise "turnLimit" in task.json"#
    ) { try $0.write("two/solution", String(repeating: "ls\n\n", count: 8)) },
    .solution("ls\n\necho 'a\n\nb\n", line: 3, "a quote ' is not closed"),
    .solution(
      "cat > f <<'END'\nx\n\nEND.\n", line: 1,
      "the here-document has no line 'END' at its end"),
    .solution("ls\n\nif true; then\n\n  ls\n", line: 3, "'if' has no 'fi'"),
    .solution("ls; f() {\n\n ls\n", line: 1, "{ is not closed"),
    .solution("x=$(ls\n\n\n", line: 1, "( is not closed"),
    BrokenFolder(
      "FOLDER/zwei: is the same task as FOLDER/two",
      hint: "remove one of them, or change what it asks for"
    ) {
      try FileManager.default.copyItem(
        at: $0.url.appending(path: "two"), to: $0.url.appending(path: "zwei"))
      // Solution, turn limit and split do not make it another task.
      try $0.write(
        "zwei/task.json",
        #"{"instruction": "Write 1 to out.", "turnLimit": 3, "split": "held-out"}"#)
      try $0.remove("zwei/solution")
    },
  ]
}
