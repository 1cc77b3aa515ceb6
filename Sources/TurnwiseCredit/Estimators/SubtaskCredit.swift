public import TurnwiseCore

/// Credits each sub-task by itself, with another estimator, as if it were an episode.
///
/// With S_t the sub-task that turn t worked on, and r^s_k what turn k was paid that belongs to sub-task s
/// or to no sub-task,
///
///     A_{i,t} = Ê(turns of S_t; r^{S_t})
///
/// where Ê is the estimator ``each`` and sees only the turns and rewards of one sub-task
/// (``CreditGroup/subtaskViews()``). With K sub-tasks of equal variance v, the credit of ``RLOO`` has a
/// variance of Kv in each turn, and this one of v. That rewards should be divided by the component that they
/// belong to is the idea of Q-decomposition (Russell and Zimdars 2003).
///
/// The expected gradient is the true one if a turn has no effect on what other sub-tasks earn, apart from rewards that
/// belong to no sub-task. Such an effect is not seen: a turn that spoils a later job is not blamed.
///
/// A sub-task that only one episode of the group reached is compared with the nothing that the others earned with
/// it: zero credit would shrink the gradient of late sub-tasks. Without sub-tasks it is ``each`` itself.
public struct SubtaskCredit: CreditEstimator, Configurable {
  /// `subtask`.
  public static let id = "subtask"
  /// What the estimator does.
  public static let summary = "each sub-task by itself, as if it were an episode"

  /// The estimators that need nothing but the episodes.
  static let inner: [any CreditEstimator] = [
    RLOO(), GRPO(), TurnReturnToGo(), GiGPO(), HGPO(), GroupedGAE(),
  ]

  /// The estimator that credits a sub-task, with its default options.
  @Option<InnerEstimator>("Estimator that credits each sub-task.")
  public var each = TurnReturnToGo.id

  /// Creates the estimator with its default options.
  public init() {}

  /// The estimator that credits a sub-task.
  private var estimator: any CreditEstimator {
    InnerEstimator.named(each) ?? TurnReturnToGo()
  }

  /// What the inner estimator needs.
  public var needs: Set<Evidence.Need> { estimator.needs }
  /// The discount of the inner estimator.
  public var discount: Double? { estimator.discount }
  /// The claim of the inner estimator.
  public var gradient: GradientClaim { estimator.gradient }
  /// The exceptions of the inner estimator.
  public var exceptions: [EstimatorLaw: String] { estimator.exceptions }
  /// True.
  public var usesSubtasks: Bool { true }
  /// The advice of the inner estimator, and a warning if there are no sub-tasks.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    var notices = estimator.advice(in: setting)
    if !setting.hasSubtasks {
      notices.append(
        CreditNotice(
          .warning, "the environment has no sub-tasks, so '\(Self.id)' equals '\(each)'"))
    }
    return notices
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    var turns = group.zeros
    var loneTurns = 0
    for view in try group.subtaskViews() {
      if view.group.episodes.count == 1, group.episodes.count > 1 {
        // Those that did not reach the sub-task earned nothing with it.
        for (value, place) in zip(view.group.returnsToGo(gamma: discount ?? 1)[0], view.places[0]) {
          turns[place.episode][place.turn] = value
        }
        loneTurns += view.places[0].count
        continue
      }
      let part = try estimator.credit(view.group, evidence: Evidence())
      loneTurns += part.diagnostics.loneTurns
      for (credit, places) in zip(part.episodes, view.places) {
        for (value, place) in zip(credit.turns, places) { turns[place.episode][place.turn] = value }
      }
    }
    return GroupCredit(turns: turns, of: group, loneTurns: loneTurns)
  }
}

/// The names of the estimators that ``SubtaskCredit`` and ``EntropyModulation`` can be built on.
public enum InnerEstimator: OptionDomain {
  private static let known = SubtaskCredit.inner.map { type(of: $0).id }

  /// The names.
  public static let requirement = "one of \(known.joined(separator: ", "))"
  /// Whether the name is one of them.
  public static func allows(_ name: String) -> Bool { known.contains(name) }

  /// Returns the estimator of a name.
  static func named(_ name: String) -> (any CreditEstimator)? {
    SubtaskCredit.inner.first { type(of: $0).id == name }
  }
}
