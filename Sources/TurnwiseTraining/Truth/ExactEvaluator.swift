public import TurnwiseCore
public import TurnwiseModel
public import TurnwiseTrace

/// Computes what sampling can only estimate: success, values, advantages and the policy gradient of a
/// language policy on one scenario.
///
///     let start = try Session(KeyDoor(), origin: origin)
///     let found = try await ExactEvaluator<KeyDoor>(policy).evaluate(start)
///     print(found.success, found.unresolved)
///
/// The policy itself is pushed through the tree of all histories that it makes likely, over *token
/// strings*: a history is what was really sampled and read, a string that is no sensible action is
/// played like any other, and two spellings of an action are two strings, as they are when sampling.
/// What histories have in common is read once. Strings whose probability falls under ``cutoff``, seen
/// from the start or from the nearest turn that is visited, are not followed; what they add up to is
/// reported, and no value is off by more than ``ExactEvaluation/unresolved`` times
/// ``ExactEvaluation/span``.
///
/// The environment must be one that draws no random numbers while it is played.
public struct ExactEvaluator<E: Environment>: Sendable {
  /// The policy, with the temperature that it samples with.
  public var policy: LanguagePolicy
  /// The probability under which a string is not followed.
  public var cutoff: Double
  /// How far apart two returns can be at least, 1 for what pays success; where more is seen, that counts.
  public var returnSpan = 1.0
  /// The most histories.
  public var nodeLimit: Int
  /// How many environment steps and threads run at once, which changes no result.
  public var workers: Int

  /// Prepares an evaluation.
  public init(
    _ policy: LanguagePolicy, cutoff: Double = 1e-5, nodeLimit: Int = 100_000, workers: Int = 1
  ) {
    require(cutoff > 0 && cutoff < 1, "A cutoff must lie between 0 and 1, but is \(cutoff).")
    require(nodeLimit > 0 && workers > 0, "There is at least one history and one worker.")
    (self.policy, self.cutoff) = (policy, cutoff)
    (self.nodeLimit, self.workers) = (nodeLimit, workers)
  }

  /// Evaluates the policy from a situation on.
  ///
  /// - Parameters:
  ///   - start: An episode in progress, mostly at its start.
  ///   - episodes: Episodes that the policy played from there. All their turns are followed, however
  ///     unlikely, and the tree below each of them is as deep as if it began there.
  /// - Returns: What was found.
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

/// What an ``ExactEvaluator`` has found.
public struct ExactEvaluation: Sendable {
  /// The probability of success.
  public let success: Double
  /// The expected return.
  public let value: Double
  /// The probability that an episode comes to something that was not followed.
  public let unresolved: Double
  /// How far apart two returns can be: ``ExactEvaluator/returnSpan``, or more if more was seen.
  public let span: Double
  /// How many histories there are in which the policy decides.
  public let histories: Int
  /// What is true of each turn of the episodes that were visited, in their order.
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
        let behind = tree.edges[edge].child.map { expectations[$0].unresolved } ?? 0
        return TurnTruth(
          value: before.value, actionValue: tree.actionValue(edge, expectations),
          bound: min(2, before.unresolved + behind) * span)
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

/// Why a policy cannot be evaluated exactly.
public enum ExactEvaluationError: Error, Hashable, Sendable {
  /// There are too many histories that the policy makes likely.
  case tooManyHistories(limit: Int, cutoff: Double)
  /// The environment drew random numbers in a turn, from 0.
  case randomEnvironment(String, turn: Int)
  /// An episode that is to be visited does not begin like the situation, or sampled no tokens.
  case notVisited(episode: String, turn: Int)
  /// A history that ends with a turn, from 0, is not scored: its judgement has neither success nor reward.
  case unscored(String, turn: Int)
  /// The policy does not say how likely its actions are.
  case noProbabilities(String)
}

extension ExactEvaluationError: CustomStringConvertible {
  /// What is wrong, and what to do about it.
  public var description: String {
    switch self {
    case .tooManyHistories(let limit, let cutoff):
      """
      the policy makes more than \(limit) histories likelier than \(cutoff); \
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
      "turn \(turn + 1) of episode \(episode) is none that the policy samples from there"
    }
  }
}
