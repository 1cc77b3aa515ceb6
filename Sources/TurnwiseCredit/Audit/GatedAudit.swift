internal import Foundation
internal import TurnwiseCore

/// Compares estimators with the exact advantages of ``GatedProblem``.
public struct GatedAudit: Sendable {
  /// A row of the result.
  public enum Entry: Sendable {
    /// An estimator, whose critic has the error ``GatedAudit/modelError`` or is exact.
    case estimator(any CreditEstimator, hasCriticError: Bool)
    /// The whole return for every turn: REINFORCE without a baseline.
    case rawReturn
    /// The true advantages, which estimators try to find.
    case trueAdvantage
  }

  /// The problem and the policy.
  public var problem: GatedProblem
  /// The number of groups that are sampled.
  public var groups: Int
  /// The number of episodes in a group.
  public var groupSize: Int
  /// The seed of everything random.
  public var seed: UInt64
  /// The standard deviation of the errors of a biased critic and of the process reward model.
  ///
  /// Each state has one fixed error.
  public var modelError: Double

  /// Creates an audit.
  public init(
    problem: GatedProblem = GatedProblem(), groups: Int = 3000, groupSize: Int = 8,
    seed: UInt64 = 1, modelError: Double = 0.15
  ) {
    require(
      groups > 0 && groupSize > 0,
      "An audit needs groups of episodes, not \(groups) groups of \(groupSize).")
    self.problem = problem
    self.groups = groups
    self.groupSize = groupSize
    self.seed = seed
    self.modelError = modelError
  }

  /// Scores estimators on the same groups.
  ///
  /// - Parameters:
  ///   - entries: The rows.
  ///   - onGroup: Called after each group.
  /// - Returns: A score for each row, in their order.
  /// - Throws: A ``CreditError``, or `CancellationError`.
  public func scores(_ entries: [Entry], onGroup: () -> Void = {}) throws -> [CreditScore] {
    let root = Randomness(seed: seed)
    let biased = biasedValues(root)
    let implicit = biasedAdvantages(root)
    var scorers = entries.map { _ in CreditScorer() }
    let trueGradient = trueGradient
    for number in 0..<groups {
      try Task.checkCancellation()
      let plays = (0..<groupSize).map { member in
        var random = root.stream("episode", number, member)
        return problem.play(using: &random)
      }
      let group = try CreditGroup(plays.map { CreditEpisode(turns: problem.turns($0)) })
      for (row, entry) in entries.enumerated() {
        let credit: GroupCredit
        var forkTurns = 0
        switch entry {
        case .rawReturn:
          credit = GroupCredit(
            turns: group.broadcast(group.episodes.map(\.totalReward)), of: group)
        case .trueAdvantage:
          credit = GroupCredit(
            turns: plays.map { $0.map { problem.advantage(of: $0.action, in: $0.state) } },
            of: group)
        case .estimator(let estimator, let hasCriticError):
          // All rows are scored on the same episodes; each plays its own forks.
          var random = root.stream("forks", number)
          var evidence = evidence(plays, hasCriticError ? biased : problem.values, biased, implicit)
          evidence.addExamples(for: estimator, of: group)
          evidence.playForks(for: [estimator], of: group, sharing: { plays.past(of: $0) }) {
            let steps = problem.play(from: plays[$0.episode][$0.turn].state, using: &random)
            forkTurns += steps.count
            return ForkOutcome(turns: problem.turns(steps))
          }
          credit = try estimator.credit(group, evidence: evidence)
        }
        add(credit, plays, forkTurns, trueGradient, &scorers[row])
      }
      onGroup()
    }
    return scorers.map(\.score)
  }

