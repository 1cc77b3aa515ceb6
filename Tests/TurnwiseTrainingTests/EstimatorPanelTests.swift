import Testing
import TurnwiseCore
import TurnwiseCredit
import TurnwiseTraining

@Suite struct `A panel of estimators` {
  /// A game of eight turns, with shorter scenarios.
  private struct Short: Environment {
    static let id = "short-v1"
    var limit: Int
    var turnLimit: Int { 8 }
    var tools: Toolbox<Int> { Toolbox {} }
    func turnLimit(of scenario: Split) -> Int { limit }
    func scenario(in split: Split, using random: inout Randomness) -> Split { split }
    func start(_ scenario: Split, using random: inout Randomness) -> Int { 0 }
    func judge(_ state: Int) -> Judgement { Judgement(success: false) }
  }

  private func warnings(_ limit: Int) throws -> [String] {
    try EstimatorPanel(
      Short(limit: limit), credit: "turn", groupSize: 4,
      catalog: EstimatorCatalog([TurnReturnToGo()])
    ).warnings
  }

  @Test func `warns of single turns where the scenarios, not the environment, have one`() throws {
    #expect(try warnings(8).isEmpty)
    #expect(try warnings(1).count == 1)
  }
}
