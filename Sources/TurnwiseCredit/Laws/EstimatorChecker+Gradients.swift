internal import TurnwiseCore

/// The laws about expected gradients, summed over all groups of tiny problems.
extension EstimatorChecker {
  /// The first turn of a problem in which it decides nothing has no gradient.
  func irrelevantTurn() throws -> String? {
    let problem = EnumeratedProblem.crossroads
    for size in groupSizes {
      let found = try problem.expectedGradient(of: estimator, groupSize: size)[0][0]
      if abs(found) > 1e-9 { return "in groups of \(size) its gradient is \(found) instead of 0" }
    }
    return nil
  }

  /// Going on has no gradient in a problem in which it makes no difference.
  func stopping() throws -> String? {
    let problem = EnumeratedProblem.indifferent
    for size in groupSizes {
      let found = try problem.expectedGradient(of: estimator, groupSize: size)[0][0]
      if abs(found) > 1e-9 { return "in groups of \(size) going on has the gradient \(found)" }
    }
    return nil
  }

  /// On every problem the gradient is as claimed; the gradients are kept for the report.
  func expectedGradient(_ gradients: inout [EstimatorReport.Gradient]) throws -> String? {
    var flaw: String?
    for problem in EnumeratedProblem.all {
      let truth = problem.gradient
      for size in groupSizes {
        let gradient = EstimatorReport.Gradient(
          problem: problem.name, groupSize: size,
          expected: try problem.expectedGradient(of: estimator, groupSize: size), truth: truth,
          factor: estimator.gradient.factor(groupSize: size))
        gradients.append(gradient)
        if let error = gradient.error, error > 1e-9, flaw == nil {
          flaw = "in groups of \(size) on '\(problem.name)' the claim is off by \(error)"
        }
      }
    }
    return flaw
  }
}
