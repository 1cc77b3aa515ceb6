public import TurnwiseCore
public import TurnwiseModel
public import TurnwiseTrace

/// Computes the success, values, advantages and policy gradient of a language policy on one
/// scenario, which sampling can only estimate.
///
///     let start = try Session(KeyDoor(), origin: origin)
///     let found = try await ExactEvaluator<KeyDoor>(policy).evaluate(start)
///     print(found.success, found.unresolved)
///
/// The policy runs through the tree of all histories that are likely under it, over *token
/// strings*. A history consists of the tokens that were sampled and read. A string that is not a
/// sensible action is played like any other, and two spellings of an action are two strings, as
/// they are in sampling. The shared parts of histories are read once. Strings whose probability is
/// below ``cutoff``, counted from the start or from the nearest visited turn, are not followed.
/// Their total probability is reported, and no value is off by more than
/// ``ExactEvaluation/unresolved`` times ``ExactEvaluation/span``.
///
/// The environment must not draw random numbers while it is played.
public struct ExactEvaluator<E: Environment>: Sendable {
  /// The policy, with the temperature that it samples with.
  public var policy: LanguagePolicy
  /// The probability below which a string is not followed.
  public var cutoff: Double
  /// A lower bound on the difference between the largest and the smallest return.
  ///
  /// It is 1 if success is paid. A larger difference that is seen replaces it.
  public var returnSpan = 1.0
  /// The largest number of histories.
  public var nodeLimit: Int
  /// The most environment steps and threads that run at once, which do not change results.
  public var workers: Int

  /// Creates an evaluator.
  public init(
    _ policy: LanguagePolicy, cutoff: Double = 1e-5, nodeLimit: Int = 100_000, workers: Int = 1
  ) {
    require(cutoff > 0 && cutoff < 1, "A cutoff must lie between 0 and 1, but is \(cutoff).")
    require(nodeLimit > 0 && workers > 0, "At least one history and one worker are needed.")
    (self.policy, self.cutoff) = (policy, cutoff)
    (self.nodeLimit, self.workers) = (nodeLimit, workers)
  }

  /// Evaluates the policy from a situation.
  ///
  /// - Parameters:
  ///   - start: An episode in progress, usually at its start.
  ///   - episodes: Episodes that the policy played from there. All their turns are followed, even
  ///     if they are unlikely, and the tree below each of them is as deep as if it began there.
  /// - Returns: The evaluation.
  /// - Throws: An ``ExactEvaluationError``, a `Failure` of the environment, `CancellationError`.
  public func evaluate(
    _ start: Session<E>, visiting episodes: [Episode] = []
  ) async throws -> ExactEvaluation {
    var search = try HistorySearch(policy, start, episodes, cutoff: cutoff, workers: workers)
    while try await search.follow() {
      try Task.checkCancellation()
      guard search.tree.nodes.count <= nodeLimit else {
        throw ExactEvaluationError.tooManyHistories(limit: nodeLimit, cutoff: cutoff)
      }
    }
    return ExactEvaluation(
      search.tree, policy.model, temperature: policy.samplingTemperature, visits: search.visits,
      returnSpan: returnSpan)
  }
}

/// The results of an ``ExactEvaluator``.
public struct ExactEvaluation: Sendable {
  /// The probability of success.
  public let success: Double
  /// The expected return.
  public let value: Double
  /// The probability that an episode comes to a string that was not followed.
  public let unresolved: Double
  /// The difference between the largest and smallest return: ``ExactEvaluator/returnSpan``, or the
  /// largest difference that was seen if it is larger.
  public let span: Double
  /// The number of histories in which the policy decides.
  public let histories: Int
  /// The truth of each turn of the visited episodes, in their order.
  public let turns: [[TurnTruth]]

  private let tree: HistoryTree
  private let model: Transformer
  private let expectations: [HistoryTree.Expectation]

  private let temperature: Double

  init(
    _ tree: HistoryTree, _ model: Transformer, temperature: Double, visits: [[Int]],
    returnSpan: Double
  ) {
    self.temperature = temperature
    let expectations = tree.expectations()
    let span = max(returnSpan, tree.span)
    (self.tree, self.model, self.expectations, self.span) = (tree, model, expectations, span)
    (success, value) = (expectations[0].success, expectations[0].value)
    unresolved = expectations[0].unresolved
    histories = tree.nodes.count
    turns = visits.map { visited in
      visited.map { edge in
        let before = expectations[tree.edges[edge].node]
        let after = tree.edges[edge].child.map { expectations[$0].unresolved } ?? 0
        return TurnTruth(
          value: before.value, actionValue: tree.actionValue(edge, expectations),
          bound: min(2, before.unresolved + after) * span)
      }
    }
  }

  /// The gradient of the expected return by the parameters of the policy's model, for a policy that
  /// samples at a temperature of 1.
  ///
  /// - Parameters:
  ///   - tolerance: The share of the terms, by absolute weight, that may be left out.
  ///   - workers: The most threads. The result does not depend on it.
  /// - Returns: A number for each parameter.
  public func gradient(tolerance: Double = 1e-3, workers: Int = 1) -> Gradient {
    require(temperature == 1, "The gradient is that of a policy with a temperature of 1.")
    return tree.gradient(of: model, expectations, tolerance: tolerance, workers: workers)
  }
}

/// The reason why a policy cannot be evaluated exactly.
public enum ExactEvaluationError: Error, Hashable, Sendable {
  /// Too many histories are likely under the policy.
  case tooManyHistories(limit: Int, cutoff: Double)
  /// The environment drew random numbers in a turn; turns count from 0.
  case randomEnvironment(String, turn: Int)
  /// An episode to visit does not begin like the situation, or has a turn without sampled tokens.
  case notVisited(episode: String, turn: Int)
  /// A history that ends with a turn, from 0, is not scored: its judgement has neither success nor
  /// reward.
  case unscored(String, turn: Int)
  /// The policy does not give the probabilities of its actions.
  case noProbabilities(String)
}

extension ExactEvaluationError: CustomStringConvertible {
  /// The problem, and what to do about it.
  public var description: String {
    switch self {
    case .tooManyHistories(let limit, let cutoff):
      """
      more than \(limit) histories are likelier than \(cutoff) under the policy; \
      raise the cutoff, shorten the episodes, or measure by forks
      """
    case .randomEnvironment(let name, let turn):
      "\(name) drew random numbers in turn \(turn + 1), so values cannot be computed; use forks"
    case .unscored(let name, let turn):
      """
      \(name) does not score a history that ends with turn \(turn + 1) (neither success nor reward), which is \
      not the same as 0; use forks
      """
    case .noProbabilities(let policy):
      "the policy '\(policy)' does not say how likely its actions are, so values cannot be computed; use forks"
    case .notVisited(let episode, let turn):
      "turn \(turn + 1) of episode \(episode) was not sampled by the policy from this situation"
    }
  }
}
