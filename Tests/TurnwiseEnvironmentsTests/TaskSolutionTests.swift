import Testing
import TurnwiseCore
import TurnwiseEnvironments

@Suite struct `The turns of a solution` {
  private func turns(_ text: String) throws -> [String]? {
    let folder = try TaskFolderFixture()
    try folder.write("three/solution", text)
    return try folder.shell().folderTasks.first { $0.name == "three" }?.task.solution
  }

  /// Turns with blank lines after which bash continues to read.
  static let whole = [
    "cat > f.py <<'EOF'\nimport os\n\nprint(\"it's\")\nEOF",
    "cat <<-\"A B\" <<\\C && echo x\n\none\n\n\tA B\n\ntwo\nC", "cat <<E |\n\nE\n\n\nwc -l",
    "python3 -c '\na = 1\n\nprint(a)\n'", "echo \"a\n\n$(ls '\n\n)' )\n\nb\"", "echo $'it\\'s\n\n'",
    "f() {\n  echo a\n\n  echo b\n}; f", "function g {\n\n :\n}", "{ ls\n\nls; } 2>&1",
    "(cd x\n\nls)",
    "if true; then\n\n  ls\n\nelse\n\n  pwd\nfi",
    "for i in 1 2; do\n\n  for j in 3; do\n\n ls; done\n\ndone",
    "for ((i = 0; i < 1 << 2; i++)); do\n\necho $i # don't\ndone",
    "while read x\ndo\n\necho done\ndone < in",
    "case $x in\n\n  a|b) echo 'x';;\n\n  (c) if true; then ls; fi\n\nesac",
    "ls |\n\n# a comment\n\nwc -l",
    "true && \\\n\nls", "true || \\\nif true; then\n\nls\nfi", "ls | \\\n\n\nwc -l",
    "true &&\n\nls", "a=(if\n\n  for)", "echo \"$(cat <<Q\nit's )\n\nQ\n)\"", "echo `date\n\n`",
    "echo ${x:-'a\n\nb'}", "[[ a = a ]] ||\n\nls", "until false; do\n\nbreak; done",
  ]

  @Test(arguments: whole) func `contain blank lines where bash continues to read`(turn: String)
    throws
  {
    #expect(try turns("pwd\n\n\(turn)\n\nls\n\nsubmit x\n") == ["pwd", turn, "ls", "submit x"])
    #expect(
      try turns("pwd\r\n\r\n\(turn.replacing("\n", with: "\r\n"))\r\n\r\nls") == [
        "pwd", turn, "ls",
      ])
  }

  /// Lines that only look as if bash would continue to read.
  static let single = [
    "echo if for while case { [[", "echo $# ${x#y} ${x:-\"don't\"} \"${y:-don't}\"",
    "echo \\' \\\" \\#",
    "ls # don't", "x=$((1 << 2)); ((y = 1 << 3))", "python3 - <<< 'x'", "echo a \\", "grep 'a$' f",
    "diff <(ls) <(ls)", "sleep 0 &", "ls 2>&1 | cat &> out", "echo ! done esac fi }",
    "echo $$ \"$\"",
    "[[ $a =~ ^(x|y)$ && $b < c ]]", "awk '{ print $1 }' in",
  ]

  @Test(arguments: single) func `end at a blank line elsewhere`(turn: String) throws {
    #expect(try turns("\(turn)\n\nls\n") == [turn, "ls"])
  }

  @Test func `omit comments above, and keep the submitted text as it is`() throws {
    #expect(
      try turns("#!/bin/bash\n# It's first.\n\n# Look\nls\n# not left out\n\n\nsubmit it's \"5\n\n")
        == ["ls\n# not left out", "submit it's \"5"])
  }

  @Test func `with blank lines in a program succeed`() async throws {
    let folder = try TaskFolderFixture()
    try folder.write(
      "three/solution",
      "cat > f.py <<'END'\nvalue = 2\n\nwith open('out', 'w') as out:\n\n    print(value, file=out)\nEND\n\n"
        + "python3 f.py\n")
    let session = try folder.session()
    let played = await Rollout(.expert(.none), workers: 1).play([session])
    #expect(played.first?.judgement?.success == true, "\(played.first?.turns.map(\.replies) ?? [])")
  }

  @Test(arguments: [
    ("ls\n\necho )\n", "3: is not bash: syntax error near unexpected token `)'"),
    ("ls\n\npwd\nfi\n\nsubmit (\n", "4: is not bash: syntax error near unexpected token `fi'"),
    ("# x\n\nif then; fi\n", "3: is not bash: syntax error near unexpected token `then'"),
  ])
  func `that are not bash are refused before a run, with the line`(text: String, words: String)
    async throws
  {
    let folder = try TaskFolderFixture()
    try folder.write("three/solution", text)
    let shell = try folder.shell()
    let error = try await #require(throws: TaskFileError.self) { try await shell.prepare() }
    #expect(error.description.hasSuffix("/three/solution:" + words), "\(error)")
  }
}
