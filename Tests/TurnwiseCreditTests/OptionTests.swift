import Foundation
import Testing
import TurnwiseCore
import TurnwiseCredit

/// An estimator as the documentation of ``CreditEstimator`` writes it.
struct LastTurn: CreditEstimator {
  static let id = "last"
  static let summary = "all credit to the last turns"
  @Option<Integers<1, 100>>("How many turns are credited.") var turns = 1
  @Option<UnitInterval>("Weight of each earlier turn.") var decay = 1.0

  func credit(_ group: CreditGroup, evidence: Evidence) -> GroupCredit {
    let shares = LeaveOneOut.advantages(group.episodes.map(\.totalReward))
    return GroupCredit(
      turns: zip(group.episodes, shares).map { episode, share in
        (1...episode.turns.count).reversed().map { turnsLeft in
          turnsLeft > turns ? 0 : share * pow(decay, Double(turnsLeft - 1))
        }
      }, of: group)
  }
}

@Suite struct `The options of an estimator` {
  let catalog = EstimatorCatalog.standard.adding([LastTurn()])

  @Test func `are declared in one line each`() throws {
    let last = try catalog.estimator("last:turns=2,decay=0.5")
    #expect(try catalog.spelling(of: last) == "last:decay=0.5,turns=2")
    #expect(try catalog.spelling(of: LastTurn(turns: 1)) == "last")
    let credit = try last.credit(group([[nil, nil, 1], [0]]), evidence: Evidence())
    #expect(credit.turns == [[0, 0.5, 1], [-1]])
  }

  @Test(arguments: [
    ("last:decay=2", "'last': decay=2: expected a number from 0 to 1"),
    ("last:turns=0", "'last': turns=0: expected a whole number from 1 to 100"),
    ("last:turns=few", "'last': turns=few: expected a number"),
    ("last:turn=1", "'last' has no option 'turn'; did you mean 'turns'? there is decay, turns"),
  ])
  func `are refused with what is expected`(spelling: String, message: String) {
    let error = #expect(throws: EstimatorNameError.self) { try catalog.estimator(spelling) }
    #expect(error?.description == message)
  }

  @Test func `can be plain properties, which have no range and no help`() throws {
    struct Plain: CreditEstimator {
      static let id = "plain"
      static let summary = "a constant"
      var scale = 2
      func credit(_ group: CreditGroup, evidence: Evidence) -> GroupCredit {
        GroupCredit(
          turns: group.episodes.map { $0.turns.map { _ in Double(scale) } }, of: group)
      }
    }
    let catalog = EstimatorCatalog([Plain()])
    let plain = try catalog.estimator("plain:scale=3")
    #expect(try catalog.spelling(of: plain) == "plain:scale=3")
    #expect(try plain.credit(group([[1]]), evidence: Evidence()).turns == [[3]])
    #expect(throws: EstimatorNameError.self) { try catalog.estimator("plain:scale=0.5") }
  }

  @Test func `are all described in one line each`() throws {
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
