internal import Foundation
internal import TurnwiseCore
internal import TurnwiseSandbox

/// The report of the visible tests in the agent's own workspace.
///
/// The agent can change the test runner, the tests and the shell's variables. So the report is what the
/// agent is told, and not a verdict.
struct VisibleRun: Sendable {
  /// The path of the visible tests, one in each line.
  static let testsPath: Text = "tests.txt"
  /// The path of the test runner.
  static let scriptPath: Text = "run_tests.py"

  /// What the test runner printed, without line ends at the end.
  let report: Text
  /// Whether all tests passed, according to the status of the test runner.
  let isSuccess: Bool

  /// Runs the tests; changes that they make are dropped.
  ///
  /// - Parameters:
  ///   - workspace: The workspace of the agent, with the test runner.
  ///   - tests: The file of the tests, for a test runner that takes its name; nil for one that knows it.
  /// - Returns: The report of the test runner, and whether it says that all tests pass.
  /// - Throws: A `Failure` of the sandbox.
  nonisolated(nonsending) static func run(
    in workspace: Workspace, tests: Text? = nil
  ) async throws -> VisibleRun {
    try await runs.value(of: Key(workspace: workspace, tests: tests)) {
      let command = ["python3", scriptPath.string] + (tests.map { [$0.string] } ?? [])
      let result = try await sandbox.run(
        // The working directory of the agent's shell may be another one.
        Text("cd /workspace && exec \(command.joined(separator: " ")) </dev/null 2>&1"),
        in: workspace, seed: 0)
      var report = result.standardOutput.text
      while report.bytes.last == UInt8(ascii: "\n") { report.bytes.removeLast() }
      if result.limit != nil || result.status >= 128 {
        report = "The tests were stopped: some call does not come to an end."
      }
      return VisibleRun(report: report, isSuccess: result.limit == nil && result.status == 0)
    }
  }

  /// What a run depends on.
  private struct Key: Hashable, Sendable {
    var workspace: Workspace
    var tests: Text?
  }

  private static let runs = ContentCache<Key, VisibleRun>(limit: 1 << 10)

  private static let sandbox: Sandbox = {
    var limits = Sandbox.Limits()
    limits.processorSeconds = 1
    return Sandbox(slots: ProcessInfo.processInfo.activeProcessorCount, limits: limits)
  }()

  /// The text of the test runner, which knows the name of the file of the tests.
  static let script = script(reading: "'\(testsPath)'")
  /// The text of a test runner that takes the name of the file of the tests.
  static let scriptForFile = script(reading: "sys.argv[1]")

  /// Returns the text of the test runner, which reads the tests from a file named by a Python expression.
  ///
  /// Beside the first failures it names the suspicious lines, which failing tests run most and passing
  /// tests run least, by the coefficient of Ochiai (Abreu, Zoeteweij and van Gemund, 2007).
  private static func script(reading tests: String) -> String {
    """
    import builtins, sys

    class Modules(dict):
        def __missing__(self, name):
            if hasattr(builtins, name):
                raise KeyError(name)
            return __import__(name)

    def file(path):
        return path.split('/')[-1]

    def outcome(call):
        try:
            return '== ' + repr(eval(call, {}, Modules())), ''
        except Exception as error:
            trace = error.__traceback__
            while trace.tb_next:
                trace = trace.tb_next
            path = getattr(error, 'filename', None) or trace.tb_frame.f_code.co_filename
            line = getattr(error, 'lineno', None) or trace.tb_lineno
            return 'raises ' + type(error).__name__, ' at %s:%s' % (file(path), line)

    def traced(call):
        lines = set()
        def trace(frame, event, _):
            code = frame.f_code
            path = code.co_filename
            if not path.startswith(sys.path[0]) or path == outcome.__code__.co_filename:
                return None
            # Bodies of modules and classes run once, in whichever test comes first.
            if event == 'line' and code.co_flags & 1:
                lines.add((file(path), frame.f_lineno))
            return trace
        sys.settrace(trace)
        found = outcome(call)
        sys.settrace(None)
        return found, lines

    def suspects(runs):
        score = {}
        for line in set().union(*[lines for lines, _ in runs]):
            fails = [failed for lines, failed in runs if line in lines]
            score[line] = sum(fails) / len(fails) ** 0.5
        best = max(score.values(), default=0)
        text = ''
        for path, line in sorted(line for line in score if score[line] == best > 0):
            text += ',%d' % line if text.split(' ')[-1].startswith(path) else ' %s:%d' % (path, line)
        return text and ', suspect' + text

    sys.dont_write_bytecode = True
    with open(\(tests)) as tests:
        wanted = tests.read().splitlines()
    failed, runs = [], []
    for test in wanted:
        mark = max(test.rfind(' == '), test.rfind(' raises '))
        call, want = test[:mark], test[mark + 1:]
        (got, place), lines = traced(call)
        if got != want:
            failed.append('%s %s%s, want %s' % (call, got, place, want))
        runs.append((lines, got != want))
    print('%d of %d fail%s' % (len(failed), len(wanted), suspects(runs)), *failed, sep='\\n')
    sys.exit(len(failed) > 0)

    """
  }
}
