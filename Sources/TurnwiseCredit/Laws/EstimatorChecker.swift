internal import TurnwiseCore

/// Checks an estimator against the laws, and reports which it breaks.
///
/// Run it in the tests of your own estimator:
///
///     #expect(try EstimatorChecker(LastTurn()).check().violations.isEmpty)
///
/// Most laws are tried on one group with all evidence. The last three are tried on problems so small that
/// the expected gradient over all groups can be summed exactly instead of estimated.
public struct EstimatorChecker: Sendable {
  /// The estimator.
  public var estimator: any CreditEstimator
  /// The sizes of the groups whose expected gradients are summed.
  public var groupSizes = [2, 3]

  /// Creates a checker.
  public init(_ estimator: any CreditEstimator) { self.estimator = estimator }

  /// Checks every law.
  ///
  /// An error that the estimator throws breaks the law that was checked.
  public func check() -> EstimatorReport {
    var gradients: [EstimatorReport.Gradient] = []
    let verdicts = EstimatorLaw.allCases.map { LawVerdict($0, outcome(of: $0, &gradients)) }
    return EstimatorReport(verdicts: verdicts, gradients: gradients)
  }

  /// Thrown by a law that does not apply to the estimator.
  struct NotApplicable: Error { var reason: String }

  private func outcome(
    of law: EstimatorLaw, _ gradients: inout [EstimatorReport.Gradient]
  ) -> LawOutcome {
    let flaw: String?
    do {
      flaw = try self.flaw(law, &gradients)
    } catch let open as NotApplicable {
      return .open(open.reason)
    } catch {
      // A documented exception does not excuse an error.
      return .broken("\(error)")
    }
    guard let flaw else {
      if law == .expectedGradient, case .biased(let reason) = estimator.gradient {
        return .documented(reason)
      }
      return .kept
    }
    return estimator.exceptions[law].map { .documented($0) } ?? .broken(flaw)
  }

  /// Returns what is wrong, or `nil`.
  private func flaw(
    _ law: EstimatorLaw, _ gradients: inout [EstimatorReport.Gradient]
  ) throws -> String? {
    switch law {
    case .wellFormed: try wellFormed()
    case .pure: try pure()
    case .permutation: try permutation()
    case .everyTurn: try everyTurn()
    case .observations: try observations()
    case .zeroReward: try zeroReward()
    case .longEpisodes: try longEpisodes()
    case .truncation: try truncation()
    case .loneSurvivor: try loneSurvivor()
    case .deadGroup: try deadGroup()
    case .nearlyDeadGroup: try nearlyDeadGroup()
    case .constantReward: try constantReward()
    case .doublePrecision: try doublePrecision()
    case .subtasks: try subtasks()
    case .coefficient: try coefficient()
    case .conservation: try conservation()
    case .unscored: try unscored()
    case .irrelevantTurn: try irrelevantTurn()
    case .stopping: try stopping()
    case .expectedGradient: try expectedGradient(&gradients)
    }
  }

  // MARK: - Crediting and comparing

  /// The group on which most laws are tried.
  var fixture: LawFixture { .standard }

  /// Credits a group of the fixture.
  func credit(_ fixture: LawFixture) throws -> [EpisodeCredit] {
    try fixture.credit(estimator).episodes
  }

  /// Whether two numbers are equal up to a tolerance, relative to the larger one above 1.
  static func agree(_ a: Double, _ b: Double, within tolerance: Double) -> Bool {
    abs(a - b) <= tolerance * max(1, abs(a), abs(b))
  }

  /// Returns the first turn whose credit differs.
  static func difference(
    _ a: EpisodeCredit, _ b: EpisodeCredit, within tolerance: Double
  ) -> Int? {
    a.turns.indices.first { turn in
      let tokens = zip(a.tokens?[turn] ?? [], b.tokens?[turn] ?? [])
      return !agree(a.turns[turn], b.turns[turn], within: tolerance)
        || tokens.contains { !agree($0, $1, within: tolerance) }
    }
  }
}
