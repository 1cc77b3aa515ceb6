internal import Foundation
package import TurnwiseCore
internal import TurnwiseSandbox

/// Evaluates the calls of tests in a sandbox that does not contain what is expected of them.
///
/// Code of an agent runs in the process that reports the outcomes, so it can report anything. But it cannot
/// know what would be right: outcomes are compared with the expected ones outside, which never enter the
/// sandbox. Of the agent's files, only the texts of the program's own files enter it.
package struct CallRunner: Sendable {
  /// Files, and the calls to evaluate with them.
  package struct Job: Hashable, Sendable {
    /// The texts of the files, by path.
    package var files: [String: Text]
    /// Python expressions.
    package var calls: [String]

    /// Creates a job.
    package init(files: [String: Text], calls: [String]) {
      (self.files, self.calls) = (files, calls)
    }
  }

  /// The runner that all judges of the process share.
  package static let shared = CallRunner()

  private let sandbox: Sandbox

  private init() {
    var limits = Sandbox.Limits()
    limits.processorSeconds = 20
    limits.outputHeadBytes = 4 << 20
    sandbox = Sandbox(slots: ProcessInfo.processInfo.activeProcessorCount, limits: limits)
  }

  /// Evaluates calls.
  ///
  /// All jobs run in one process, one after another. So only programs without code of an agent may share a
  /// call of this function.
  ///
  /// - Parameter jobs: The jobs.
  /// - Returns: For each job the outcomes of its calls, such as `== 5` and `raises KeyError`, up to the
  ///   first call that does not end.
  /// - Throws: A `Failure` of the sandbox.
  package func outcomes(of jobs: [Job]) async throws -> [[String]] {
    var files: [(path: Text, contents: Text)] = [("runner.py", Text(Self.script))]
    for (number, job) in jobs.enumerated() {
      for (path, text) in job.files { files.append((Text("\(number)/\(path)"), text)) }
      files.append((Text("\(number)/calls"), Text(job.calls.asLines)))
    }
    let names = jobs.indices.map(String.init).joined(separator: " ")
    let result = try await sandbox.run(
      // `-I` is not used: it would ignore the hash seed, and sets would have another order each time.
      Text("exec python3 -s -S -B runner.py \(names) </dev/null 2>/dev/null"),
      in: try Workspace(files), seed: 0)
    let blocks = Self.blocks(result.standardOutput.text.string)
    return jobs.indices.map { index in
      blocks.indices.contains(index) ? Array(blocks[index].prefix(jobs[index].calls.count)) : []
    }
  }

  /// The lines of an output, divided at each empty line.
  private static func blocks(_ output: String) -> [[String]] {
    output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      .split(separator: "", omittingEmptySubsequences: false).map(Array.init)
  }

  /// The processor time that a call may take, in seconds; calls of the tests take a thousandth of it.
  private static let callSeconds = 0.05

  private static let script = """
    import _signal, builtins, os, sys

    class Stop(BaseException):
        pass

    def stop(*_):
        raise Stop

    class Modules(dict):
        def __missing__(self, name):
            if hasattr(builtins, name):
                raise KeyError(name)
            return __import__(name)

    def outcome(call):
        try:
            return '== ' + repr(eval(call, {}, Modules()))
        except Stop:
            raise
        except BaseException as error:
            return 'raises ' + type(error).__name__

    def outcomes(calls):
        found = []
        try:
            for call in calls:
                _signal.setitimer(_signal.ITIMER_VIRTUAL, \(callSeconds))
                found.append(outcome(call))
            _signal.setitimer(_signal.ITIMER_VIRTUAL, 0)
        except Stop:
            pass
        return found

    out = os.dup(1)
    os.dup2(os.open('/dev/null', os.O_WRONLY), 1)
    _signal.signal(_signal.SIGVTALRM, stop)
    modules, path = set(sys.modules), sys.path[1:]
    for job in sys.argv[1:]:
        sys.path[:] = [job] + path
        with open(job + '/calls') as calls:
            found = outcomes(calls.read().splitlines())
        for name in set(sys.modules) - modules:
            del sys.modules[name]
        lines = [' '.join(line.split('\\n'))[:1000] + '\\n' for line in found]
        os.write(out, (''.join(lines) + '\\n').encode('utf-8', 'replace'))
    """
}