  private func add(
    _ credit: GroupCredit, _ plays: [[GatedProblem.Step]], _ forkTurns: Int,
    _ trueGradient: [Double], _ scorer: inout CreditScorer
  ) {
    var gradient = trueGradient.map { _ in 0.0 }
    var samples: [CreditSample] = []
    for (steps, credit) in zip(plays, credit.episodes) {
      for (turn, step) in steps.enumerated() {
        let value = credit.credit(turn: turn, token: 0)
        let cell = GatedProblem.actions * step.state.index + step.action
        samples.append(
          CreditSample(
            credit: value, truth: problem.advantage(of: step.action, in: step.state), cell: cell,
            situation: step.state.index))
        addScore(value / Double(groupSize), step, &gradient)
      }
    }
    scorer.add(
      samples, gradient: gradient, reference: trueGradient, episodes: plays.count,
      turns: plays.reduce(0) { $0 + $1.count }, forkTurns: forkTurns)
  }

  /// Adds a weight times ∇ log π of a step with respect to the logits of its state.
  private func addScore(_ weight: Double, _ step: GatedProblem.Step, _ gradient: inout [Double]) {
    for action in 0..<GatedProblem.actions {
      let slope = (action == step.action ? 1 : 0) - problem.probability(of: action, in: step.state)
      gradient[GatedProblem.actions * step.state.index + action] += weight * slope
    }
  }

  /// The derivative of the value of the start by each logit.
  private var trueGradient: [Double] {
    let visits = problem.visits
    return GatedProblem.allStates.flatMap { state in
      (0..<GatedProblem.actions).map { action in
        visits[state.index] * problem.probability(of: action, in: state)
          * problem.advantage(of: action, in: state)
      }
    }
  }

  private func biasedValues(_ root: Randomness) -> [Double] {
    problem.values.enumerated().map { $1 + error(root.stream("critic-error", $0)) }
  }

  /// Returns the β log-ratios of an implicit model: true advantages with a fixed error for each state and
  /// action.
  private func biasedAdvantages(_ root: Randomness) -> [Double] {
    GatedProblem.allStates.flatMap { state in
      (0..<GatedProblem.actions).map { action in
        problem.advantage(of: action, in: state)
          + error(root.stream("implicit-error", state.index, action))
      }
    }
  }

  /// Returns a normally distributed error (Box and Muller 1958).
  private func error(_ stream: Randomness) -> Double {
    var random = stream
    let radius = (-2 * log(1 - random.unit())).squareRoot()
    return modelError * radius * cos(2 * Double.pi * random.unit())
  }

  private func evidence(
    _ plays: [[GatedProblem.Step]], _ critic: [Double], _ process: [Double], _ implicit: [Double]
  ) -> Evidence {
    func tokens(_ number: (GatedProblem.Step) -> Double) -> [[[Double]]] {
      plays.map { $0.map { [number($0)] } }
    }
    func chances(_ step: GatedProblem.Step) -> [Double] {
      (0..<GatedProblem.actions).map { problem.probability(of: $0, in: step.state) }
    }
    var evidence = Evidence(
      critic: Evidence.Critic(
        values: tokens { critic[$0.state.index] }, bootstrap: plays.map { _ in nil }),
      processModel: Evidence.ProcessModel(
        values: plays.map { $0.map { process[$0.state.index] } }, bootstrap: plays.map { _ in nil }),
      implicitModel: tokens {
        implicit[GatedProblem.actions * $0.state.index + $0.action] / ImplicitReward().beta
      },
      distributions: Evidence.Distributions(
        logProbabilities: tokens { log(problem.probability(of: $0.action, in: $0.state)) },
        squares: tokens { chances($0).reduce(0) { $0 + $1 * $1 } },
        entropies: tokens { -chances($0).reduce(0) { $0 + $1 * log($1) } }))
    // A policy that has learnt nothing yet.
    evidence.referencePolicy = tokens { _ in -log(Double(GatedProblem.actions)) }
    return evidence
  }
}

extension [[GatedProblem.Step]] {
  /// Returns what led to a point; points with an equal past share their forks, as in training.
  fileprivate func past(of point: ForkPoint) -> [Int] {
    self[point.episode][..<point.turn].flatMap { [$0.state.index, $0.action] }
      + [self[point.episode][point.turn].state.index]
  }
}
