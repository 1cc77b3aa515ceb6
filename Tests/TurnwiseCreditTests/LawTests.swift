import Foundation
import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `The laws of estimators` {
  static let shipped = (try? EstimatorCatalog.standard.complete()) ?? []

  static let broken: [any Broken] = [
    ResetsAtObservations(), DiscountsTokensOfTurns(), FindsTurnsByReward(),
    WeighsEpisodesByLength(), BootstrapsAlways(), NeverBootstraps(), DropsLoneSurvivors(),
    TeachesDeadGroups(), DividesByRounding(), RawReturn(), ComparesNeighbours(),
    SumsInSinglePrecision(), PaysForOneAction(), ChargesForTurns(), ClaimsTooMuch(),
    NormalisesTwice(), DividesByZero(), IsRandom(), MixesSubtasks(),
    DividesSizeOut(), PaysEachTurnTheSum(), ReadsUnscoredAsZero(),
  ]

  @Test(arguments: shipped)
  func `are kept by all estimators of Turnwise, or broken as documented`(name: String) throws {
    let report = EstimatorChecker(try EstimatorCatalog.standard.estimator(name)).check()
    #expect(report.violations.isEmpty, "\(report.verdicts)")
    #expect(report.verdicts.map(\.law) == EstimatorLaw.allCases)
  }

  /// Options that change what an estimator does.
  static let variants = [
    "token:gamma=0.95", "token:adaptive=1", "token:lambda=0", "token:bootstrap=false",
    "turn-gae:lambda=0", "turn-gae:gamma=0.9", "bi-level:turnGamma=0.95", "vetta:turnGamma=0.95",
    "turn:gamma=0", "subtask:each=rloo", "subtask:each=group-gae", "subtask:each=gigpo",
    "subtask:each=hgpo", "subtask:each=grpo", "turn:gamma=0.9", "hgpo:depth=0",
    "group-gae:lambda=0", "group-gae:gamma=0.9", "group-gae:lambda=0,standardize=graph",
    "group-gae:standardize=graph", "factor:values=critic", "factor:values=model",
    "gigpo:std=true", "prime:whiten=false", "immediate:outcome=1",
    "entropy:each=turn", "entropy:each=group-gae", "entropy:each=gigpo", "entropy:k=0",
    "progress:outcome=1",
    "process=smear:gamma=0+turn", "process=smear:gamma=1+immediate",
    "process=smear:of=model+immediate", "process=smear:gamma=0,of=model+turn",
    "process=potential:of=model+turn:gamma=0.9", "process=brevity:alpha=1+turn",
    "gigpo:actions=true", "gigpo:crossStep=true", "gigpo:episode=false", "grpo:std=false",
    "mt-grpo-biased:std=true", "mt-grpo-biased:cumulative=true", "otb:gamma=0.9",
    "whitened:gamma=0.9", "whitened:baseline=true", "tree:k=0", "fork:k=1", "fork:gamma=0.9",
    "fork:at=token,stride=1", "fork:adaptive=disagreement", "fork:adaptive=entropy",
    "siblings:at=subtask", "siblings:at=subtask,until=subtask", "siblings:until=subtask",
    "token:lambdaPer=token",
  ]

  /// Every shaper with every estimator that may consume what it pays; `progress` reads no rewards.
  static let combinations = EstimatorCatalog.standard.shaperIDs.flatMap { shaper in
    EstimatorCatalog.standard.ids.map { "process=\(shaper)+\($0 == "tree" ? "tree:k=0" : $0)" }
  }.filter { name in
    !["fork", "siblings", "progress"].contains { name.hasSuffix("+\($0)") }
  }

  @Test(arguments: variants + combinations)
  func `are kept or documented with other options and in all combinations`(name: String) throws {
    let report = EstimatorChecker(try EstimatorCatalog.standard.estimator(name)).check()
    let broken = report.verdicts.filter { if case .broken = $0.outcome { true } else { false } }
    #expect(broken.isEmpty, "\(broken)")
  }

  @Test func `are broken by an error even if an exception is documented`() {
    struct Throws: CreditEstimator {
      static let id = "throws"
      static let summary = "a planted bug"
      var exceptions: [EstimatorLaw: String] { [.deadGroup: "on purpose"] }
      func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
        throw CreditError.missing(.critic)
      }
    }
    #expect(EstimatorChecker(Throws()).check().violations.contains(.deadGroup))
  }

  /// Compares the expected gradients of all estimators, biased ones included, with a golden file.
  ///
  /// To renew the file, put the output of the failing test into Golden/gradients.txt.
  @Test func `find the recorded expected gradient of each estimator`() throws {
    let found = try Self.shipped.flatMap { name in
      let report = EstimatorChecker(try EstimatorCatalog.standard.estimator(name)).check()
      return report.gradients.map { gradient in
        let numbers = gradient.expected.joined().map { number in
          String(format: "%.6f", abs(number) < 5e-7 ? 0 : number)
        }
        return
          "\(name) \(gradient.problem) \(gradient.groupSize): \(numbers.joined(separator: " "))"
      }
    }
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/gradients.txt")
    let golden = try String(contentsOf: file, encoding: .utf8)
    #expect(found.joined(separator: "\n") + "\n" == golden, "\(found.joined(separator: "\n"))")
  }

  @Test func `are checked for every estimator and every shaper`() throws {
    let catalog = EstimatorCatalog.standard
    for id in catalog.ids + catalog.shaperIDs {
      #expect(Self.shipped.contains { $0.contains(id) }, "\(id)")
    }
  }

  @Test(arguments: shipped)
  func `have no documented exception that is not needed`(name: String) throws {
    let estimator = try EstimatorCatalog.standard.estimator(name)
    // The exceptions of a shaper and an estimator need not apply to their combination.
    guard !name.hasPrefix("process") else { return }
    let report = EstimatorChecker(estimator).check()
    for law in estimator.exceptions.keys {
      let outcome = report.verdicts.first { $0.law == law }?.outcome
      #expect(outcome == .documented(estimator.exceptions[law] ?? ""), "\(law)")
    }
  }

  @Test(arguments: broken.indices)
  func `find a planted bug`(index: Int) {
    let estimator = Self.broken[index]
    let violations = EstimatorChecker(estimator).check().violations
    #expect(violations.contains(type(of: estimator).law), "\(estimator): \(violations)")
  }

  @Test func `find a recursion over tokens that ends at an observation`() {
    #expect(EstimatorChecker(ResetsAtSilentTurns()).check().violations == [.observations])
  }

  @Test func `each find some planted bug`() {
    let found = Set(Self.broken.map { type(of: $0).law })
    #expect(found == Set(EstimatorLaw.allCases))
  }

  @Test func `are broken by an error, which the verdict quotes`() {
    struct Throws: CreditEstimator {
      static let id = "throws"
      static let summary = "a planted bug"
      func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
        throw CreditError.missing(.critic)
      }
    }
    let report = EstimatorChecker(Throws()).check()
    #expect(report.violations.contains(.wellFormed))
    #expect(
      report.verdicts[0].outcome == .broken("\(CreditError.missing(.critic))"))
  }

  @Test func `can be checked for a user's own estimator`() {
    let report = EstimatorChecker(LastTurn()).check()
    #expect(report.violations.contains(.everyTurn))
    #expect(!report.violations.contains(.permutation))
  }
}

