internal import TurnwiseCore

/// The estimators and reward shapers that can be chosen by name, each with its default options.
///
/// A name with options is spelled `turn:gamma=0.95` or `token:gamma=0.99,lambda=0.9`. A process reward
/// goes before an estimator: `process=delta+turn-gae`, `process=min:temperature=0.2+pure`. Without an
/// estimator it is consumed by `turn`, and `process` alone is `process=potential+turn`. Commas also
/// separate the names of a list, since an option is distinguished from a name by its `=`. Options are
/// numbers, truth values and words without commas; an optional property that is `nil` is not an option.
public struct EstimatorCatalog: Sendable {
  /// The estimators and shapers of Turnwise.
  public static let standard = EstimatorCatalog(
    [
      RLOO(), GRPO(), Whitened(), TurnReturnToGo(), SubtaskCredit(), PerTurnIndex(), GiGPO(),
      HGPO(), TurnGAE(), GroupedGAE(), FACTOR(), TokenGAE(), BiLevelGAE(), VETTA(),
      ForkMonteCarlo(), Siblings(), RolloutTree(), OptimalTokenBaseline(), PRIME(), IStar(),
      PURE(), ImmediateReward(), EntropyModulation(), ProgressAdvantage(),
    ],
    shapers: [
      PotentialShaping(), ProgressShaping(), ReturnRedistribution(), MinimumForm(),
      ImplicitReward(), ScoreSum(), AnswerProgress(), ProgressSmear(), Brevity(),
    ])

  /// One estimator of each family: broadcast, turns, sub-tasks, tokens and process reward.
  private static let families = [
    RLOO.id, TurnReturnToGo.id, SubtaskCredit.id, TokenGAE.id, ProcessName.short,
  ]

  /// The shapers that estimators of process rewards were made for.
  private static let companions = [
    PRIME.id: "implicit:level=token,loss=pairs,reference=policy",
    IStar.id: "implicit:loss=pairs,reference=policy", PURE.id: MinimumForm.id,
    ImmediateReward.id: "potential:of=model",
  ]

  /// The estimators with their default options, in the order in which they were added.
  public let estimators: [any CreditEstimator]
  /// The reward shapers with their default options, in the order in which they were added.
  public let shapers: [any RewardShaper]

  /// Creates a catalog; two estimators, or two shapers, must not have the same name.
  ///
  /// `file` and `line` are named in the message if they have.
  public init(
    _ estimators: [any CreditEstimator], shapers: [any RewardShaper] = [],
    file: StaticString = #fileID, line: UInt = #line
  ) {
    let kinds = [
      ("credit estimator", estimators.map { type(of: $0).id }),
      ("reward shaper", shapers.map { type(of: $0).id }),
    ]
    for (kind, ids) in kinds {
      var seen: Set<String> = []
      for id in ids {
        require(
          seen.insert(id).inserted, "Two \(kind)s are called '\(id)'.", file: file, line: line)
        require(
          !id.isEmpty && id != ProcessName.short
            && !id.contains { ":,=+".contains($0) || $0.isWhitespace },
          "The name '\(id)' of a \(kind) is taken, or holds a character that separates options.",
          file: file, line: line)
      }
    }
    self.estimators = estimators
    self.shapers = shapers
  }

  /// Returns the catalog with more estimators and shapers, such as a user's own.
  public func adding(
    _ more: [any CreditEstimator], shapers: [any RewardShaper] = [],
    file: StaticString = #fileID, line: UInt = #line
  ) -> EstimatorCatalog {
    EstimatorCatalog(
      estimators + more, shapers: self.shapers + shapers, file: file, line: line)
  }

  /// The names of the estimators.
  public var ids: [String] { estimators.map { type(of: $0).id } }
  /// The names of the shapers.
  public var shaperIDs: [String] { shapers.map { type(of: $0).id } }

  /// Returns the estimators that are used if none are named: one of each family, and a user's own.
  ///
  /// - Parameter hasSubtasks: Whether turns say which sub-task they worked on.
  /// - Returns: Their names.
  public func shown(hasSubtasks: Bool = false) -> [String] {
    Self.families.filter { name in
      (hasSubtasks || name != SubtaskCredit.id) && (try? estimator(name)) != nil
    } + own
  }

  /// A user's own estimators, in spellings that can be used.
  public var own: [String] {
    estimators.filter { !Self.standard.ids.contains(type(of: $0).id) }.map(usableName)
  }

  /// Returns every estimator and every shaper once, in spellings that can be used.
  ///
  /// An estimator that consumes process rewards comes with the shaper that it was made for, a shaper with
  /// `turn`.
  ///
  /// - Throws: An ``EstimatorNameError``.
  public func complete() throws -> [String] {
    let names =
      estimators.map(usableName)
      + shaperIDs.map { ProcessName(shaper: $0, consumer: TurnReturnToGo.id).spelling }
    return try names.map { try spelling(of: estimator($0)) }
  }

  private func usableName(_ estimator: any CreditEstimator) -> String {
    let id = type(of: estimator).id
    guard estimator.needs.contains(.processReward) else { return id }
    return ProcessName(
      shaper: Self.companions[id] ?? ProgressShaping.id, consumer: id
    ).spelling
  }
}
