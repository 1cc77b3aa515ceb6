internal import TurnwiseCore
internal import TurnwiseTrace

/// The reasons why a policy does not learn, as far as its episodes show them.
///
/// A policy that learns has no findings.
public struct LearningDiagnosis: Codable, Hashable, Sendable {
  /// Something that keeps a policy from learning.
  public enum Finding: Codable, Hashable, Sendable {
    /// In a share of groups all episodes had the same return, so the groups do not tell good turns
    /// from bad ones.
    case deadGroups(share: Double, success: Double)
    /// A share of turns was refused, most often calls of this tool, with this reply.
    case refusals(share: Double, tool: String, reply: String)
    /// A share of episodes filled the context.
    case contextFull(share: Double)
    /// A share of episodes reached the turn limit.
    case turnLimit(share: Double)
    /// Demonstrations copy this argument (`tool.argument`) from replies, and the policy does not.
    case neverCopied(argument: String)
    /// Few demonstrations succeed, although the expert could do as well as `best`, if that is known.
    case expertLow(success: Double, best: Double?)
    /// No held-out episode of these families succeeded.
    case familiesAtZero([String])
    /// Training has only this many different scenarios.
    case fewScenarios(Int)
    /// This many demonstrations did not fit the context.
    case demonstrationsTooLong(count: Int, of: Int)
    /// Imitation ended while its loss was still falling.
    case imitationUnfinished(loss: Double)
  }

  /// The smallest gain in held-out success that counts as learning.
  public static let gain = 0.05
  /// The success at which a policy has nothing left to learn.
  public static let solved = 0.9

  /// The success on held-out scenarios before training, if episodes are judged.
  public var start: Double?
  /// The success on held-out scenarios after training.
  public var final: Double?
  /// The findings, the most likely cause first.
  public var findings: [Finding] = []
  /// Whether the policy learns, or has nothing left to learn.
  public var isLearning = true

  /// Judges a run.
  ///
  /// - Parameters:
  ///   - curve: The evaluations on held-out scenarios.
  ///   - seen: The observations of the run.
  public init(_ curve: EvaluationCurve, _ seen: LearningObserver) {
    guard let first = curve.start?.sampled, let last = curve.final?.sampled, last.count > 0,
      !seen.recent.isEmpty
    else { return }
    (start, final) = (first.score, last.score)
    isLearning = last.score >= Self.solved || last.score - first.score >= Self.gain
    if !isLearning { findings = Self.findings(last, seen) }
  }

  private static func findings(_ last: Evaluation, _ seen: LearningObserver) -> [Finding] {
    var found: [Finding] = []
    var tally = EpisodeTally()
    var copies = CopyTally()
    for update in seen.recent {
      tally.add(update.tally)
      copies.add(update.copies)
    }
    if let imitation = seen.imitation {
      let (long, all) = (imitation.tooLong, imitation.demonstrations)
      if long * 10 > all { found.append(.demonstrationsTooLong(count: long, of: all)) }
    }
    if let success = seen.demonstrationSuccess, success < 0.3 {
      found.append(.expertLow(success: success, best: seen.expertBest))
    }
    if tally.refusedShare > 0.15 {
      let tool = tally.refusals.all.first?.word ?? ""
      let reply = tally.refusalReplies.all.first?.word ?? tally.errors.all.first?.word ?? ""
      found.append(.refusals(share: tally.refusedShare, tool: tool, reply: reply))
    }
    if let argument = seen.demonstrated.neverCopied(by: copies) {
      found.append(.neverCopied(argument: argument))
    }
    let full = tally.share(endingIn: Ending.Truncation.contextFull.rawValue)
    if full > 0.1 { found.append(.contextFull(share: full)) }
    let cut = tally.share(endingIn: Ending.Truncation.turnLimit.rawValue)
    if cut > 0.3 { found.append(.turnLimit(share: cut)) }
    if seen.scenarios.count < LearningObserver.scenarioLimit {
      found.append(.fewScenarios(seen.scenarios.count))
    }
    let groups = seen.recent.reduce(0) { $0 + $1.groups }
    let dead = seen.recent.reduce(0) { $0 + $1.deadGroups }
    if groups > 0, dead * 2 > groups {
      found.append(
        .deadGroups(share: Double(dead) / Double(groups), success: tally.success ?? 0))
    }
    let zero = last.families.filter { $0.value == 0 }.keys.sorted()
    if !zero.isEmpty, last.families.count > 1 { found.append(.familiesAtZero(zero)) }
    if let imitation = seen.imitation, imitation.isStillFalling {
      found.append(.imitationUnfinished(loss: imitation.loss))
    }
    return found
  }
}
