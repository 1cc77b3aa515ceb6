import Foundation
import Testing
import TurnwiseCore
import TurnwiseEnvironments
import TurnwiseSandbox
import TurnwiseTestSupport

@Suite struct `A folder of tasks` {
  private static let examples = repository("environments/Shell/Examples")

  @Test(arguments: BrokenFolder.all)
  func `that is broken gives one error that names the file and the field`(broken: BrokenFolder)
    throws
  {
    let folder = try TaskFolderFixture()
    try broken.make(folder)
    let error = try #require(throws: TaskFileError.self) { try folder.shell() }
    #expect(error.description(in: folder.path) == broken.text)
    #expect(error.hint?.replacingOccurrences(of: folder.path, with: "FOLDER") == broken.hint)
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

  @Test func `has digests that depend on its contents and not on who copied it`() throws {
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

  @Test func `without tasks of a split gives an error when one is drawn`() throws {
    let folder = try TaskFolderFixture()
    try folder.remove("three")
    let error = try #require(throws: TaskFileError.self) { try folder.session() }
    #expect(error.description(in: folder.path) == "FOLDER: no task is for held-out")
    #expect(throws: Never.self) { try folder.session(.train) }
  }

  @Test(arguments: [
    ("exit 0", "FOLDER/three/check: accepts the initial files, before anything is done"),
    (
      "no-such-program",
      "FOLDER/three/check: does not run on the initial files: status 127: "
        + "./check: line 2: no-such-program: command not found"
    ),
    ("kill -SEGV $$", "FOLDER/three/check: does not run on the initial files: status 139"),
    (
      "yes",
      "FOLDER/three/check: does not run on the initial files: stopped by the limit on output"
    ),
    (
      "echo '[1]' > \"$2\"; exit 1",
      "FOLDER/three/check: wrote no valid report: it is not a JSON object"
    ),
    (
      "echo '{\"scor\": 1}' > \"$2\"; exit 1",
      "FOLDER/three/check: wrote no valid report: 'scor' is neither 'score' nor 'gold'"
    ),
    (
      "echo '{\"score\": \"1\"}' > \"$2\"; exit 1",
      "FOLDER/three/check: wrote no valid report: 'score' is not a number from 0 to less than 1"
    ),
    (
      "echo '{\"score\": 1}' > \"$2\"; exit 1",
      "FOLDER/three/check: wrote no valid report: 'score' is not a number from 0 to less than 1"
    ),
  ])
  func `whose check cannot be used is refused before a run`(script: String, text: String)
    async throws
  {
    let folder = try TaskFolderFixture()
    try folder.write("three/check", "#!/bin/bash\n\(script)\n", executable: true)
    let shell = try folder.shell()
    let error = try await #require(throws: TaskFileError.self) { try await shell.prepare() }
    #expect(error.description(in: folder.path).hasPrefix(text), "\(error)")
  }

  @Test func `whose check names a missing interpreter is refused before a run`() async throws {
    let folder = try TaskFolderFixture()
    try folder.write("three/check", "#!/no/such/interpreter\n", executable: true)
    let shell = try folder.shell()
    let error = try await #require(throws: TaskFileError.self) { try await shell.prepare() }
    #expect(
      error.description.contains("does not run on the initial files: status 12"), "\(error)")
  }

  @Test func `whose run cannot be started is refused, unless it needs the agent's program`()
    async throws
  {
    for (interpreter, words) in [
      ("/no/such", "bash: line 2: /tmp/run/run: cannot execute"),
      ("/usr/bin/env no-such", "/usr/bin/env: "),
    ] {
      let folder = try TaskFolderFixture()
      try folder.write("three/run", "#!\(interpreter)\n", executable: true)
      let error = try await #require(throws: TaskFileError.self) {
        try await folder.shell().prepare()
      }
      #expect(error.file.hasSuffix("/three/run"))
      let text = "does not run on the initial files: status 12"
      #expect(error.description.contains(text) && error.description.contains(words), "\(error)")
    }
    for script in ["./hello", "exec ./hello", "./hello 2>&1", "kill -SEGV $$", "yes"] {
      let folder = try TaskFolderFixture()
      try folder.write("three/run", "#!/bin/bash\n\(script)\n", executable: true)
      await #expect(throws: Never.self, "\(script)") { try await folder.shell().prepare() }
    }
  }

  @Test(arguments: [1, 2, 125, 128, 193, 255])
  func `may have a check that fails with any other status`(status: Int) async throws {
    let folder = try TaskFolderFixture()
    try folder.write("three/check", "#!/bin/bash\nexit \(status)\n", executable: true)
    await #expect(throws: Never.self) { try await folder.shell().prepare() }
  }

  @Test func `may contain names that are not UTF-8, and ignores special files`() throws {
    let folder = try TaskFolderFixture()
    let path = Array("\(folder.url.path)/three/files/a".utf8CString.dropLast())
    close(open(path + [CChar(bitPattern: 0xFF), 0], O_CREAT | O_WRONLY, 0o644))
    #expect(mkfifo(folder.url.appending(path: "three/files/pipe").path, 0o644) == 0)
    let files = try folder.session().state.workspace
    #expect(files.paths == [Text([0x61, 0xFF]), "in"])
  }

  @Test func `whose solution does not succeed gets the reason from the laws`() async throws {
    let folder = try TaskFolderFixture()
    try folder.write(
      "one/check", "#!/bin/bash\n[ -e /workspace/out ] && echo '{\"score\": 2}' > \"$2\"\n",
      executable: true)
    try folder.remove("two")
    let report = try await EnvironmentChecker(folder.shell(), scenarios: 2).check()
    #expect(report.violations == [.expertSucceeds])
    let problem = "check: wrote no valid report: 'score' is not 1, which is the reward of success"
    #expect(
      report.verdicts.first { $0.law == .expertSucceeds }?.outcome
        == .broken(
          "the expert does not succeed in scenario 0, 'one'; gold: {\"problem\":\"\(problem)\"}"))
  }

  @Test func `with the examples keeps every law`() async throws {
    let shell = try Shell().playing(tasksIn: Self.examples)
    try await shell.prepare()
    let report = await EnvironmentChecker(shell, scenarios: 4).check()
    #expect(report.violations.isEmpty, "\(report.verdicts)")
  }
}
