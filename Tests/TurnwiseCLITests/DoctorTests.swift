import Foundation
import Testing
import Turnwise
import TurnwiseCLI
import TurnwiseSandbox
import TurnwiseTestSupport

@Suite struct `The doctor` {
  private func findings(_ facts: MachineFacts) -> [String: MachineReport.Finding] {
    Dictionary(uniqueKeysWithValues: MachineReport(facts).findings.map { ($0.part, $0) })
  }

  @Test func `finds on this machine what the other tests need`() throws {
    let printed = try turnwiseProgram("doctor --json")
    #expect(printed.status == 0, "\(printed.answer)")
    let answer = try printed.json
    #expect(answer["runsCommands"] == true && answer["computes"] == true)
    guard case .array(let findings)? = answer["findings"] else {
      Issue.record("no findings: \(answer)")
      return
    }
    let parts = Dictionary(
      uniqueKeysWithValues: findings.map { ($0["part"]?.text ?? "", $0["found"]?.text ?? "") })
    #expect(parts["bubblewrap"]?.contains("bubblewrap 0.") == true)
    #expect(parts["python3"]?.hasPrefix("Python 3.") == true)
    #expect(parts["bash"]?.first?.isNumber == true)
    #expect(parts["kernels"]?.contains(Machine.kernels) == true)
    #expect(parts["OpenBLAS"]?.contains(Machine.openBLASCore) == true)
    #expect(parts["namespaces"] != nil && parts["control groups"] != nil && parts["system"] != nil)
    let words = try turnwiseProgram("doctor")
    #expect(words.status == 0 && words.note == "" && words.answer.hasPrefix("ok       sandbox "))
  }

