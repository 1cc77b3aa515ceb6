import Testing
import TurnwiseCore
import TurnwiseCredit

/// A mistake that a program which uses estimators can make.
enum CreditMistake: String, Codable, CaseIterable, Sendable {
  case degreesOfFreedom, negativeWeight, notANumber, infiniteWeight, noForks, discount, temperature
  case twoOfOneName, separatorInName, unequalPairs, creditOfOtherShape

  var words: String {
    switch self {
    case .degreesOfFreedom: "grpo: ddof must be 0 or 1, but is 3"
    case .negativeWeight: "must be finite numbers of at least 0, but are -1.0 and"
    case .notANumber: "alpha must be a finite number of at least 0, but is nan"
    case .infiniteWeight: "alpha must be a finite number of at least 0, but is inf"
    case .noForks: "k and stride must be at least 1, but are 0 and"
    case .discount: "gamma must lie between 0 and 1, but is 1.5"
    case .temperature: "temperature must be a finite number above 0, but is 0.0"
    case .twoOfOneName: "Two credit estimators are called 'grpo'"
    case .separatorInName: "The name 'a:b' of a credit estimator is taken, or holds a character"
    case .unequalPairs: "Pairs have two sides"
    case .creditOfOtherShape: "Each turn of the group needs one credit"
    }
  }

  func make() throws {
    switch self {
    case .degreesOfFreedom: _ = GRPO(ddof: 3)
    case .negativeWeight: _ = GiGPO(weight: -1)
    case .notANumber: _ = IStar(alpha: .nan)
    case .infiniteWeight: _ = HGPO(alpha: .infinity)
    case .noForks: _ = ForkMonteCarlo(k: 0)
    case .discount: _ = TurnReturnToGo(gamma: 1.5)
    case .temperature: _ = MinimumForm(temperature: 0)
    case .twoOfOneName: _ = EstimatorCatalog.standard.adding([GRPO()])
    case .separatorInName: _ = EstimatorCatalog([Separated()])
    case .unequalPairs: _ = Correlation.pearson([1], [1, 2])
    case .creditOfOtherShape:
      let group = try CreditGroup([CreditEpisode(turns: [CreditTurn(reward: 1)])])
      _ = GroupCredit([], of: group)
    }
  }

  struct Separated: CreditEstimator {
    static let id = "a:b"
    static let summary = ""
    func credit(_ group: CreditGroup, evidence: Evidence) -> GroupCredit {
      GroupCredit([], of: group)
    }
  }
}

@Suite struct `A mistake with estimators` {
  @Test(arguments: CreditMistake.allCases)
  func `ends the program with a sentence, a file and a line, in every build`(
    mistake: CreditMistake
  ) async throws {
    let child = try await #require(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [mistake = mistake as CreditMistake] in
      try mistake.make()
    }
    let said = String(decoding: child.standardErrorContent, as: UTF8.self)
    #expect(said.contains(mistake.words), "\(said.prefix(400))")
    #expect(said.contains(#/\w+\.swift:\d+: Fatal error: /#), "\(said.prefix(400))")
  }
}
