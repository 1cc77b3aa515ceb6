internal import Foundation
internal import TurnwiseCore

/// Holds an estimator against the laws, and reports which it breaks.
///
/// Run it in the tests of your own estimator:
///
///     #expect(try EstimatorChecker(LastTurn()).check().violations.isEmpty)
///
/// Most laws are tried on one group with all evidence; the last ones on problems so small that the
/// expected gradient over all groups is a sum and not an estimate.
public struct EstimatorChecker: Sendable {
  /// The estimator.
  public var estimator: any CreditEstimator
  /// The sizes of groups that are listed.
  public var groupSizes = [2, 3]

  /// Creates a checker.
  public init(_ estimator: any CreditEstimator) { self.estimator = estimator }

  /// Judges every law.
  ///
  /// A law that the estimator breaks by throwing is broken as well.
  public func check() -> EstimatorReport {
    var gradients: [EstimatorReport.Gradient] = []
    let verdicts = EstimatorLaw.allCases.map { law in
      EstimatorReport.Verdict(law: law, outcome: outcome(law, &gradients))
    }
    return EstimatorReport(verdicts: verdicts, gradients: gradients)
  }

  /// What is wrong, if anything is; thrown where a law does not concern the estimator.
  struct NotConcerned: Error { var reason: String }

  private func outcome(
    _ law: EstimatorLaw, _ gradients: inout [EstimatorReport.Gradient]
  ) -> EstimatorReport.Outcome {
    var flaw: String?
    do {
      flaw = try self.flaw(law, &gradients)
    } catch let open as NotConcerned {
      return .open(open.reason)
    } catch {
      // Not even a documented exception excuses this.
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
    case .irrelevantTurn: try irrelevantTurn()
    case .stopping: try stopping()
    case .expectedGradient: try expectedGradient(&gradients)
    }
  }
}
