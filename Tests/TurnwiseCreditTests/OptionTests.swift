import Foundation
import Testing
import TurnwiseCore
import TurnwiseCredit

/// The example of ``CreditEstimator``.
struct Recent: CreditEstimator {
  static let id = "recent"
  static let summary = "credit to the last turns"
  @Option<UnitInterval>("Weight of each earlier turn.") var decay = 0.9
  @Option<Integers<1, 100>>("How many turns are credited.") var last = 3

  func credit(_ group: CreditGroup, evidence: Evidence) -> GroupCredit {
    let shares = LeaveOneOut.advantages(group.episodes.map(\.totalReward))
    return GroupCredit(
      turns: zip(group.episodes, shares).map { episode, share in
        (1...episode.turns.count).reversed().map { turnsLeft in
          turnsLeft <= last ? share * pow(decay, Double(turnsLeft - 1)) : 0
        }
      }, of: group)
  }
}

@Suite struct `The options of an estimator` {
  let catalog = EstimatorCatalog.standard.adding([Recent()])

  @Test func `are declared in one line each`() throws {
    let recent = try catalog.estimator("recent:last=2,decay=0.5")
    #expect(try catalog.spelling(of: recent) == "recent:decay=0.5,last=2")
    #expect(try catalog.spelling(of: Recent(last: 3)) == "recent")
    let credit = try recent.credit(group([[nil, nil, 1], [0]]), evidence: Evidence())
    #expect(credit.turns == [[0, 0.5, 1], [-1]])
  }

  @Test(arguments: [
    ("recent:decay=2", "'recent': decay=2.0: expected a number from 0 to 1"),
    ("recent:last=0", "'recent': last=0: expected a whole number from 1 to 100"),
    ("recent:last=few", "'recent': last=few: expected a number"),
    ("recent:lsat=1", "'recent' has no option 'lsat'; did you mean 'last'? there is decay, last"),
  ])
  func `are refused with what is expected`(spelling: String, message: String) {
    let error = #expect(throws: EstimatorNameError.self) { try catalog.estimator(spelling) }
    #expect(error?.description == message)
  }

  @Test func `are described in one line each, all that there are`() throws {
    let parts: [any Encodable] = catalog.estimators + catalog.shapers
    for part in parts {
      let described = try OptionDescription.all(of: part)
      #expect(
        try described.map(\.name).sorted() == Parameters.settings(of: part).keys.sorted(),
        "\(type(of: part))")
      for option in described {
        #expect(option.help.hasSuffix(".") && option.help.count <= 80, "\(option.help)")
      }
    }
  }
}
