import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `The brevity of successes` {
  func rewards(_ group: CreditGroup, _ brevity: Brevity = Brevity()) throws -> [[Double]] {
    try brevity.rewards(group, evidence: Evidence(), discount: 1).turns
  }

  @Test func `pays short successes at the cost of long ones`() throws {
    let found = try rewards(group([[nil, 1], [nil, nil, nil, 1], [0]]))
    #expect(agree(found, [[0, 0.025], [0, 0, 0, -0.025], [0]], within: 1e-12))
  }

  @Test func `leaves failures, lone successes and equal lengths alone`() throws {
    #expect(try rewards(group([[0], [nil, 0], [nil, nil, 0.4]])).joined().allSatisfy { $0 == 0 })
    #expect(try rewards(group([[0], [nil, 1]])).joined().allSatisfy { $0 == 0 })
    #expect(try rewards(fixtureA()).joined().allSatisfy { $0 == 0 })
  }

  @Test func `does not count an episode that was cut off as a success`() throws {
    let cut = try CreditGroup([episode([1], isTruncated: true), episode([nil, 1])])
    #expect(try rewards(cut) == [[0], [0, 0]])
  }

  @Test func `pays nothing in sum and never more than its weight`() throws {
    let lengths = [1, 2, 7, 30]
    let long = try group(lengths.map { Array(repeating: nil, count: $0 - 1) + [1] })
    let found = try rewards(long, Brevity { $0.alpha = 0.3 }).map { $0.reduce(0, +) }
    #expect(agree(found.reduce(0, +), 0, within: 1e-12))
    #expect(found.allSatisfy { abs($0) < 0.3 })
    #expect(found == found.sorted(by: >))
  }

  @Test func `warns if a success can be worth less than a failure`() {
    func warnings(_ brevity: Brevity) -> Int {
      ShapedEstimator(brevity, TurnReturnToGo()).notices(in: .usual).count
    }
    #expect(warnings(Brevity()) == 0)
    #expect(warnings(Brevity { $0.alpha = 0.5 }) == 1)
    #expect(warnings(Brevity { $0.alpha = 0 }) == 1)
  }
}
