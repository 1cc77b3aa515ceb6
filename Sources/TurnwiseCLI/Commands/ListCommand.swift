internal import Turnwise

/// Lists environments, policies, estimators and shapers.
struct ListCommand: Subcommand {
  let name = "list"
  let summary = "show the environments, policies, credit estimators and reward shapers"
  let operand: String? = "NAME"
  let examples = ["turnwise list", "turnwise list turn-gae", "turnwise list --json"]
  let flags = [Flag.json]

  /// A section of the list: one kind of entry.
  private struct Section {
    /// Its name in JSON.
    var key: String
    var title: String
    var entries: [Entry]
  }

  /// An entry that can be named on the command line.
  private struct Entry: Encodable {
    var name: String
    var summary: String?
    /// The options with their defaults.
    var options: [String: JSONValue]
    /// The descriptions of the options, in the order of their declaration.
    var descriptions: [OptionDescription]

    // For environments only.
    var turnLimit: Int?
    var tools: [ToolDescription]?
    /// The flags with which training suits it.
    var trainingFlags: [String: String]?
    /// Whether it can play tasks from a folder.
    var readsTasks: Bool?

    init(_ name: String, _ summary: String?, _ part: (any Encodable)?) throws {
      (self.name, self.summary) = (name, summary)
      options = try part.map { try Parameters.settings(of: $0) } ?? [:]
      descriptions = try part.map { try OptionDescription.all(of: $0) } ?? []
    }
  }

  func run(_ invocation: Invocation, _ context: Context) async throws -> ExitStatus {
    let sections = try sections(of: context.catalog)
    if let text = invocation.operands.first {
      // As it is typed elsewhere: with options, and with the shaper before the estimator.
      let name = String(text.prefix { !":=".contains($0) })
      if name == ProcessName.short, let shapers = sections.last {
        try list([shapers], invocation, context)
        return .success
      }
      let all = sections.flatMap(\.entries)
      guard let entry = all.first(where: { $0.name.prefix { $0 != ":" } == name }) else {
        throw UsageError.unknownPart(name, known: all.map { String($0.name.prefix { $0 != ":" }) })
      }
      invocation.has(.json)
        ? try context.console.answer(json: entry)
        : context.console.answer(page(of: entry).joined(separator: "\n"))
      return .success
    }
    try list(sections, invocation, context)
    if !invocation.has(.json) {
      context.console.answer("\n'\(Program.name) list NAME' explains the options of one of them.")
    }
    return .success
  }

  private func list(_ sections: [Section], _ invocation: Invocation, _ context: Context) throws {
    if invocation.has(.json) {
      return try context.console.answer(
        json: Dictionary(uniqueKeysWithValues: sections.map { ($0.key, $0.entries) }))
    }
    for (index, section) in sections.enumerated() {
      context.console.answer((index == 0 ? "" : "\n") + section.title)
      for entry in section.entries { context.console.answer(lines(of: entry)) }
    }
  }

  private func sections(of catalog: Catalog) throws -> [Section] {
    [
      Section(
        key: "environments", title: "environments: --env-set OPTION=VALUE",
        entries: try catalog.environments.map { try entry($0) }),
      Section(
        key: "policies", title: "policies: --policy NAME, --policy NAME:OPTION=VALUE",
        entries: try catalog.policies.sources.map {
          try Entry($0.name + ($0.argument.map { ":" + $0 } ?? ""), $0.summary, $0.settings)
        }),
      Section(
        key: "estimators", title: "credit estimators: --credit NAME, --credit NAME:OPTION=VALUE",
        entries: try catalog.estimators.estimators.map {
          try Entry(type(of: $0).id, type(of: $0).summary, $0)
        }),
      Section(
        key: "shapers",
        title: "reward shapers: --credit process=SHAPER+ESTIMATOR; process alone is potential+turn",
        entries: try catalog.estimators.shapers.map {
          try Entry(type(of: $0).id, type(of: $0).summary, $0)
        }),
    ]
  }

  private func entry(_ environment: some Environment) throws -> Entry {
    var entry = try Entry(type(of: environment).id, nil, environment)
    entry.turnLimit = environment.turnLimit
    if !environment.trainingFlags.isEmpty { entry.trainingFlags = environment.trainingFlags }
    entry.tools = environment.tools.descriptions
    entry.readsTasks = environment is any TaskFolderEnvironment
    return entry
  }

  // MARK: - Words

  /// Returns the lines of an entry in the list.
  private func lines(of entry: Entry) -> String {
    var line = "  \(entry.name)  \(summary(of: entry))"
    if !entry.options.isEmpty {
      let words = entry.options.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.compact)" }
      line += "\n      options " + words.joined(separator: " ")
    }
    return line + (entry.readsTasks == true ? "\n      --tasks FOLDER" : "")
  }

  private func summary(of entry: Entry) -> String {
    guard let tools = entry.tools, let limit = entry.turnLimit else { return entry.summary ?? "" }
    return "tools \(tools.map(\.name).joined(separator: ", ")); at most \(limit) turns"
  }

  /// Returns the page of one entry.
  private func page(of entry: Entry) -> [String] {
    var lines = ["\(entry.name)  \(summary(of: entry))"]
    let described = Set(entry.descriptions.map(\.name))
    for option in entry.descriptions {
      lines += [
        "", "\(option.key)=\(option.defaultValue.compact)", "  \(option.help)",
        "  Must be \(option.requirement).",
      ]
    }
    // Properties that are not declared as options have only a default.
    for (name, value) in entry.options.sorted(by: { $0.key < $1.key })
    where !described.contains(name) { lines += ["", "\(name)=\(value.compact)"] }
    if let flags = entry.trainingFlags, !flags.isEmpty {
      let words = flags.sorted { $0.key < $1.key }.map { "--\($0.key) \($0.value)" }
      lines += ["", "trained with " + words.joined(separator: " ")]
    }
    return lines
  }
}
