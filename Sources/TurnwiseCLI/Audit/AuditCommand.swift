internal import Foundation
internal import Turnwise

/// Compares estimators with the true advantages of a policy in an environment, or of a small
/// problem.
struct AuditCommand: Subcommand {
  let name = "audit"
  let summary = "hold credit estimators against true advantages, turn by turn"
  let operand: String? = "ENV|RUN"
  let examples = [
    "turnwise audit", "turnwise audit --credit turn,fork:k=2 --groups 500 --seed 7",
    "turnwise audit keydoor-v1 --env-set horizon=2",
    "turnwise audit keydoor-v1 --policy random --truth forks",
    "turnwise audit traces/mine --credit rloo,turn,gigpo --truth forks --points 200",
  ]
  let flags =
    [Self.credit, Self.policy, Self.truth, Self.scenarios, Self.groups, Self.groupSize]
    + EnvironmentAudit.numbers.map(\.flag) + [Self.cutoff] + EnvironmentAudit.training
    + [
      Self.chance, Self.modelError, .environmentSet, .tasks, .seed, .workers, .out, .force, .json,
    ]

  static let credit = Flag(
    "credit", "estimators to audit, such as rloo,turn-gae:lambda=0.9", value: "LIST",
    default: "all that can be used")
  static let policy = Flag(
    "policy", "ENV: the policy that is audited, a name that list shows", value: "NAME",
    default: "one that is trained for it")
  static let truth = Flag(
    "truth", "where true advantages come from: \(AuditOptions.Source.words)", value: "WORD",
    default: AuditOptions().truth.rawValue)
  static let scenarios = Flag(
    "scenarios", "how many scenarios are played", value: "N",
    default: "\(AuditOptions().scenarios)")
  static let groups = Flag(
    "groups", "how many groups are sampled, on each scenario if there are any", value: "N",
    default: "\(AuditOptions().groups), of the small problem 3000")
  static let groupSize = Flag(
    "group-size", "episodes of a group", value: "N",
    default: "\(AuditOptions().groupSize)")
  static let cutoff = Flag(
    "cutoff", "exact truth does not follow histories less likely than this", value: "P",
    default: "\(AuditOptions().cutoff)")
  private static let chance = Flag(
    "chance", "small problem: probability of the good action where something is decided",
    value: "P", default: "0.31")
  private static let modelError = Flag(
    "model-error",
    "small problem: standard deviation of the errors of biased critics and process models",
    value: "SD", default: "0.15")

  func run(_ invocation: Invocation, _ context: Context) async throws -> ExitStatus {
    let others = invocation.operands.isEmpty ? Self.ofPolicies : [Self.chance, Self.modelError]
    for flag in others where invocation.has(flag) {
      throw UsageError.conflict(
        "--\(flag.name) goes only with \(invocation.operands.isEmpty ? "ENV or RUN" : "the small problem")"
      )
    }
    guard let operand = invocation.operands.first else {
      try toy(invocation, context).run(json: invocation.has(.json), context.console)
      return .success
    }
    let audit = EnvironmentAudit(
      invocation: invocation, context: context,
      options: try EnvironmentAudit.options(invocation), workers: try invocation.workers())
    let layout = TraceLayout(URL(filePath: operand, directoryHint: .isDirectory))
    if FileManager.default.fileExists(atPath: layout.run.path) {
      return try await audit.run(of: layout)
    }
    let environment = try context.environment(of: invocation)
    guard let policy = invocation.text(Self.policy) else {
      return try await audit.run(in: environment)
    }
    return try await audit.run(policy, in: environment)
  }

  /// The flags that the small problem does not use.
  private static let ofPolicies =
    [policy, truth, scenarios, cutoff, Flag.environmentSet, .tasks, .workers, .out, .force]
    + EnvironmentAudit.numbers.map(\.flag) + EnvironmentAudit.training

  private func toy(_ invocation: Invocation, _ context: Context) throws -> ToyAudit {
    let chance = try invocation.probability(Self.chance, default: 0.31)
    guard 0.001...0.999 ~= chance else {
      throw UsageError.badValue(
        flag: Self.chance.name, text: "\(chance)", expected: "a number from 0.001 to 0.999")
    }
    let audit = GatedAudit(
      problem: GatedProblem(chance: chance),
      groups: try invocation.integer(Self.groups, atLeast: 1, default: 3000),
      groupSize: try invocation.integer(Self.groupSize, atLeast: 2, default: 8),
      seed: UInt64(try invocation.integer(.seed, atLeast: 0, atMost: .any, default: 1)),
      modelError: try invocation.probability(Self.modelError, default: 0.15))
    return try ToyAudit(audit, credit: invocation.text(Self.credit), context.catalog.estimators)
  }
}
