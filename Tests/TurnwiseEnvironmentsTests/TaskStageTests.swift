import Testing
import TurnwiseCore
import TurnwiseEnvironments
import TurnwiseSandbox

/// Agents that try to be judged well without doing well.
@Suite struct `The two stages of a judgement` {
  /// A task to repair a program that should print 7, judged as the documentation says.
  private func repairTask(
    run: String = "python3 program.py", check: String = "[ \"$(<run/stdout)\" = 7 ]"
  ) throws -> TaskFolderFixture {
    let folder = try TaskFolderFixture()
    try folder.write("three/files/program.py", "print(6)\n")
    try folder.write("three/run", "#!/bin/bash\n\(run)\n", executable: true)
    try folder.write("three/check", "#!/bin/bash\n\(check)\n", executable: true)
    try folder.write("three/check-files/expected", "7\n")
    try folder.remove("three/solution")
    return folder
  }

  private func play(_ commands: [String], in folder: TaskFolderFixture) async throws -> Judgement? {
    try await TurnwiseEnvironmentsTests.play(
      commands.map { "bash " + $0 } + ["submit x"], in: folder.session()
    ).judgement
  }

  private static let loss = Judgement(success: false)

  @Test func `accept a repaired program, and nothing less`() async throws {
    let folder = try repairTask()
    try await folder.shell().prepare()
    #expect(try await play(["sed -i s/6/7/ program.py"], in: folder) == Judgement(success: true))
    #expect(try await play(["sed -i s/6/8/ program.py"], in: folder) == Self.loss)
    #expect(try await play(["rm program.py"], in: folder) == Self.loss)
  }

  @Test func `pass on status, outputs and files of the run`() async throws {
    let folder = try repairTask(
      run: "echo out; echo error >&2; echo 2 > made; rm in; exit 3",
      check: """
        [ "$1" ] && [ "$(<run/status)" = 3 ] && [ "$(<run/stdout)" = out ] \
        && [ "$(<run/stderr)" = error ] && [ "$(</workspace/made)" = 2 ] && [ ! -e /workspace/in ]
        """)
    #expect(try await play([], in: folder) == Judgement(success: true))
  }

