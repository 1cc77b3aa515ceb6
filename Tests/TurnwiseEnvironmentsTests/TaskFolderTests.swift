import Foundation
import Testing
import TurnwiseCore
import TurnwiseEnvironments
import TurnwiseSandbox

@Suite struct `A folder of tasks` {
  private static let examples = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "environments/Shell/Examples")

  /// How a folder is broken, and what is said of it: `FOLDER` stands for its path.
  struct Breakage: Sendable, CustomTestStringConvertible {
    var text: String
    var hint: String?
    var make: @Sendable (TaskFolderFixture) throws -> Void
    init(
      _ text: String, hint: String?, _ make: @escaping @Sendable (TaskFolderFixture) throws -> Void
    ) {
      (self.text, self.hint, self.make) = (text, hint, make)
    }
    var testDescription: String { text }

    static func manifest(_ json: String, _ text: String, hint: String?) -> Breakage {
      Breakage("FOLDER/two/task.json: " + text, hint: hint) { try $0.write("two/task.json", json) }
    }
    static func notJSON(_ json: String, line: Int, _ reason: String) -> Breakage {
      Breakage("FOLDER/two/task.json:\(line): is not JSON: \(reason)", hint: nil) {
        try $0.write("two/task.json", json)
      }
    }
    static func solution(_ text: String, line: Int, _ reason: String) -> Breakage {
      Breakage(
        "FOLDER/two/solution:\(line): is not bash: \(reason)",
        hint: "each turn is a command of bash; a blank line ends it outside of quotes, "
          + "here-documents and blocks"
      ) { try $0.write("two/solution", text) }
    }
  }

  private static let layout =
    "--tasks names a folder of tasks, each a folder with task.json, check and files/"

  private static let most =
    "is too much: there may be 16777216 bytes in 1024 files and folders, 64 of them in one another"

  static let breakages = [
    Breakage("FOLDER: no such folder", hint: layout) { try $0.remove("") },
    Breakage("FOLDER: no such folder", hint: layout) {
      try $0.remove("")
      try Data().write(to: URL(filePath: $0.url.path, directoryHint: .notDirectory))
    },
    Breakage("FOLDER: holds no task", hint: layout) {
      for name in ["one", "two", "three"] { try $0.remove(name) }
    },
    Breakage("FOLDER: is a task, not a folder of tasks", hint: "name the folder that it is in") {
      try $0.write("task.json", "{}")
    },
    Breakage(
      "FOLDER/two/task.json: no such file",
      hint: #"write one: {"instruction": "what the agent is told"}"#
    ) { try $0.remove("two/task.json") },
    Breakage("FOLDER/two/task.jsn: is no part of a task", hint: "did you mean 'task.json'?") {
      try $0.write("two/task.jsn", "{}")
    },
    Breakage(
      "FOLDER/two/tests: is no part of a task",
      hint: "there is task.json, files, run, check, check-files, solution"
    ) { try $0.write("two/tests/a", "") },
    .notJSON(#"{"instruction": }"#, line: 1, "a value is expected at '}'"),
    .notJSON("", line: 1, "it ends where a value is expected"),
    .notJSON(
      "{\n  \"instruction\": \"x\",\n}\n", line: 3, "there is a comma after the last member"),
    .notJSON(
      #"{"instruction": "x" "split": "train"}"#, line: 1, #"a comma or } is expected at '"split":'"#
    ),
    .notJSON("{\"instruction\":\n\n'x'}", line: 3, "a value is expected at ''x'}'"),
    .notJSON(
      #"{"instruction": "a", "instruction": "b"}"#, line: 1, "the name 'instruction' is there twice"
    ),
    .notJSON(#"{"instruction": "x", "turnLimit": 03}"#, line: 1, "'03' is not a number of JSON"),
    .notJSON(
      "{\"instruction\": \"a\nb\"}", line: 1,
      "a control character (a) stands in a text; write it as an escape"),
    .notJSON(#"{"instruction": "x"} {}"#, line: 1, "there is something after the value"),
    .notJSON(
      String(repeating: "[", count: 100_000), line: 1, "it is nested more than 256 levels deep"),
    .manifest("[]", "is no JSON object", hint: nil),
    .manifest("{}", "'instruction' is missing", hint: "say what the agent is told"),
    .manifest(
      #"{"instruction": " "}"#, #"'instruction' is " "; expected a text that says what to do"#,
      hint: nil),
    .manifest(
      #"{"instruction": 7}"#, "'instruction' is 7; expected a text that says what to do", hint: nil),
    .manifest(
      #"{"instruction": "x", "turnLimt": 3}"#, "'turnLimt' is no field of a task",
      hint: "did you mean 'turnLimit'?"),
    .manifest(
      #"{"instruction": "x", "id": "two"}"#, "'id' is no field of a task",
      hint: "there is instruction, turnLimit, split"),
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
    Breakage(
      "FOLDER/two/check: no such file",
      hint: "write a program that ends with status 0 where the task is done, and chmod +x it"
    ) { try $0.remove("two/check") },
    Breakage("FOLDER/two/check: is not executable", hint: "chmod +x FOLDER/two/check") {
      try $0.setMode("two/check", 0o644)
    },
    Breakage("FOLDER/two/check: is no file", hint: nil) {
      try $0.remove("two/check")
      try $0.write("two/check/run", "")
    },
    Breakage("FOLDER/two/files: is no folder", hint: nil) {
      try $0.remove("two/files")
      try $0.write("two/files", "")
    },
    Breakage(
      "FOLDER/two/files/passwd: is a link", hint: "put what it leads to in its place"
    ) {
      try FileManager.default.createSymbolicLink(
        atPath: $0.url.appending(path: "two/files/passwd").path,
        withDestinationPath: "/etc/passwd")
    },
    Breakage("FOLDER/two/check: is a link", hint: "put what it leads to in its place") {
      try $0.remove("two/check")
      try FileManager.default.createSymbolicLink(
        atPath: $0.url.appending(path: "two/check").path, withDestinationPath: "../one/check")
    },
    Breakage("FOLDER/two/files/a/link: is a link", hint: "put what it leads to in its place") {
      try $0.write("two/files/a/b", "")
      try FileManager.default.createSymbolicLink(
        atPath: $0.url.appending(path: "two/files/a/link").path, withDestinationPath: "b")
    },
    Breakage("FOLDER/two/check-files: is a link", hint: "put what it leads to in its place") {
      try FileManager.default.createSymbolicLink(
        atPath: $0.url.appending(path: "two/check-files").path, withDestinationPath: "../one")
    },
    Breakage("FOLDER/two: is a link", hint: "put what it leads to in its place") {
      try $0.remove("two")
      try FileManager.default.createSymbolicLink(
        atPath: $0.url.appending(path: "two").path, withDestinationPath: "one")
    },
    Breakage("FOLDER/two/solution: is neither a file nor a folder", hint: nil) {
      try $0.remove("two/solution")
      #expect(mkfifo($0.url.appending(path: "two/solution").path, 0o644) == 0)
    },
    Breakage("FOLDER/two/task.json: has 1048577 bytes; it may have 1048576", hint: nil) {
      try $0.write("two/task.json", String(repeating: " ", count: 1 << 20) + "x")
    },
    Breakage(
      "FOLDER/two/check: has lines that end with a carriage return",
      hint: #"sed -i 's/\r$//' FOLDER/two/check"#
    ) { try $0.write("two/check", "#!/bin/bash\r\nexit 1\r\n", executable: true) },
    Breakage("FOLDER/two/run: is not executable", hint: "chmod +x FOLDER/two/run") {
      try $0.write("two/run", "#!/bin/bash\n")
    },
    Breakage("FOLDER/two/files/big: " + most, hint: nil) {
      try $0.write("two/files/big", "")
      // All holes: what counts is the size that it says.
      #expect(truncate($0.url.appending(path: "two/files/big").path, (16 << 20) + 2) == 0)
    },
    Breakage(
      "FOLDER/two/files/\(Array(repeating: "d", count: 65).joined(separator: "/")): " + most,
      hint: nil
    ) {
      let deep = Array(repeating: "d", count: 65).joined(separator: "/")
      try $0.write("two/files/\(deep)/f", "")
    },
    Breakage("FOLDER/two/files/many: " + most, hint: nil) {
      for number in 0..<1025 { try $0.write("two/files/many/\(number + 100)", "") }
    },
    Breakage(
      "FOLDER/two/solution: holds no command", hint: "write a command, or take the file away"
    ) {
      try $0.write("two/solution", "# Nothing yet.\n\n")
    },
    Breakage(
      "FOLDER/two/solution: takes 9 turns of at most 8", hint: #"raise "turnLimit" in task.json"#
    ) { try $0.write("two/solution", String(repeating: "ls\n\n", count: 8)) },
    .solution("ls\n\necho 'a\n\nb\n", line: 3, "a quote ' is not closed"),
    .solution(
      "cat > f <<'END'\nx\n\nEND.\n", line: 1,
      "the here-document has no line 'END' at its end"),
    .solution("ls\n\nif true; then\n\n  ls\n", line: 3, "'if' has no 'fi'"),
    .solution("ls; f() {\n\n ls\n", line: 1, "{ is not closed"),
    .solution("x=$(ls\n\n\n", line: 1, "( is not closed"),
    Breakage(
      "FOLDER/zwei: is the same task as FOLDER/two",
      hint: "take one away, or change what it asks for"
    ) {
      try FileManager.default.copyItem(
        at: $0.url.appending(path: "two"), to: $0.url.appending(path: "zwei"))
      // How it could be done, in how many turns and in which split makes no other task.
      try $0.write(
        "zwei/task.json",
        #"{"instruction": "Write 1 to out.", "turnLimit": 3, "split": "held-out"}"#)
      try $0.remove("zwei/solution")
    },
  ]

  @Test(arguments: breakages)
  func `that is broken gives one error that names the file and the field`(breakage: Breakage)
    throws
  {
    let folder = try TaskFolderFixture()
    try breakage.make(folder)
    let error = try #require(throws: TaskFolderError.self) { try folder.shell() }
    let path = String(folder.url.path.trimmingSuffix("/"))
    #expect(error.description.replacingOccurrences(of: path, with: "FOLDER") == breakage.text)
    #expect(error.hint?.replacingOccurrences(of: path, with: "FOLDER") == breakage.hint)
  }

  @Test func `is read with its limits, splits and files`() throws {
    let shell = try Shell().playing(tasksIn: Self.examples)
    let tasks = shell.folderTasks
    #expect(tasks.map(\.name) == ["count-errors", "fix-greeting", "sort-cities", "sort-names"])
    #expect(tasks.map(\.task.split) == [.train, .train, .heldOut, .train])
    #expect(tasks.map(\.task.turnLimit) == [nil, 6, nil, nil])
    #expect(tasks.map(\.task.solution?.count) == [2, 3, 2, 2])
    #expect(tasks.map(\.task.run?.paths) == [nil, ["run"], nil, nil])
    #expect(tasks[0].task.files.paths == ["app.log"])
    #expect(tasks[0].task.check.paths == ["check", "check-files", "check-files/app.log"])
  }

  @Test func `is the same whoever copied it, and another with any other byte`() throws {
    let folder = try TaskFolderFixture()
    let first = try folder.session().scenario
    try folder.setMode("three/files/in", 0o600)
    try folder.write("three/.DS_Store", "x")
    try folder.write("notes.txt", "x")
    #expect(try folder.session().scenario == first)
    var digests: Set = [first.digest]
    for (path, text) in [
      ("three/files/in", "other\n"), ("three/files/.hidden", ""), ("three/check-files/x", ""),
      ("three/solution", "true\n"), ("three/run", "#!/bin/bash\n"),
      ("three/task.json", #"{"instruction": "x", "split": "held-out"}"#),
    ] {
      try folder.write(path, text, executable: path.hasSuffix("run"))
      digests.insert(try folder.session().scenario.digest)
    }
    #expect(digests.count == 7)
  }

  @Test func `without tasks of a split says so when one is drawn`() throws {
    let folder = try TaskFolderFixture()
    try folder.remove("three")
    let error = try #require(throws: TaskFolderError.self) { try folder.session() }
    let path = String(folder.url.path.trimmingSuffix("/"))
    #expect(error.description == "\(path): none is for held-out")
    #expect(throws: Never.self) { try folder.session(.train) }
  }

  @Test(arguments: [
    ("exit 0", "FOLDER/three/check: accepts the files as they are, before anything was done"),
    (
      "no-such-program",
      "FOLDER/three/check: does not run on the files as they are: status 127: "
        + "./check: line 2: no-such-program: command not found"
    ),
    ("kill -SEGV $$", "FOLDER/three/check: does not run on the files as they are: status 139"),
    (
      "yes",
      "FOLDER/three/check: does not run on the files as they are: stopped by the limit on output"
    ),
    ("echo '[1]' > \"$2\"; exit 1", "FOLDER/three/check: wrote no report: it is no JSON object"),
    (
      "echo '{\"scor\": 1}' > \"$2\"; exit 1",
      "FOLDER/three/check: wrote no report: 'scor' is neither 'score' nor 'gold'"
    ),
    (
      "echo '{\"score\": \"1\"}' > \"$2\"; exit 1",
      "FOLDER/three/check: wrote no report: 'score' is no number from 0 to less than 1"
    ),
    (
      "echo '{\"score\": 1}' > \"$2\"; exit 1",
      "FOLDER/three/check: wrote no report: 'score' is no number from 0 to less than 1"
    ),
  ])
  func `whose check cannot be used is refused before a run`(script: String, text: String)
    async throws
  {
    let folder = try TaskFolderFixture()
    try folder.write("three/check", "#!/bin/bash\n\(script)\n", executable: true)
    let shell = try folder.shell()
    let error = try await #require(throws: TaskFolderError.self) { try await shell.prepare() }
    let path = String(folder.url.path.trimmingSuffix("/"))
    let found = error.description.replacingOccurrences(of: path, with: "FOLDER")
    #expect(found.hasPrefix(text), "\(error)")
  }

  @Test func `whose check names no interpreter that is there is refused before a run`() async throws
  {
    let folder = try TaskFolderFixture()
    try folder.write("three/check", "#!/no/such/interpreter\n", executable: true)
    let shell = try folder.shell()
    let error = try await #require(throws: TaskFolderError.self) { try await shell.prepare() }
    #expect(
      error.description.contains("does not run on the files as they are: status 12"), "\(error)")
  }

  @Test func `whose run cannot be started is refused, but not one that waits for a program`()
    async throws
  {
    for (interpreter, words) in [
      ("/no/such", "bash: line 2: /tmp/run/run: cannot execute"),
      ("/usr/bin/env no-such", "/usr/bin/env: "),
    ] {
      let folder = try TaskFolderFixture()
      try folder.write("three/run", "#!\(interpreter)\n", executable: true)
      let error = try await #require(throws: TaskFolderError.self) {
        try await folder.shell().prepare()
      }
      #expect(error.file.hasSuffix("/three/run"))
      let text = "does not run on the files as they are: status 12"
      #expect(error.description.contains(text) && error.description.contains(words), "\(error)")
    }
    for script in ["./hello", "exec ./hello", "./hello 2>&1", "kill -SEGV $$", "yes"] {
      let folder = try TaskFolderFixture()
      try folder.write("three/run", "#!/bin/bash\n\(script)\n", executable: true)
      await #expect(throws: Never.self, "\(script)") { try await folder.shell().prepare() }
    }
  }

  @Test(arguments: [1, 2, 125, 128, 193, 255])
  func `may have a check that refuses with any other status`(status: Int) async throws {
    let folder = try TaskFolderFixture()
    try folder.write("three/check", "#!/bin/bash\nexit \(status)\n", executable: true)
    await #expect(throws: Never.self) { try await folder.shell().prepare() }
  }

  @Test func `may hold names that are not UTF-8, and leaves out what is no file`() throws {
    let folder = try TaskFolderFixture()
    let path = Array("\(folder.url.path)/three/files/a".utf8CString.dropLast())
    close(open(path + [CChar(bitPattern: 0xFF), 0], O_CREAT | O_WRONLY, 0o644))
    #expect(mkfifo(folder.url.appending(path: "three/files/pipe").path, 0o644) == 0)
    let files = try folder.session().state.workspace
    #expect(files.paths == [Text([0x61, 0xFF]), "in"])
  }

  @Test func `whose solution does not succeed is told why by the laws`() async throws {
    let folder = try TaskFolderFixture()
    try folder.write(
      "one/check", "#!/bin/bash\n[ -e /workspace/out ] && echo '{\"score\": 2}' > \"$2\"\n",
      executable: true)
    try folder.remove("two")
    let report = try await EnvironmentChecker(folder.shell(), scenarios: 2).check()
    #expect(report.violations == [.expertSucceeds])
    let problem = "check: wrote no report: 'score' is not 1, which success is worth"
    #expect(
      report.verdicts.first { $0.law == .expertSucceeds }?.outcome
        == .broken(
          "the expert does not succeed in scenario 0, 'one'; gold: {\"problem\":\"\(problem)\"}"))
  }

  @Test func `of the examples keeps every law`() async throws {
    let shell = try Shell().playing(tasksIn: Self.examples)
    try await shell.prepare()
    let report = await EnvironmentChecker(shell, scenarios: 4).check()
    #expect(report.violations.isEmpty, "\(report.verdicts)")
  }
}

extension String {
  fileprivate func trimmingSuffix(_ suffix: String) -> Substring {
    hasSuffix(suffix) ? dropLast(suffix.count) : self[...]
  }
}
