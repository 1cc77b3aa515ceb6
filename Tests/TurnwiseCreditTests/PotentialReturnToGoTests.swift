import Testing
import TurnwiseCredit

@Suite struct `Process reward from a potential` {
  let evidence = Evidence()

  @Test(arguments: [(1.0, [0.3, 0.4, -0.9]), (0.9, [0.25, 0.31, -0.9])])
  func `adds the worked rows of section 6-5`(gamma: Double, expected: [Double]) throws {
    let group = try CreditGroup([episode([nil, nil, 0], potentials: [0.2, 0.5, 0.9])])
    let added = try PotentialShaping(gamma: gamma).rewards(of: group)[0]
    #expect(agree(added, expected, within: 1e-12))
    let sum = added.reversed().reduce(0) { $1 + gamma * $0 }
    #expect(abs(sum + 0.2) < 1e-12)
  }

  @Test func `telescopes for a truncated episode as well`() throws {
    let potentials = [0.2, 0.5, 0.9]
    let cut = try CreditGroup([episode([0, 0, 0], potentials: potentials, isTruncated: true)])
    let ended = try CreditGroup([episode([0, 0, 0], potentials: potentials)])
    let shaping = PotentialShaping()
    #expect(try shaping.rewards(of: cut) == shaping.rewards(of: ended))
    #expect(agree(try shaping.rewards(of: cut)[0], [0.3, 0.4, -0.9], within: 1e-12))
  }

  @Test func `changes nothing at the level of whole episodes`() throws {
    let group = try fixtureA()
    let shaped = try group.replacingRewards(PotentialShaping().rewards(of: group))
    let found = RLOO().credit(shaped, evidence: evidence).turns
    #expect(agree(found, RLOO().credit(group, evidence: evidence).turns, within: 1e-12))
  }

  @Test func `finds the turns of Fixture A that decided`() throws {
    let credit = try PotentialReturnToGo().credit(fixtureA(), evidence: evidence)
    let (win, loss) = (2.0 / 3, -2.0 / 3)
    #expect(
      agree(
        credit.turns, [[win, win, 0], [loss, loss], [win, win, 0], [loss, loss]], within: 1e-12))
  }

  @Test func `subtracts the potential of the state before the turn`() throws {
    let group = try CreditGroup([
      episode([nil, 1], potentials: [0.5, 0.8]), episode([nil, 0], potentials: [0.5, 0.1]),
    ])
    let credit = try PotentialReturnToGo().credit(group, evidence: evidence)
    #expect(agree(credit.turns, [[1, 0.3], [-1, -0.3]], within: 1e-12))
  }

  @Test(arguments: [2, 4, 6])
  func `does not bias the gradient, however wrong the potential`(groupSize: Int) throws {
    let found = try TinyProblem.survivor.expectedGradient(
      of: PotentialReturnToGo(), groupSize: groupSize)
    #expect(agree(found, [0.0588, 0.0576], within: 1e-12))
    let stopping = try TinyProblem.stopping.expectedGradient(
      of: PotentialReturnToGo(), groupSize: groupSize)
    #expect(agree(stopping, [0.105], within: 1e-12))
  }

  @Test func `names the remedy where there is no potential`() throws {
    let group = try CreditGroup([
      episode([1], potentials: [0.1]),
      CreditEpisode(name: "E2", turns: [CreditTurn(reward: 1)]),
    ])
    let error = #expect(throws: CreditError.noPotential(episode: "E2", turn: 0)) {
      try PotentialReturnToGo().credit(group, evidence: evidence)
    }
    #expect(error?.description.contains("potential(_:)") == true)
    let setting = CreditSetting(groupSize: 8, turnLimit: 8, hasPotential: false)
    #expect(
      PotentialReturnToGo().notices(in: setting) == [
        CreditNotice(
          .refusal, "'process' cannot be used here: the environment must have a potential(_:)")
      ])
  }

  @Test func `counts equal returns by what the environment paid`() throws {
    let group = try CreditGroup([
      episode([nil, 1], potentials: [0.5, 0.8]), episode([nil, 1], potentials: [0.5, 0.1]),
    ])
    let credit = try PotentialReturnToGo().credit(group, evidence: evidence)
    #expect(credit.diagnostics.equalReturnGroups == 1)
    #expect(credit.diagnostics.deadGroups == 0)
  }
}