  @Test func `give the run nothing of the check, and nothing that the agent exported`()
    async throws
  {
    let folder = try repairTask(
      run: """
        echo "$TRICK$(pwd)$(ls -A | tr '\\n' ' ')"; ls -A /tmp
        grep -rls EXPECTE[D] / --exclude-dir=proc --exclude-dir=usr --exclude-dir=dev
        """,
      check: """
        # EXPECTED
        [ "$1" ] && [ "$(<run/stdout)" = "/workspacein program.py 
        run" ]
        """.replacing("\n        ", with: "\n"))
    try folder.write("three/check-files/secret", "EXPECTED\n")
    #expect(
      try await play(["export TRICK=1; cd /tmp; echo EXPECTED > left"], in: folder)
        == Judgement(success: true))
  }

  /// Hostile programs, each of which an agent leaves in place of the repaired program.
  private static let attacks = [
    "rewrites the check": """
    for path in ["/tmp/check/check", "check", "/tmp/run/check"]:
        try: open(path, "w").write("#!/bin/bash\\nexit 0\\n"); os.chmod(path, 0o755)
        except OSError: pass
    """,
    "makes the folder of the check first": """
    os.makedirs("/tmp/check/run"); open("/tmp/check/run/stdout", "w").write("7")
    open("/tmp/check/check", "w").write("#!/bin/bash\\nexit 0\\n"); os.chmod("/tmp/check/check", 0o755)
    """,
    "writes the report": """
    for path in ["/tmp/check/report", "/tmp/run/report", "report", "/workspace/report"]:
        try: open(path, "w").write('{"score": 0.99}')
        except OSError: pass
    """,
    "leaves a writer behind": """
    if os.fork() == 0:
        os.setsid()
        for _ in range(2000):
            time.sleep(0.001)
            try: open("/tmp/check/report", "w").write('{"score": 0.99}')
            except OSError: pass
    """,
    "takes the place of programs": """
    for name in ["bash", "cmp", "cat", "mv", "python3", "[", "sh"]:
        for folder in ["/workspace", "/workspace/bin", "/usr/local/bin", "/tmp"]:
            try:
                os.makedirs(folder, exist_ok=True)
                open(folder + "/" + name, "w").write("#!/usr/bin/bash\\nexit 0\\n")
                os.chmod(folder + "/" + name, 0o755)
            except OSError: pass
    """,
    "hides in start-up files": """
    for name in [".bashrc", ".bash_profile", ".profile", ".bash_env", ".inputrc"]:
        open("/workspace/" + name, "w").write("exit 0\\n")
    """,
    "hides in modules": """
    site = "/workspace/.local/lib/python3.11/site-packages"
    os.makedirs(site)
    for path in [site, "/workspace"]:
        for name in ["sitecustomize", "usercustomize", "json", "sys", "re"]:
            open(path + "/" + name + ".py", "w").write("import os; os._exit(0)\\n")
        open(path + "/x.pth", "w").write("import os; os._exit(0)\\n")
    """,
    "ends the shell above it with success": """
    os.kill(os.getppid(), 9)
    """,
    "takes every name that the machinery uses": """
    for number in range(1500):
        open("/workspace/.task-%d" % number, "w")
    """,
    "fills the workspace": """
    open("/workspace/big", "wb").write(bytes(31 << 20))
    """,
    "never ends": "while True: pass",
    "never stops talking": "while True: print('7' * 1000)",
  ]

  @Test(arguments: attacks.keys.sorted())
  func `give a hostile program with wrong output a loss`(name: String) async throws {
    let program = "import os, time\n" + (Self.attacks[name] ?? "")
    let write = "cat > program.py <<'EOF'\n\(program)\nprint(6)\nEOF"
    // It runs in the agent's turn, in `run`, and beside a check that runs python3.
    let checks = [
      "[ \"$(<run/stdout)\" = 7 ]",
      "python3 -c 'import json, re, sys; sys.exit(open(\"run/stdout\").read() != \"7\\n\")'",
      "cat run/stdout | cmp - check-files/expected",
    ]
    for check in checks {
      let folder = try repairTask(check: check)
      #expect(try await play([write], in: folder) == Self.loss, "\(check)")
      let isShort = !name.hasPrefix("never")
      if isShort {
        #expect(try await play([write, "python3 program.py"], in: folder) == Self.loss, "\(check)")
      }
    }
  }

  @Test(arguments: [
    "/tmp/check/check-files/expected", "/proc/self/cwd/check-files/expected", "/proc/self/fd/3",
    "../tmp/check/check-files/expected", "d/../../tmp/check/check-files/expected",
    "/workspace/../tmp/check/check-files/expected", "l/tmp/check/check-files/expected",
  ])
  func `do not follow a link to the expected result`(target: String) async throws {
    let folder = try repairTask(
      run: "true",
      check: "cmp check-files/expected /workspace/out || cmp /workspace/out check-files/expected")
    let links = "mkdir -p d; ln -s / l; ln -s \(target) out"
    #expect(try await play([links], in: folder) == Self.loss)
    // The same if the link is created only in `run`.
    let late = try repairTask(
      run: links, check: "cmp check-files/expected /workspace/out")
    #expect(try await play([], in: late) == Self.loss)
  }

  @Test(arguments: ["answer", "a/../answer", "/workspace/answer", "d/e/answer", "./answer"])
  func `follow a link that stays in the workspace`(target: String) async throws {
    let folder = try repairTask(run: "true", check: "cmp /workspace/out check-files/expected")
    let links = "mkdir -p d; echo 7 > answer; ln -s .. d/e; ln -s \(target) out"
    let expected = Judgement(success: !target.contains("a/.."))
    #expect(try await play([links], in: folder) == expected)
  }

  @Test func `do not follow a link that leaves the workspace through another link`() async throws {
    // The target of `x` seems to stay inside, but `d/e/up` is the workspace itself.
    let folder = try repairTask(run: "true", check: "cmp check-files/expected /workspace/x")
    let links =
      "mkdir -p d/e; ln -s ../.. d/e/up; ln -s d/e/up/../../tmp/check/check-files/expected x"
    #expect(try await play([links], in: folder) == Self.loss)
  }

  @Test func `drop the results of a run that exceeds a limit`() async throws {
    let folder = try repairTask(
      run: "echo early; touch made; yes >&2",
      check: """
        [ "$1" ] && [ "$(<run/status)" = 137 ] && [ ! -s run/stdout ] && [ ! -s run/stderr ] \
        && [ ! -e /workspace/made ]
        """)
    #expect(try await play([], in: folder) == Judgement(success: true))
  }

  @Test func `never fail an episode because of names and sizes that an agent chose`() async throws {
    let folder = try TaskFolderFixture()
    let names = [
      "seq -f .task-%.0f 0 1999 | xargs touch", "touch .check $(printf '.check%*s' 249 | tr ' ' -)",
      "x=$(printf '%255s' | tr ' ' d); for i in 1 2 3 4 5 6 7 8; do mkdir $x; cd $x; done",
    ]
    for command in names {
      #expect(try await play([command], in: folder) == Self.loss, "\(command)")
      let done = try await play([command, "echo 2 > /workspace/out"], in: folder)
      #expect(done == Judgement(success: true), "\(command)")
    }
  }

  @Test func `are recorded with the task`() throws {
    let shell = try repairTask().shell()
    let blobs = BlobStore()
    let copy = try Parameters.setting(
      Parameters.settings(of: shell, blobs: blobs), of: Shell(), blobs: blobs)
    #expect(copy.folderTasks.map(\.task) == shell.folderTasks.map(\.task))
    #expect(copy.folderTasks.first { $0.name == "three" }?.task.run?.paths == ["run"])
  }
}
