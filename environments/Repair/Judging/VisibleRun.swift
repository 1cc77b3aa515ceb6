internal import Foundation
internal import TurnwiseCore
internal import TurnwiseSandbox

/// What the program that runs the visible tests says in the agent's own workspace.
///
/// That program, the tests and the shell's variables are the agent's to change, so its word is what the
/// agent is told, and no verdict.
struct VisibleRun: Sendable {
  /// Where the visible tests are, a line each.
  static let testsPath: Text = "tests.txt"
  /// The program that runs them.
  static let scriptPath: Text = "run_tests.py"

  /// What was printed, without the line end.
  let report: Text
  /// Whether all tests passed, as far as the status tells.
  let isSuccess: Bool

  /// Runs the tests; what they leave behind is dropped.
  ///
  /// - Throws: A `Failure` of the sandbox.
  nonisolated(nonsending) static func play(in workspace: Workspace) async throws -> VisibleRun {
    try await runs.value(of: workspace) {
      let result = try await sandbox.run(
        Text("exec python3 \(scriptPath.string) </dev/null 2>&1"), in: workspace, seed: 0)
      var report = result.standardOutput.text
      while report.bytes.last == UInt8(ascii: "\n") { report.bytes.removeLast() }
      if result.limit != nil || result.status >= 128 {
        report = "The tests were stopped: some call does not come to an end."
      }
      return VisibleRun(report: report, isSuccess: result.limit == nil && result.status == 0)
    }
  }

  private static let runs = ContentCache<Workspace, VisibleRun>(limit: 1 << 13)

  private static let sandbox: Sandbox = {
    var limits = Sandbox.Limits()
    limits.processorSeconds = 1
    return Sandbox(slots: ProcessInfo.processInfo.activeProcessorCount, limits: limits)
  }()

  /// The text of the program.
  static let script = """
    import builtins, sys

    class Modules(dict):
        def __missing__(self, name):
            if hasattr(builtins, name):
                raise KeyError(name)
            return __import__(name)

    def outcome(call):
        try:
            return '== ' + repr(eval(call, {}, Modules())), ''
        except Exception as error:
            trace = error.__traceback__
            while trace.tb_next:
                trace = trace.tb_next
            path = trace.tb_frame.f_code.co_filename.split('/')[-1]
            place = getattr(error, 'filename', None) or path
            line = getattr(error, 'lineno', None) or trace.tb_lineno
            return 'raises ' + type(error).__name__, ' at %s:%s' % (place.split('/')[-1], line)

    sys.dont_write_bytecode = True
    with open('tests.txt') as tests:
        lines = tests.read().splitlines()
    failed = []
    for line in lines:
        mark = max(line.rfind(' == '), line.rfind(' raises '))
        call, want = line[:mark], line[mark + 1:]
        got, place = outcome(call)
        if got != want:
            failed.append('%s %s%s, want %s' % (call, got, place, want))
    print(*['%d of %d fail' % (len(failed), len(lines))] + failed, sep='\\n')
    sys.exit(len(failed) > 0)

    """
}
