import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `Token GAE` {
  static let values = [[0.3, 0.4], [0.5, 0.5, 0.6], [0.8]]

  func tokens(_ credit: GroupCredit) throws -> [Double] {
    try #require(credit.episodes[0].tokens).flatMap(\.self)
  }

  @Test(arguments: [
    (1.0, 1.0, [0.7, 0.6, 0.5, 0.5, 0.4, 0.2]),
    (1.0, 0.95, [0.598395, 0.524626, 0.446975, 0.4705, 0.39, 0.2]),
    (1.0, 0.0, [0.1, 0.1, 0.0, 0.1, 0.2, 0.2]),
    (0.99, 0.95, [0.556519, 0.489653, 0.419621, 0.451484, 0.3801, 0.2]),
  ])
  func `gives the worked rows of section 5-1`(
    gamma: Double, lambda: Double, expected: [Double]
  ) throws {
    let credit = try TokenGAE { ($0.gamma, $0.lambda, $0.lambdaPer) = (gamma, lambda, .token) }
      .credit(firstOfFixtureA(), evidence: firstCritic())
    #expect(agree(try tokens(credit), expected))
    #expect(credit.episodes[0].tokens?.map(\.count) == [2, 3, 1])
    #expect(credit.episodes[0].credit(turn: 2, token: 0) == credit.episodes[0].tokens?[2][0])
    #expect(agree(credit.turns[0][1], expected[2...4].reduce(0, +) / 3))
  }

  @Test func `applies lambda from turn to turn unless told otherwise`() throws {
    // The residuals are 0.1, 0.1 | 0, 0.1, 0.2 | 0.2, and halves are taken at the bars alone.
    let credit = try TokenGAE { $0.lambda = 0.5 }.credit(
      firstOfFixtureA(), evidence: firstCritic())
    #expect(agree(try tokens(credit), [0.4, 0.3, 0.4, 0.4, 0.3, 0.2], within: 1e-12))
  }

  @Test func `looks as far ahead over long actions as over short ones`() throws {
    func first(_ tokens: Int) throws -> Double {
      let group = try CreditGroup([episode([nil, nil, 1], tokens: [tokens, tokens, tokens])])
      let values = (0..<3).map { _ in (0..<tokens).map { _ in 0.0 } }
      return try TokenGAE { $0.lambda = 0.9 }.credit(group, evidence: firstCritic(values))
        .turns[0][0]
    }
    #expect(agree([try first(1), try first(40)], [0.81, 0.81], within: 1e-12))
  }

  @Test(arguments: [(10, 0.0), (20, 0), (40, 0.5), (100, 0.8), (1000, 0.98)])
  func `has the lambda of section 5-1 for the length of an episode`(
    length: Int, lambda: Double
  ) throws {
    let group = try CreditGroup([episode([1], tokens: [length])])
    let values = firstCritic([(0..<length).map { Double($0 % 7) / 10 }])
    let adaptive = try TokenGAE { $0.adaptive = 0.05 }.credit(group, evidence: values)
    let fixed = try TokenGAE { ($0.lambda, $0.lambdaPer) = (lambda, .token) }
      .credit(group, evidence: values)
    #expect(agree(try tokens(adaptive), try tokens(fixed), within: 1e-12))
  }

  @Test func `discounts over sampled tokens only, section 10`() throws {
    let group = try CreditGroup([episode([nil, 1], tokens: [1, 1])])
    let credit = try TokenGAE { ($0.gamma, $0.lambda) = (0.5, 1) }
      .credit(group, evidence: firstCritic([[0], [0]]))
    #expect(try tokens(credit) == [0.5, 1])
  }

  @Test func `is the return minus the value at gamma and lambda 1`() throws {
    let credit = try TokenGAE { $0.lambda = 1 }.credit(firstOfFixtureA(), evidence: firstCritic())
    let expected = Self.values.flatMap(\.self).map { 1 - $0 }
    #expect(agree(try tokens(credit), expected, within: 1e-12))
  }

  @Test func `fits the critic to returns, whatever its own lambda is`() throws {
    let credit = try TokenGAE { ($0.gamma, $0.lambda) = (0.9, 0) }.credit(
      firstOfFixtureA(), evidence: firstCritic())
    let targets = try #require(credit.episodes[0].valueTargets)
    let expected = [0.59049, 0.6561, 0.729, 0.81, 0.9, 1]
    #expect(agree(targets.flatMap(\.self), expected))
    // With 0 a target is the next value that is read: of the next turn, or of the next token.
    for (steps, expected) in [(TokenGAE.Steps.turn, [0.5, 0.5]), (.token, [0.4, 0.5])] {
      let own = try TokenGAE { ($0.lambda, $0.criticLambda, $0.lambdaPer) = (0, 0, steps) }
        .credit(firstOfFixtureA(), evidence: firstCritic())
      let targets = try #require(own.episodes[0].valueTargets)
      #expect(agree(targets[0], expected))
    }
  }

  @Test func `bootstraps only a truncated episode`() throws {
    let estimator = TokenGAE { $0.lambda = 0.95 }
    let ended = try estimator.credit(firstOfFixtureA(), evidence: firstCritic(valueAfter: 0.5))
    #expect(try tokens(ended).last.map { agree($0, 0.2) } == true)
    let cut = try estimator.credit(
      firstOfFixtureA(isTruncated: true), evidence: firstCritic(valueAfter: 0.5))
    #expect(try tokens(cut).last.map { agree($0, 0.7) } == true)
    #expect(agree(try #require(cut.episodes[0].valueTargets)[0], [1.5, 1.5]))
    let limit = try TokenGAE { ($0.lambda, $0.bootstrap) = (0.95, false) }
      .credit(firstOfFixtureA(isTruncated: true), evidence: firstCritic())
    #expect(try tokens(limit) == tokens(ended))
  }

  @Test func `needs the value after a truncated episode`() throws {
    #expect(throws: CreditError.noBootstrap(episode: "E")) {
      try TokenGAE().credit(firstOfFixtureA(isTruncated: true), evidence: firstCritic())
    }
  }

  @Test func `neither discounts nor resets between turns where steps are tokens`() throws {
    let one = try CreditGroup([episode([1], tokens: [6])])
    let estimator = TokenGAE { ($0.gamma, $0.lambda, $0.lambdaPer) = (0.9, 0.8, .token) }
    let joined = try estimator.credit(
      one, evidence: firstCritic([Self.values.flatMap(\.self)]))
    let apart = try estimator.credit(firstOfFixtureA(), evidence: firstCritic())
    #expect(try tokens(joined) == tokens(apart))
  }

  @Test func `pays the reward of a turn without tokens on the token before it`() throws {
    let silent = try CreditGroup([episode([nil, 0.25, 0.5], tokens: [1, 1, 0])])
    let spoken = try CreditGroup([episode([nil, 0.75], tokens: [1, 1])])
    let estimator = TokenGAE { $0.gamma = 0.9 }
    let found = try estimator.credit(silent, evidence: firstCritic([[0.1], [0.2], []]))
    let expected = try estimator.credit(spoken, evidence: firstCritic([[0.1], [0.2]]))
    #expect(try tokens(found) == tokens(expected))
    #expect(found.turns[0][2] == 0)
  }

  @Test func `is unbiased at lambda 1 with any critic`() throws {
    var gradient = [0.0, 0.0]
    let problem = EnumeratedProblem.survivor
    for trajectory in problem.trajectories {
      let group = try CreditGroup([trajectory.episode])
      let values = [[[0.9], [7]].prefix(trajectory.choices.count).map(\.self)]
      let credit = try TokenGAE { $0.lambda = 1 }
        .credit(group, evidence: Evidence(critic: .init(values: values, bootstrap: [nil])))
      for (choice, credit) in zip(trajectory.choices.joined(), credit.turns[0]) {
        let chance = problem.situations[choice.situation][0].probability
        gradient[choice.situation] +=
          trajectory.probability * credit * ((choice.option == 0 ? 1 : 0) - chance)
      }
    }
    #expect(agree(gradient, [0.0588, 0.0576], within: 1e-12))
  }

  @Test func `names missing or malformed evidence`() throws {
    #expect(throws: CreditError.missing(.critic)) {
      try TokenGAE().credit(firstOfFixtureA(), evidence: Evidence())
    }
    #expect(throws: CreditError.criticShape(episode: "E")) {
      try TokenGAE().credit(firstOfFixtureA(), evidence: firstCritic([[0.3], [0.5], [0.8]]))
    }
    #expect(throws: CreditError.criticShape(episode: "E")) {
      try TokenGAE()
        .credit(firstOfFixtureA(), evidence: firstCritic([[0.3, .nan], [0.5, 0.5, 0.6], [0.8]]))
    }
    #expect(throws: CreditError.noTokens(episode: "E")) {
      try TokenGAE()
        .credit(CreditGroup([episode([1], tokens: [0])]), evidence: firstCritic([[]]))
    }
  }

  @Test func `warns about options that depend on the critic alone, and about strong discounts`() {
    let setting = CreditSetting(groupSize: 1, turnLimit: 8)
    #expect(TokenGAE().notices(in: setting).isEmpty)
    #expect(TokenGAE { $0.gamma = 0.95 }.notices(in: setting).count == 1)
    #expect(TokenGAE { ($0.lambda, $0.criticLambda) = (0, 0) }.notices(in: setting).count == 2)
    #expect(TokenGAE { $0.adaptive = 0.05 }.notices(in: setting).map(\.severity) == [.warning])
    let choices = CreditSetting(groupSize: 8, turnLimit: 8, samplesTokens: false)
    #expect(TokenGAE().notices(in: choices).map(\.severity) == [.refusal])
  }
}
