internal import Turnwise

/// Reports what the machine offers and what it refuses, with remedies.
struct DoctorCommand: Subcommand {
  let name = "doctor"
  let summary = "show what this machine offers and refuses, and the remedies"
  let examples = ["turnwise doctor", "turnwise doctor --json"]
  let flags = [Flag.json]
  // Problems with the kernels are among its findings.
  let needsKernels = false

  func run(_ invocation: Invocation, _ context: Context) async throws -> ExitStatus {
    let report = MachineReport(await MachineFacts.gathered())
    if invocation.has(.json) {
      try context.console.answer(json: report)
    } else {
      context.console.answer(report.text)
    }
    return report.runsCommands && report.computes ? .success : .system
  }
}

extension MachineReport {
  /// A line for each part, with its remedy below it.
  package var text: String {
    let width = findings.map(\.part.count).max() ?? 0
    return findings.map { finding in
      let mark = finding.verdict == .refused ? "REFUSED" : finding.verdict.rawValue
      let title =
        TerminalText.padded(mark, to: 7) + "  " + TerminalText.padded(finding.part, to: width)
      let indent = "\n" + String(repeating: " ", count: width + 11)
      let lines = ([finding.found] + (finding.remedy.map { [$0] } ?? []))
        .flatMap { $0.split(separator: "\n") }.map { TerminalText.escaped(String($0)) }
      return title + "  " + lines.joined(separator: indent)
    }.joined(separator: "\n")
  }
}
