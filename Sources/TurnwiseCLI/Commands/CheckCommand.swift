internal import Foundation
internal import Turnwise

/// Shows what environments define, and checks their laws.
struct CheckCommand: Subcommand {
  let name = "check"
  let summary = "show what an environment defines, and check the laws that all must keep"
  let operand: String? = "ENV"
  let examples = [
    "turnwise check keydoor-v1", "turnwise check keydoor-v1 --policy random",
    "turnwise check --all",
  ]
  let flags = [
    Self.all, Self.policy, Self.scenarios, .environmentSet, .tasks, .seed, .workers, .json,
    Self.keys,
  ]

  private static let all = Flag("all", "check every environment")
  private static let policy = Flag(
    "policy", "also play the scenarios with this policy, a name that list shows", value: "NAME")
  private static let scenarios = Flag(
    "scenarios", "how many scenarios are played for each law", value: "N", default: "12")
  private static let keys = Flag(
    "keys", "read states from standard input and print their keys; used for the second process")

  private struct Answer: Encodable {
    var environment: String
    var facts: EnvironmentFacts
    var remarks: [String]
    var laws: [Law]
    var policy: PolicyCheck?
  }

  private struct Law: Encodable {
    var law: EnvironmentLaw
    var statement: String
    var verdict: String
    var detail: String?
  }

  func run(_ invocation: Invocation, _ context: Context) async throws -> ExitStatus {
    let settings = invocation.texts(.environmentSet)
    var environments: [any Environment] = []
    if invocation.has(Self.all) {
      guard invocation.operands.isEmpty, settings.isEmpty, !invocation.has(.tasks) else {
        throw UsageError.conflict("--all checks every environment as it is")
      }
      environments = context.catalog.environments
    } else {
      environments = [try context.environment(of: invocation)]
    }
    if invocation.has(Self.keys), let environment = environments.first {
      return try printKeys(environment, context)
    }
    var answers: [Answer] = []
    for environment in environments {
      answers.append(try await check(environment, settings, invocation, context))
    }
    if invocation.has(.json) { try context.console.answer(json: ["laws": answers]) }
    let isBroken = answers.contains {
      $0.laws.contains { $0.verdict == "broken" } || $0.policy?.isSound == false
    }
    return isBroken ? .negative : .success
  }

  private func check<E: Environment>(
    _ environment: E, _ settings: [String], _ invocation: Invocation, _ context: Context
  ) async throws -> Answer {
    let player = try invocation.text(Self.policy).map {
      try context.catalog.policies.player(
        $0, in: environment, PolicyUse(invocation, context.console))
    }
    try player?.requireUnattended()
    try environment.draw(from: [.train])
    try await environment.prepare()
    let checker = EnvironmentChecker(
      environment,
      seed: UInt64(try invocation.integer(.seed, atLeast: 0, atMost: .any, default: 1)),
      scenarios: try invocation.integer(Self.scenarios, atLeast: 1, default: 12),
      workers: try invocation.workers(),
      keysInSecondProcess: { states in try Self.askSecondProcess(E.id, settings, states) })
    let facts = try checker.facts()
    if !invocation.has(.json) {
      for line in FactsText(facts).lines { context.console.answer(line) }
    }
    var laws: [Law] = []
    let report = await checker.check()
    try Task.checkCancellation()
    for verdict in report.verdicts {
      let law = Law(
        law: verdict.law, statement: verdict.law.statement, verdict: verdict.outcome.name,
        detail: verdict.outcome.detail)
      laws.append(law)
      guard !invocation.has(.json) else { continue }
      let mark = law.verdict == "kept" ? "ok    " : law.verdict == "broken" ? "BROKEN" : "open  "
      context.console.answer(
        "  \(mark)  \(law.statement)" + (law.detail.map { ": \(TerminalText.escaped($0))" } ?? ""))
    }
    var answer = Answer(environment: E.id, facts: facts, remarks: facts.remarks, laws: laws)
    if let player {
      let check = try await PolicyCheck(player, checker)
      if !invocation.has(.json) { check.lines.forEach(context.console.answer) }
      answer.policy = check
    }
    return answer
  }

  // MARK: - The second process

  private func printKeys<E: Environment>(
    _ environment: E, _ context: Context
  ) throws -> ExitStatus {
    let input = FileHandle.standardInput.readDataToEndOfFile()
    let states = try JSON.decode([JSONValue].self, from: input)
    try context.console.answer(json: EnvironmentChecker(environment).keys(of: states))
    return .success
  }

  private static func askSecondProcess(
    _ environment: String, _ settings: [String], _ states: [JSONValue]
  ) throws -> [String] {
    let process = Process()
    process.executableURL = Bundle.main.executableURL
    process.arguments =
      ["check", environment, "--keys"] + settings.flatMap { ["--env-set", $0] }
    // The input is a file, because with a pipe both processes could block on a full buffer.
    let file = FileManager.default.temporaryDirectory.appending(path: "turnwise-\(UUID()).json")
    try JSON.encode(states).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let output = Pipe()
    process.standardInput = try FileHandle(forReadingFrom: file)
    process.standardOutput = output
    try process.run()
    let answer = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return try JSON.decode([String].self, from: answer)
  }
}

extension Invocation {
  /// The value of `--workers`.
  ///
  /// - Throws: A ``UsageError``.
  func workers() throws -> Int {
    try integer(
      .workers, atLeast: 1, atMost: .workers, default: ProcessInfo.processInfo.activeProcessorCount)
  }
}
