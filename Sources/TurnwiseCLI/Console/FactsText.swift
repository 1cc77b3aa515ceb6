internal import Foundation
internal import Turnwise

/// The facts about an environment as text, so that its author sees which of its methods are used.
struct FactsText {
  private let facts: EnvironmentFacts

  init(_ facts: EnvironmentFacts) { self.facts = facts }

  var lines: [String] {
    var lines = [facts.environment]
    lines += block("told", facts.instructions.isEmpty ? "(no instructions)" : facts.instructions)
    lines += block(
      "sees", facts.firstObservation.isEmpty ? "(no text)" : facts.firstObservation.string)
    for tool in facts.tools {
      lines += block("tool", "\(tool.name): \(tool.summary)")
      for argument in arguments(of: tool) { lines += block("    ", "  \(argument)") }
    }
    lines += block(
      "has ",
      [
        "at most \(facts.turnLimit) turns",
        facts.offersChoices ? "choices" : "no choices",
        facts.potential.map { "potential \($0) at the start" } ?? "no potential",
        facts.firstExpertAction.map {
          "an expert for \(facts.scenariosWithExpert) of \(facts.scenarios) scenarios,"
            + " first '\($0)'"
        } ?? "no expert",
      ].joined(separator: "; "))
    for split in Split.allCases.map(\.rawValue) { lines += block("from", families(split)) }
    for remark in facts.remarks { lines += block("note", remark) }
    return lines
  }

  private func arguments(of tool: ToolDescription) -> [String] {
    var required: [JSONValue] = []
    if case .array(let names)? = tool.parameters["required"] { required = names }
    guard case .object(let properties)? = tool.parameters["properties"] else { return [] }
    return properties.sorted { $0.key < $1.key }.map { name, schema in
      let need = required.contains(.string(name)) ? "required" : "optional"
      return "\(name), \(need): \(schema.compact)"
    }
  }

  private func families(_ split: String) -> String {
    if let reason = facts.missingSplits[split] { return "\(split): none, \(reason)" }
    let families = (facts.families[split] ?? [:]).sorted { $0.key < $1.key }
    return "\(split): " + families.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
  }

  private func block(_ title: String, _ text: String) -> [String] {
    let lines = TerminalText.escaped(text, keepsNewlines: true)
      .split(separator: "\n", omittingEmptySubsequences: false)
    return lines.enumerated().map { index, line in
      "  \(index == 0 ? title : String(repeating: " ", count: title.count))  \(line)"
    }
  }
}