  @Test(arguments: Sandbox.Refusal.Cause.allCases)
  func `says of every refusal what the sandbox says of it`(cause: Sandbox.Refusal.Cause) async {
    let refusal = Sandbox.Refusal(cause, detail: "bwrap: \u{1B}[2Jno")
    var facts = await MachineFacts.gathered()
    (facts.obstacle, facts.bash, facts.python) = (.refused(refusal), .unasked, .unasked)
    let report = MachineReport(facts)
    #expect(!report.runsCommands)
    let finding = findings(facts)["sandbox"]
    #expect(finding?.verdict == .refused && finding?.remedy == refusal.remedy)
    #expect(finding?.found == "\(refusal.explanation) (\(refusal.detail))")
    #expect(report.text.hasPrefix("REFUSED  sandbox"))
    #expect(!report.text.contains("\u{1B}"))
    for part in ["bash", "python3"] {
      #expect(findings(facts)[part]?.found == "unknown without a sandbox")
    }
    let isAboutNamespaces = [
      .namespaceLimit, .namespacesForbidden, .appArmor, .nestedContainer,
    ].contains(cause)
    // Where something else is in the way, nobody knows whether there would be namespaces.
    let namespaces = findings(facts)["namespaces"]
    #expect(namespaces?.verdict == (isAboutNamespaces ? .refused : .lacking))
    #expect(
      namespaces?.found.hasSuffix("; whether any are available is unknown without a sandbox")
        == !isAboutNamespaces)
  }

  @Test(arguments: [true, false, nil])
  func `says whether the kernel tells who writes`(tells: Bool?) async {
    var facts = await MachineFacts.gathered()
    #expect(facts.isOutputAttributed != nil)
    facts.isOutputAttributed = tells
    let finding = findings(facts)["output order"]
    #expect(finding?.verdict == (tells == true ? .ok : .lacking))
    #expect((finding?.remedy != nil) == (tells == false))
    #expect(MachineReport(facts).runsCommands)
  }

  @Test func `names what is lacking, and the way to it`() async throws {
    var facts = await MachineFacts.gathered()
    (facts.python, facts.bubblewrap) = (.silent("status 127: not found"), nil)
    facts.isBubblewrapThere = false
    facts.kernelRefusal = "TURNWISE_KERNELS is 'x'"
    facts.openBLASWarnings = ["OPENBLAS_CORETYPE=Haswell holds it back"]
    let report = MachineReport(facts)
    #expect(report.runsCommands && !report.computes)
    let findings = findings(facts)
    #expect(findings["python3"]?.remedy == "Install it: apt-get install python3")
    let python = try #require(findings["python3"]?.found)
    #expect(python.hasSuffix("cannot be solved. (status 127: not found)"))
    #expect(findings["bubblewrap"]?.remedy == "Install it: apt-get install bubblewrap")
    #expect(findings["kernels"]?.verdict == .refused)
    #expect(findings["OpenBLAS"]?.remedy == "OPENBLAS_CORETYPE=Haswell holds it back")
  }

  @Test func `does not take a program that cannot be started for one that is missing`() async {
    var facts = await MachineFacts.gathered()
    facts.bubblewrap = nil
    let found = findings(facts)["bubblewrap"]
    #expect(found?.verdict != .refused && found?.found.contains("could not be started") == true)
  }

  @Test(arguments: [
    ("-n 64", 0, "ok       bubblewrap      bubblewrap 0."),
    ("-n 40", 1, "The limit on open files (ulimit -Hn) is 40; at least 64 is needed."),
    (
      "-v 150000", 2,
      "The limit on virtual memory (ulimit -Hv) is 150000; at least 1048576 is needed."
    ),
    (
      "-d 100000", 2,
      "The limit on memory for data (ulimit -Hd) is 100000; at least 524288 is needed."
    ),
  ])
  func `names a limit of the process`(limit: String, status: Int32, words: String) throws {
    let folder = try #require(Bundle.main.executableURL).deletingLastPathComponent()
    let shell = Process()
    shell.executableURL = URL(filePath: "/bin/bash")
    shell.arguments = [
      "-c", "ulimit \(limit); exec \"$0\" doctor 2>&1",
      folder.appending(path: "turnwise").path(percentEncoded: false),
    ]
    let output = Pipe()
    shell.standardOutput = output
    try shell.run()
    let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    shell.waitUntilExit()
    #expect(said.contains(words), "\(said)")
    #expect(shell.terminationReason == .exit)
    if status != 1 { #expect(shell.terminationStatus == status, "\(said)") }
  }

  @Test func `examines a machine whose kernels are refused`() throws {
    let printed = try turnwiseProgram("doctor", setting: ["TURNWISE_KERNELS": "sse9"])
    #expect(printed.status == 4 && printed.note == "")
    #expect(printed.answer.contains("REFUSED  kernels"))
    #expect(printed.answer.contains("TURNWISE_KERNELS is 'sse9', but the levels here are baseline"))
    #expect(printed.answer.contains("ok       sandbox"))
  }

  @Test(
    .enabled(if: getuid() == 0, "only root can put another launcher in the place of bubblewrap"))
  func `ends with a status of its own where commands cannot be run`() throws {
    let folder = TemporaryFolder()
    try folder.create()
    let launcher = folder.url.appending(path: "launcher")
    let said = "bwrap: Creating new namespace failed: No space left on device"
    try Data("#!/bin/sh\necho '\(said)' >&2\nexit 1\n".utf8).write(to: launcher)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: launcher.path)
    // Where the slots' own users cannot look, they cannot run it either.
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
    let program = try #require(Bundle.main.executableURL).deletingLastPathComponent()
      .appending(path: "turnwise")
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/unshare")
    process.arguments = [
      "--mount", "/bin/sh", "-c",
      "mount --bind '\(launcher.path)' \(Sandbox.launcherPath) && exec '\(program.path)' doctor --json",
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let answer = try JSON.decode(
      JSONValue.self, from: output.fileHandleForReading.readDataToEndOfFile())
    process.waitUntilExit()
    #expect(process.terminationStatus == 4)
    #expect(answer["runsCommands"] == false)
    guard case .array(let findings)? = answer["findings"] else {
      Issue.record("no findings: \(answer)")
      return
    }
    let refusal = Sandbox.Refusal(launcherSaid: said)
    #expect(refusal.cause == .namespaceLimit)
    #expect(findings.first?["found"]?.text?.hasPrefix(refusal.explanation) == true)
    #expect(findings.first?["remedy"]?.text == refusal.remedy)
  }
}

extension JSONValue {
  fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }
}