@Suite struct `An enumerated problem` {
  @Test(arguments: [("stopping", 0.65, 0.105), ("indifferent", 0.5, 0), ("crossroads", 0.3, 0)])
  func `has the value and gradient of its formula`(name: String, value: Double, gradient: Double)
    throws
  {
    let problem = try #require(EnumeratedProblem.all.first { $0.name == name })
    #expect(abs(problem.value - value) < 1e-12)
    #expect(abs(problem.gradient[0][0] - gradient) < 1e-12)
    #expect(abs(problem.trajectories.reduce(0) { $0 + $1.probability } - 1) < 1e-12)
  }

  @Test(arguments: EnumeratedProblem.all.map(\.name))
  func `has the derivative of its value as its gradient`(name: String) throws {
    let problem = try #require(EnumeratedProblem.all.first { $0.name == name })
    let step = 1e-6
    for situation in problem.situations.indices {
      for option in problem.situations[situation].indices {
        func value(_ shift: Double) -> Double {
          var situations = problem.situations
          let weights = situations[situation].indices.map {
            situations[situation][$0].probability * ($0 == option ? 1 + shift : 1)
          }
          for index in weights.indices {
            situations[situation][index].probability = weights[index] / weights.reduce(0, +)
          }
          return EnumeratedProblem("shifted", situations).value
        }
        // Adding h to a logit multiplies its weight by e^h.
        let slope = (value(step) - value(-step)) / (2 * step)
        #expect(abs(slope - problem.gradient[situation][option]) < 1e-6)
      }
    }
  }

  @Test func `gives the worked gradients of a lone survivor`() throws {
    let problem = EnumeratedProblem.survivor
    #expect(abs(problem.gradient[0][0] - 0.0588) < 1e-12)
    #expect(abs(problem.gradient[1][0] - 0.0576) < 1e-12)
    let found = try problem.expectedGradient(of: TurnReturnToGo(), groupSize: 4)
    #expect(abs(found[0][0] - 0.0588) < 1e-12 && abs(found[1][0] - 0.0576) < 1e-12)
  }

  @Test(arguments: [(2, 0.148492), (4, 0.297274), (8, 0.38555)])
  func `gives the worked gradients of GRPO`(groupSize: Int, expected: Double) throws {
    let found = try EnumeratedProblem.stopping.expectedGradient(of: GRPO(), groupSize: groupSize)
    #expect(abs(found[0][0] - expected) < 1e-5)
    let biased = try EnumeratedProblem.stopping.expectedGradient(
      of: PerTurnIndex(), groupSize: groupSize)
    #expect(abs(biased[0][0]) < 1e-12)
  }
}
