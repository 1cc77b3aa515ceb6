import Testing
import TurnwiseCore
import TurnwiseSandbox

extension ContractCase {
  /// A command whose outputs, as one, are this, whatever its text contains.
  private static func reads(
    _ promise: String, _ command: Text, in files: [(Text, Text)] = [], _ expected: String
  ) -> ContractCase {
    ContractCase(promise) {
      let result = try await play(command, in: try containing(files.map { ($0.0, $0.1) }))
      #expect(result.transcript.text.string == expected)
    }
  }

  private static let missing = "No such file or directory"

  /// What an agent reads: each line where it arose.
  static let output: [ContractCase] = [
    reads(
      "outputs stand where they arose", "echo o1; echo e1 >&2; echo o2; echo e2 >&2",
      "o1\ne1\no2\ne2"),
    reads("errors keep their order", "echo b >&2; echo a >&2", "b\na"),
    reads("errors keep their order after &&", "true && { echo b >&2; echo a >&2; }", "b\na"),
    reads("errors keep their order after ||", "false || { echo b >&2; echo a >&2; }", "b\na"),
    reads(
      "errors keep their order where they are output", "{ echo b >&2; echo c; echo a >&2; } 2>&1",
      "b\nc\na"),
    reads(
      "errors keep their order beside quoted signs",
      "grep -E 'a|b' nosuch1 nosuch0; grep '&' nosuch1 nosuch0",
      ["nosuch1", "nosuch0", "nosuch1", "nosuch0"].map { "grep: \($0): \(missing)" }
        .joined(separator: "\n")),
    reads(
      "errors keep their order beside signs in comments and here-documents",
      "# a | b & c\ncat <<'X' >&2\nz | y\n\na & b\nX\necho a >&2 # |", "z | y\n\na & b\na"),
    reads("blank lines of errors stay", "printf 'b\\n\\n\\na\\n' >&2 | true", "b\n\n\na"),
    ContractCase("a traceback can be read") {
      let files: [(Text, Text)] = [("src/app.py", "def f():\n    return 1 / 0\n\n\nf()\n")]
      let alone = try await play("cd src; python3 app.py", in: try containing(files))
      let joined = try await play("cd src && python3 app.py | cat", in: try containing(files))
      #expect(alone.errors == joined.errors)
      #expect(joined.errors.hasPrefix("Traceback (most recent call last):\n"))
      #expect(joined.errors.hasSuffix("ZeroDivisionError: division by zero\n"))
    },
    ContractCase("a report of tests can be read") {
      let test: Text = """
        import unittest
        class T(unittest.TestCase):
            def test_b(self): self.assertEqual([1, 2], [1, 3])
            def test_a(self): self.fail('zzz | aaa')
        unittest.main()
        """
      let workspace = try containing([("t.py", test)])
      let result = try await play("python3 t.py 2>errors; true && cat errors >&2", in: workspace)
      #expect(result.standardError.text == result.workspace["errors"])
      #expect(result.errors.hasPrefix("FF\n=====") && result.errors.contains("\n\n-----"))
    },
    reads(
      "messages of several lines stay together",
      """
      compile() { printf '%s:1: error: x\\n  |\\n1 | y\\n  | ^\\n' $1 >&2; }
      (sleep 0.05; compile b.c) & compile a.c & wait
      """,
      "b.c:1: error: x\n  |\n1 | y\n  | ^\na.c:1: error: x\n  |\n1 | y\n  | ^"),
    reads(
      "of a pipeline, the first program's errors are first", "grep x nosuch1 | sort nosuch2",
      "grep: nosuch1: \(missing)\nsort: cannot read: nosuch2: \(missing)"),
    reads(
      "of programs at once, each one's errors stay together",
      "{ echo b >&2; sleep 0.05; echo a >&2; } & { echo d >&2; echo c >&2; }; wait",
      "b\na\nd\nc"),
    reads(
      "what is in the background stands where it was started",
      "echo 1; { sleep 0.05; echo 2; echo 3 >&2; } & echo 4; wait; echo 5", "1\n2\n3\n4\n5"),
    reads(
      "what is in the background of a subshell stands there, too",
      "(echo 1 >&2; (sleep 0.02; echo 2 >&2) & echo 3 >&2; sleep 0.1); echo 4", "1\n2\n3\n4"),
    reads(
      "pipelines of a script are in order, too", "true && bash s",
      in: [
        ("s", "ls nosuch1 | sort nosuch2 | wc -l nosuch3\necho end >&2\n")
      ],
      "ls: cannot access 'nosuch1': \(missing)\nsort: cannot read: nosuch2: \(missing)\n"
        + "wc: nosuch3: \(missing)\nend"),
    reads(
      "programs of xargs are in the order of their start",
      "seq 3 | xargs -P3 -I{} sh -c 'sleep 0.0$((6 - 2 * {})); echo {}; echo e{} >&2'",
      "1\ne1\n2\ne2\n3\ne3"),
    reads(
      "programs of Python are in the order of their start",
      """
      python3 -c "
      import subprocess, sys
      all = [subprocess.Popen(['sh', '-c', 'sleep 0.0%d; echo %d >&2' % (4 - i, i)]) for i in range(3)]
      print('main', file=sys.stderr); [p.wait() for p in all]; print('end', file=sys.stderr)"
      """, "0\n1\n2\nmain\nend"),
    reads(
      "an output can be opened by its name",
      "echo a > /dev/stderr; echo b | tee /dev/stderr > /proc/self/fd/1; echo c > /proc/self/fd/2",
      "a\nb\nb\nc"),
    reads("an output can be led to a program", "{ ls nosuch; echo x; } 2>&1 | tail -1", "x"),
    reads(
      "both outputs can be led away", "exec 2>&1; ls nosuch | cat; exec > f; echo gone; cat f >&2",
      "ls: cannot access 'nosuch': \(missing)\ngone"),
    reads(
      "a write of any size is one",
      "python3 -c \"import os; print(os.write(1, b'x' * 700000))\" | wc -c",
      "700007"),
    ContractCase("a large write is taken whole") {
      let result = try await play(
        "python3 -c \"import os, sys; n = os.write(1, b'x' * 700000); print(n, file=sys.stderr)\"")
      #expect(result.errors == "700000\n" && result.standardOutput.omittedBytes == 700_000 - 32768)
    },
    reads(
      "a full buffer that ends within a line does not divide it",
      """
      python3 -c "
      import os
      os.write(1, b'x' * 5000 + b'\\\\n' + b'half of a ')
      os.write(2, b'error\\\\n')
      os.write(1, b'line\\\\n')"
      """, String(repeating: "x", count: 5000) + "\nerror\nhalf of a line"),
    reads(
      "a question at the end of a large output stands before the errors that follow",
      """
      python3 -c "
      import os
      os.write(1, b'x' * 5000 + b'\\\\n' + b'More? ')
      os.write(2, b'end of file\\\\n')"
      """, String(repeating: "x", count: 5000) + "\nMore? \nend of file"),
  ]
}
