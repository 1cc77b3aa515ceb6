import Testing
import TurnwiseCredit

@Suite struct `The pages about credit` {
  static let estimators = EstimatorCatalog.standard.estimators.map { type(of: $0).id }
  static let shapers = EstimatorCatalog.standard.shapers.map { type(of: $0).id }
  static let sections = [
    "Formula", "Source", "Cost", "Needs", "When it misleads", "Use", "Worked example",
  ]

  let landing: Page
  let fixture: PrintedFixture
  let catalog = EstimatorCatalog.standard

  init() throws {
    landing = try Page("TurnwiseCredit.md")
    fixture = try PrintedFixture(landing)
  }

  @Test func `print the fixture that the tests use`() throws {
    #expect(fixture.group == (try fixtureA()))
  }

  // DocC has addresses in lower case: a page called `rloo` would have that of the type `RLOO`.
  @Test func `exist for all that the catalog has, and for nothing else`() throws {
    #expect(try Page.ids(in: "Estimators", prefix: "credit-") == Set(Self.estimators))
    #expect(try Page.ids(in: "Shapers", prefix: "process-") == Set(Self.shapers))
  }

  @Test(arguments: estimators)
  func `have a correct example of an estimator`(id: String) throws {
    let page = try Page("Estimators/credit-\(id).md")
    #expect(page.headings == Self.sections)
    let names = page.examples.filter { $0.kind == "credit" }.map(\.name)
    #expect(
      try names.contains { name in
        let estimator = try catalog.estimator(name)
        return type(of: (estimator as? any Combined)?.credits ?? estimator).id == id
      }, "\(page.path) has no example")
    let estimator = try #require(catalog.estimators.first { type(of: $0).id == id })
    try check(page, explaining: catalog.options(of: estimator))
  }

  @Test(arguments: shapers)
  func `have a correct example of a shaper`(id: String) throws {
    let page = try Page("Shapers/process-\(id).md")
    #expect(page.headings == Self.sections)
    let names = page.examples.filter { $0.kind == "pay" }.map(\.name)
    #expect(
      try names.contains { name in
        (try catalog.estimator(name) as? any Combined).map { type(of: $0.pays).id } == id
      }, "\(page.path) has no example")
    let shaper = try #require(catalog.shapers.first { type(of: $0).id == id })
    try check(page, explaining: catalog.options(of: shaper))
  }

  @Test func `have correct examples on the landing page`() throws {
    #expect(!landing.examples.isEmpty)
    try check(landing)
  }

  @Test func `are listed on the landing page with what they need`() throws {
    let names = { (table: Page.Table) in
      table.column("page").map { $0.trimmingPrefix("<doc:").dropLast() }.map(String.init)
    }
    let needs = { (needs: Set<Evidence.Need>) in
      needs.isEmpty ? "nothing" : needs.map(\.name).sorted().joined(separator: ", ")
    }
    let estimators = try landing.table("Estimators, named by `--credit NAME`:")
    #expect(names(estimators) == Self.estimators.map { "credit-\($0)" })
    #expect(estimators.column("needs") == catalog.estimators.map { needs($0.needs) })
    let shapers = try landing.table("Shapers, named by `--credit process=NAME+ESTIMATOR`:")
    #expect(names(shapers) == Self.shapers.map { "process-\($0)" })
    #expect(shapers.column("needs") == catalog.shapers.map { needs($0.needs) })
  }

  private func check(_ page: Page, explaining options: [(name: String, value: String)] = []) throws
  {
    for (name, value) in options {
      let printed = page.defaultValue(of: name)
      #expect(
        printed == value || printed.flatMap { Double($0) } ?? .nan == Double(value),
        "\(page.path) does not explain \(name) with its default \(value)")
    }
    for command in page.commands where !command.contains(/[A-Z]{3}/) {
      #expect(throws: Never.self, "\(page.path): \(command)") { try catalog.estimators(command) }
    }
    for (kind, name, table) in page.examples {
      let estimator = try catalog.estimator(name)
      let found = try kind == "pay" ? pay(estimator) : credit(estimator)
      let printed = try table.numbers()
      let agrees =
        printed.count == found.count && table.rows.map(\.[0]) == ["E1", "E2", "E3", "E4"]
        && zip(printed, found).allSatisfy { agree($0, $1, within: 5.001e-5) }
      #expect(agrees, "\(page.path): \(name) gives\n\(Page.Table.printed(found))\n")
    }
  }

  private func credit(_ estimator: any CreditEstimator) throws -> [[[Double]]] {
    try fixture.credit(by: estimator).episodes.map { episode in
      episode.tokens ?? episode.turns.map { [$0] }
    }
  }

  /// Returns the process reward of each turn, or of each token.
  private func pay(_ estimator: any CreditEstimator) throws -> [[[Double]]] {
    guard let combined = estimator as? any Combined else { return [] }
    let rewards = try combined.pays.rewards(
      fixture.group, evidence: fixture.evidence, discount: combined.credits.discount ?? 1)
    return rewards.tokens ?? rewards.turns.map { $0.map { [$0] } }
  }
}

/// A shaped estimator of any types.
private protocol Combined {
  var pays: any RewardShaper { get }
  var credits: any CreditEstimator { get }
}

extension ShapedEstimator: Combined {
  fileprivate var pays: any RewardShaper { shaper }
  fileprivate var credits: any CreditEstimator { consumer }
}
