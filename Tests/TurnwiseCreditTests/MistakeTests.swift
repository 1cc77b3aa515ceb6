import Testing
import TurnwiseCore
import TurnwiseCredit

/// A mistake of a program that uses estimators.
enum CreditMistake: String, Codable, CaseIterable, Sendable {
  case degreesOfFreedom, negativeWeight, notANumber, infiniteWeight, noForks, discount, temperature
  case twoOfOneName, separatorInName, unequalPairs, creditOfOtherShape

  var words: String {
    switch self {
    case .degreesOfFreedom: "This option must be a whole number from 0 to 1, but is 3."
    case .negativeWeight: "This option must be a number of at least 0, but is -1.0."
    case .notANumber: "This option must be a number of at least 0, but is nan."
    case .infiniteWeight: "This option must be a number of at least 0, but is inf."
    case .noForks: "This option must be a whole number from 1 to 100000, but is 0."
    case .discount: "This option must be a number from 0 to 1, but is 1.5."
    case .temperature: "This option must be a number above 0, but is 0.0."
    case .twoOfOneName: "Two credit estimators are called 'grpo'"
    case .separatorInName: "The name 'a:b' of a credit estimator is taken, or holds a character"
    case .unequalPairs: "Both sides must have as many numbers, but have 1 and 2."
    case .creditOfOtherShape: "Each turn of the group needs one credit"
    }
  }

  /// The file that is named: for an option, that of its declaration.
  var file: String {
    switch self {
    case .degreesOfFreedom: "GRPO"
    case .negativeWeight: "GiGPO"
    case .notANumber: "IStar"
    case .infiniteWeight: "HGPO"
    case .noForks: "ForkMonteCarlo"
    case .discount: "TurnReturnToGo"
    case .temperature: "MinimumForm"
    case .twoOfOneName, .separatorInName: "MistakeTests"
    case .unequalPairs: "Correlation"
    case .creditOfOtherShape: "GroupCredit"
    }
  }

  func make() throws {
    switch self {
    case .degreesOfFreedom: _ = GRPO { $0.ddof = 3 }
    case .negativeWeight: _ = GiGPO { $0.weight = -1 }
    case .notANumber: _ = IStar { $0.alpha = .nan }
    case .infiniteWeight: _ = HGPO { $0.alpha = .infinity }
    case .noForks: _ = ForkMonteCarlo { $0.k = 0 }
    case .discount: _ = TurnReturnToGo { $0.gamma = 1.5 }
    case .temperature: _ = MinimumForm { $0.temperature = 0 }
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

@Suite struct `A mistake of a program that uses estimators` {
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
    #expect(said.contains("/\(mistake.file).swift:"), "\(said.prefix(400))")
  }
}
