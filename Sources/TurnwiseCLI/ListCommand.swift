internal import Turnwise

/// Shows what there is to run.
struct ListCommand: Subcommand {
  let name = "list"
  let summary = "show the environments and the credit estimators"
  let examples = ["turnwise list", "turnwise list --json"]
  let flags = [Flag.json]

  private struct Answer: Encodable {
    var environments: [EnvironmentEntry]
    var estimators: [EstimatorEntry]
  }

  private struct EnvironmentEntry: Encodable {
    var environment: String
    var turnLimit: Int
    var tools: [ToolDescription]
    var parameters: [String: JSONValue]
  }

  private struct EstimatorEntry: Encodable {
    var estimator: String
    var summary: String
    var options: [String: JSONValue]
  }

  func run(_ invocation: Invocation, _ context: Context) async throws -> ExitStatus {
    let answer = Answer(
      environments: try context.catalog.environments.map { try entry($0) },
      estimators: try context.catalog.estimators.estimators.map {
        EstimatorEntry(
          estimator: type(of: $0).id, summary: type(of: $0).summary,
          options: try Parameters.settings(of: $0))
      })
    if invocation.has(.json) {
      try context.console.answer(json: answer)
      return .success
    }
    context.console.answer("environments")
    for entry in answer.environments {
      context.console.answer(
        "  \(entry.environment)  tools \(entry.tools.map(\.name).joined(separator: ", "));"
          + " at most \(entry.turnLimit) turns" + settings(entry.parameters, "--env-set"))
    }
    context.console.answer("\ncredit estimators")
    for entry in answer.estimators {
      context.console.answer(
        "  \(entry.estimator)  \(entry.summary)" + settings(entry.options, "options"))
    }
    return .success
  }

  private func entry(_ environment: some Environment) throws -> EnvironmentEntry {
    EnvironmentEntry(
      environment: type(of: environment).id, turnLimit: environment.turnLimit,
      tools: environment.tools.descriptions, parameters: try Parameters.settings(of: environment))
  }

  private func settings(_ parameters: [String: JSONValue], _ title: String) -> String {
    guard !parameters.isEmpty else { return "" }
    let words = parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.compact)" }
    return "\n      \(title) " + words.joined(separator: " ")
  }
}

extension JSONValue {
  /// The value as it would be typed.
  var compact: String {
    if case .string(let text) = self { return text }
    return (try? JSON.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
