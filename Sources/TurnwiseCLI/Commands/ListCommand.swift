internal import Turnwise

/// Lists environments, policies, estimators and shapers.
struct ListCommand: Subcommand {
  let name = "list"
  let summary = "show the environments, policies, credit estimators and reward shapers"
  let examples = ["turnwise list", "turnwise list --json"]
  let flags = [Flag.json]

  private struct Answer: Encodable {
    var environments: [EnvironmentEntry]
    var policies: [PartEntry]
    var estimators: [PartEntry]
    var shapers: [PartEntry]
  }

  private struct EnvironmentEntry: Encodable {
    var environment: String
    var turnLimit: Int
    var tools: [ToolDescription]
    var parameters: [String: JSONValue]
    /// Whether it can play tasks from a folder.
    var readsTasks: Bool
  }

  private struct PartEntry: Encodable {
    var name: String
    var summary: String
    var options: [String: JSONValue]

    init(_ name: String, _ summary: String, _ part: some Encodable) throws {
      self.name = name
      self.summary = summary
      options = try Parameters.settings(of: part)
    }

    init(_ source: any PolicySource) throws {
      name = source.name + (source.argument.map { ":" + $0 } ?? "")
      summary = source.summary
      options = try source.options
    }
  }

  func run(_ invocation: Invocation, _ context: Context) async throws -> ExitStatus {
    let answer = Answer(
      environments: try context.catalog.environments.map { try entry($0) },
      policies: try context.catalog.policies.sources.map { try PartEntry($0) },
      estimators: try context.catalog.estimators.estimators.map {
        try PartEntry(type(of: $0).id, type(of: $0).summary, $0)
      },
      shapers: try context.catalog.estimators.shapers.map {
        try PartEntry(type(of: $0).id, type(of: $0).summary, $0)
      })
    if invocation.has(.json) {
      try context.console.answer(json: answer)
      return .success
    }
    context.console.answer("environments")
    for entry in answer.environments {
      context.console.answer(
        "  \(entry.environment)  tools \(entry.tools.map(\.name).joined(separator: ", "));"
          + " at most \(entry.turnLimit) turns" + settings(entry.parameters, "--env-set")
          + (entry.readsTasks ? "\n      --tasks FOLDER" : ""))
    }
    context.console.answer("\npolicies: --policy NAME, --policy NAME:OPTION=VALUE")
    for entry in answer.policies { describe(entry, context) }
    context.console.answer("\ncredit estimators: --credit NAME, --credit NAME:OPTION=VALUE")
    for entry in answer.estimators { describe(entry, context) }
    context.console.answer(
      "\nreward shapers: --credit process=SHAPER+ESTIMATOR; process alone is potential+turn")
    for entry in answer.shapers { describe(entry, context) }
    return .success
  }

  private func describe(_ entry: PartEntry, _ context: Context) {
    context.console.answer("  \(entry.name)  \(entry.summary)" + settings(entry.options, "options"))
  }

  private func entry(_ environment: some Environment) throws -> EnvironmentEntry {
    EnvironmentEntry(
      environment: type(of: environment).id, turnLimit: environment.turnLimit,
      tools: environment.tools.descriptions, parameters: try Parameters.settings(of: environment),
      readsTasks: environment is any TaskFolderEnvironment)
  }

  private func settings(_ parameters: [String: JSONValue], _ title: String) -> String {
    guard !parameters.isEmpty else { return "" }
    let words = parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.compact)" }
    return "\n      \(title) " + words.joined(separator: " ")
  }
}

extension JSONValue {
  /// The value as a user would type it.
  var compact: String {
    if case .string(let text) = self { return text }
    return (try? JSON.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
