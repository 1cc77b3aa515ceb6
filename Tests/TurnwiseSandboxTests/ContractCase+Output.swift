import Testing
import TurnwiseCore
import TurnwiseSandbox

extension ContractCase {
  /// A command whose transcript, of both outputs, must be exactly `expected`.
  private static func reads(
    _ promise: String, _ command: Text, in files: [(Text, Text)] = [], _ expected: String
  ) -> ContractCase {
    ContractCase(promise) {
      let result = try await play(command, in: try containing(files.map { ($0.0, $0.1) }))
      #expect(result.transcript.text.string == expected)
    }
  }

  private static let missing = "No such file or directory"

  /// Promises about the order and the text of outputs.
  static let output: [ContractCase] = [
    reads(
      "output and errors keep their order", "echo o1; echo e1 >&2; echo o2; echo e2 >&2",
      "o1\ne1\no2\ne2"),
    reads("errors keep their order", "echo b >&2; echo a >&2", "b\na"),
    reads("errors keep their order after &&", "true && { echo b >&2; echo a >&2; }", "b\na"),
    reads("errors keep their order after ||", "false || { echo b >&2; echo a >&2; }", "b\na"),
    reads(
      "errors that are redirected to the output keep their order",
      "{ echo b >&2; echo c; echo a >&2; } 2>&1",
      "b\nc\na"),
    reads(
      "errors keep their order if the command contains quoted operators",
      "grep -E 'a|b' nosuch1 nosuch0; grep '&' nosuch1 nosuch0",
      ["nosuch1", "nosuch0", "nosuch1", "nosuch0"].map { "grep: \($0): \(missing)" }
        .joined(separator: "\n")),
    reads(
      "errors keep their order if comments and here-documents contain operators",
      "# a | b & c\ncat <<'X' >&2\nz | y\n\na & b\nX\necho a >&2 # |", "z | y\n\na & b\na"),
    reads("blank lines of errors are kept", "printf 'b\\n\\n\\na\\n' >&2 | true", "b\n\n\na"),
    ContractCase("a traceback is complete and in order") {
      let files: [(Text, Text)] = [("src/app.py", "def f():\n    return 1 / 0\n\n\nf()\n")]
      let alone = try await play("cd src; python3 app.py", in: try containing(files))
      let joined = try await play("cd src && python3 app.py | cat", in: try containing(files))
      #expect(alone.errors == joined.errors)
      #expect(joined.errors.hasPrefix("Traceback (most recent call last):\n"))
      #expect(joined.errors.hasSuffix("ZeroDivisionError: division by zero\n"))
    },
    ContractCase("a report of tests is complete and in order") {
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
      "the errors of a pipeline are in the order of its programs", "grep x nosuch1 | sort nosuch2",
      "grep: nosuch1: \(missing)\nsort: cannot read: nosuch2: \(missing)"),
    reads(
      "the errors of each of several programs stay together",
      "{ echo b >&2; sleep 0.05; echo a >&2; } & { echo d >&2; echo c >&2; }; wait",
      "b\na\nd\nc"),
    reads(
      "output of a background program is where the program was started",
      "echo 1; { sleep 0.05; echo 2; echo 3 >&2; } & echo 4; wait; echo 5", "1\n2\n3\n4\n5"),
    reads(
      "output of a background program in a subshell is where the program was started",
      "(echo 1 >&2; (sleep 0.02; echo 2 >&2) & echo 3 >&2; sleep 0.1); echo 4", "1\n2\n3\n4"),
    reads(
      "the errors of pipelines in a script are in order", "true && bash s",
      in: [
        ("s", "ls nosuch1 | sort nosuch2 | wc -l nosuch3\necho end >&2\n")
      ],
      "ls: cannot access 'nosuch1': \(missing)\nsort: cannot read: nosuch2: \(missing)\n"
        + "wc: nosuch3: \(missing)\nend"),
    reads(
      "outputs of programs that xargs starts are in the order of their start",
      "seq 3 | xargs -P3 -I{} sh -c 'sleep 0.0$((6 - 2 * {})); echo {}; echo e{} >&2'",
      "1\ne1\n2\ne2\n3\ne3"),
    reads(
      "outputs of programs that Python starts are in the order of their start",
      """
      python3 -c "
      import subprocess, sys
      all = [subprocess.Popen(['sh', '-c', 'sleep 0.0%d; echo %d >&2' % (4 - i, i)]) for i in range(3)]
      print('main', file=sys.stderr); [p.wait() for p in all]; print('end', file=sys.stderr)"
      """, "0\n1\n2\nmain\nend"),
    reads(
      "an output can be opened by name",
      "echo a > /dev/stderr; echo b | tee /dev/stderr > /proc/self/fd/1; echo c > /proc/self/fd/2",
      "a\nb\nb\nc"),
    reads("an output can be piped to a program", "{ ls nosuch; echo x; } 2>&1 | tail -1", "x"),
    reads(
      "both outputs can be redirected",
      "exec 2>&1; ls nosuch | cat; exec > f; echo gone; cat f >&2",
      "ls: cannot access 'nosuch': \(missing)\ngone"),
    reads(
      "a large write to a pipe is one write",
      "python3 -c \"import os; print(os.write(1, b'x' * 700000))\" | wc -c",
      "700007"),
    ContractCase("a large write to an output is one write") {
      let result = try await play(
        "python3 -c \"import os, sys; n = os.write(1, b'x' * 700000); print(n, file=sys.stderr)\"")
      #expect(result.errors == "700000\n" && result.standardOutput.omittedBytes == 700_000 - 32768)
    },
    reads(
      "a line is not divided if a full buffer ends within it",
      """
      python3 -c "
      import os
      os.write(1, b'x' * 5000 + b'\\\\n' + b'half of a ')
      os.write(2, b'error\\\\n')
      os.write(1, b'line\\\\n')"
      """, String(repeating: "x", count: 5000) + "\nerror\nhalf of a line"),
    reads(
      "a prompt at the end of a large output is before the errors that follow",
      """
      python3 -c "
      import os
      os.write(1, b'x' * 5000 + b'\\\\n' + b'More? ')
      os.write(2, b'end of file\\\\n')"
      """, String(repeating: "x", count: 5000) + "\nMore? \nend of file"),
  ]
}
