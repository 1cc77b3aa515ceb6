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
  private struct NotConcerned: Error { var reason: String }

  private func outcome(
    _ law: EstimatorLaw, _ gradients: inout [EstimatorReport.Gradient]
  ) -> EstimatorReport.Outcome {
    var flaw: String?
    do {
      flaw = try self.flaw(law, &gradients)
    } catch let open as NotConcerned {
      return .open(open.reason)
    } catch {
      flaw = "\(error)"
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

  // MARK: - One group

  private let fixture = LawFixture.standard

  private func credit(_ fixture: LawFixture) throws -> [EpisodeCredit] {
    try fixture.credit(estimator).episodes
  }

  private func wellFormed() throws -> String? {
    for (credit, episode) in zip(try credit(fixture), try fixture.group().episodes) {
      guard credit.turns.count == episode.turns.count, credit.turns.allSatisfy(\.isFinite) else {
        return "\(episode.name) has \(episode.turns.count) turns and credit \(credit.turns)"
      }
      guard let tokens = credit.tokens else { continue }
      guard tokens.map(\.count) == episode.turns.map(\.sampledTokens),
        tokens.joined().allSatisfy(\.isFinite)
      else { return "the credit of \(episode.name) does not have the shape of its tokens" }
      for (turn, (tokens, mean)) in zip(tokens, credit.turns).enumerated() where !tokens.isEmpty {
        guard Self.agree(tokens.reduce(0, +) / Double(tokens.count), mean, within: 1e-9) else {
          return "turn \(turn + 1) of \(episode.name) has \(mean), its tokens another mean"
        }
      }
      let targets = credit.valueTargets ?? []
      guard targets.isEmpty || targets.count == episode.turns.count,
        zip(targets, episode.turns).allSatisfy({ $0.count <= $1.sampledTokens })
      else { return "\(episode.name) has value targets for other tokens than were sampled" }
    }
    return nil
  }

  private func pure() throws -> String? {
    let first = try credit(fixture)
    guard try credit(fixture) == first else { return "a second call gives another credit" }
    func read<E: CreditEstimator>(_ estimator: E) throws -> any CreditEstimator {
      try JSON.decode(E.self, from: JSON.encode(estimator))
    }
    let again = EstimatorChecker(try read(estimator))
    return try again.credit(fixture) == first ? nil : "written and read, it gives another credit"
  }

  private func permutation() throws -> String? {
    let order = [3, 0, 4, 2, 1]
    let straight = try credit(fixture)
    let permuted = try credit(LawFixture(members: order.map { fixture.members[$0] }))
    for (place, member) in order.enumerated() {
      if let turn = Self.difference(permuted[place], straight[member], within: 1e-12) {
        return "turn \(turn + 1) of episode \(member + 1) has another credit in another order"
      }
    }
    return nil
  }

  private func everyTurn() throws -> String? {
    let before = try credit(fixture)
    for member in fixture.members.indices {
      var other = fixture
      other.addReward(1, member: member, turn: fixture.members[member].turns.count - 1)
      let after = try credit(other)[member]
      for turn in after.turns.indices
      where Self.agree(after.turns[turn], before[member].turns[turn], within: 1e-9) {
        return "turn \(turn + 1) of episode \(member + 1) does not notice the last reward"
      }
    }
    return nil
  }

  private func observations() throws -> String? {
    var other = fixture
    if estimator.granularity == .token {
      // A turn in which nothing was sampled is nothing but an observation.
      other.members[0].turns.insert(.init(state: 1, action: 2, tokens: 0), at: 2)
    } else {
      for member in other.members.indices {
        for turn in other.members[member].turns.indices {
          other.members[member].turns[turn].tokens *= 3
        }
      }
    }
    let (before, after) = (try credit(fixture), try credit(other))
    for member in before.indices {
      var credit = after[member]
      if estimator.granularity == .token, member == 0 {
        credit.turns.remove(at: 2)
        credit.tokens?.remove(at: 2)
      }
      if let turn = Self.difference(credit, before[member], within: 1e-9) {
        return estimator.granularity == .token
          ? "an observation changes turn \(turn + 1) of episode \(member + 1)"
          : "the number of tokens changes turn \(turn + 1) of episode \(member + 1)"
      }
    }
    return nil
  }

  private func zeroReward() throws -> String? {
    let before = try credit(fixture)
    for (reward, tolerance) in [(0.0, 0.0), (1e-9, 1e-6)] {
      for member in fixture.members.indices {
        for turn in fixture.members[member].turns.indices
        where fixture.members[member].turns[turn].reward == nil {
          var other = fixture
          other.members[member].turns[turn].reward = reward
          let after = try credit(other)
          for (episode, (a, b)) in zip(after, before).enumerated() {
            if let changed = Self.difference(a, b, within: tolerance) {
              return "a reward of \(reward) on turn \(turn + 1) of episode \(member + 1) changes"
                + " turn \(changed + 1) of episode \(episode + 1)"
            }
          }
        }
      }
    }
    return nil
  }

  private func longEpisodes() throws -> String? {
    // The longest episode goes on for three turns nobody else reaches, and earns the same.
    var other = fixture
    let longest = LawFixture.longest
    let last = other.members[longest].turns.count - 1
    let reward = other.members[longest].turns[last].reward
    other.members[longest].turns[last].reward = nil
    for state in 20...22 {
      other.members[longest].turns.append(.init(state: state, action: state))
    }
    other.members[longest].turns[last + 3].reward = reward
    let (before, after) = (try credit(fixture), try credit(other))
    for member in before.indices where member != longest {
      if let turn = Self.difference(after[member], before[member], within: 1e-9) {
        return "turn \(turn + 1) of episode \(member + 1) changes when another episode is longer"
      }
    }
    return nil
  }

  private func truncation() throws -> String? {
    guard estimator.needs.contains(.critic) else {
      throw NotConcerned(reason: "it has no critic to bootstrap from")
    }
    let before = try credit(fixture)
    for member in fixture.members.indices {
      var other = fixture
      other.members[member].bootstrap += 1
      let difference = Self.difference(try credit(other)[member], before[member], within: 1e-9)
      if member == LawFixture.truncated {
        if difference == nil { return "a truncated episode does not bootstrap" }
      } else if difference != nil {
        return "a terminated episode bootstraps"
      }
    }
    return nil
  }

  private func loneSurvivor() throws -> String? {
    let last = fixture.members[LawFixture.longest].turns.count - 1
    var other = fixture
    other.addReward(1, member: LawFixture.longest, turn: last)
    let before = try credit(fixture)[LawFixture.longest].turns[last]
    let after = try credit(other)[LawFixture.longest].turns[last]
    return after - before > 1e-9
      ? nil : "1 more on a turn that nobody else reached makes \(after) of its credit \(before)"
  }

  private func deadGroup() throws -> String? {
    // Equal but for the rounding of sums.
    let dead = LawFixture.equal([0.1 + 0.2, 0.3, 0.3, 0.1 + 0.2, 0.3])
    for (member, credit) in try credit(dead).enumerated() {
      let numbers = credit.turns + (credit.tokens ?? []).flatMap(\.self)
      if let number = numbers.first(where: { $0 != 0 }) {
        return "episode \(member + 1) has credit \(number)"
      }
    }
    return nil
  }

  private func nearlyDeadGroup() throws -> String? {
    let group = LawFixture.equal([0.3, 0.3 + 1e-13, 0.3, 0.3, 0.3 - 1e-13])
    for (member, credit) in try credit(group).enumerated() {
      if let number = credit.turns.first(where: { abs($0) > 1e-6 }) {
        return "returns that differ by 1e-13 give episode \(member + 1) credit \(number)"
      }
    }
    return nil
  }

  private func constantReward() throws -> String? {
    let (before, after) = (try credit(fixture), try credit(fixture.raised(by: 5)))
    for member in before.indices {
      if let turn = Self.difference(after[member], before[member], within: 1e-9) {
        return "turn \(turn + 1) of episode \(member + 1) has \(after[member].turns[turn])"
          + " instead of \(before[member].turns[turn])"
      }
    }
    return nil
  }

  private func doublePrecision() throws -> String? {
    func member(_ extra: Double) -> LawFixture.Member {
      var turns = (0..<1000).map { LawFixture.Turn(state: $0, action: $0, tokens: 1, reward: 0.1) }
      turns[999].reward = 0.1 + extra
      return LawFixture.Member(turns: turns)
    }
    let long = try credit(LawFixture(members: [member(0), member(1e-9)]))
    let gain = (long[1].turns.last ?? 0) - (long[0].turns.last ?? 0)
    return gain > 0
      ? nil : "of two episodes of 1000 turns, the one that earned 1e-9 more gets \(gain) more"
  }

  // MARK: - All groups

  private func irrelevantTurn() throws -> String? {
    let problem = EnumeratedProblem.crossroads
    for size in groupSizes {
      let found = try problem.expectedGradient(of: estimator, groupSize: size)[0][0]
      if abs(found) > 1e-9 { return "in groups of \(size) its gradient is \(found) instead of 0" }
    }
    return nil
  }

  private func stopping() throws -> String? {
    let problem = EnumeratedProblem.indifferent
    for size in groupSizes {
      let found = try problem.expectedGradient(of: estimator, groupSize: size)[0][0]
      if abs(found) > 1e-9 { return "in groups of \(size) going on has the gradient \(found)" }
    }
    return nil
  }

  private func expectedGradient(_ gradients: inout [EstimatorReport.Gradient]) throws -> String? {
    var flaw: String?
    for problem in EnumeratedProblem.all {
      let truth = problem.gradient
      for size in groupSizes {
        let gradient = EstimatorReport.Gradient(
          problem: problem.name, groupSize: size,
          expected: try problem.expectedGradient(of: estimator, groupSize: size), true_: truth,
          factor: estimator.gradient.factor(groupSize: size))
        gradients.append(gradient)
        if let error = gradient.error, error > 1e-9, flaw == nil {
          flaw = "in groups of \(size) on '\(problem.name)' it is off by \(error)"
        }
      }
    }
    return flaw
  }

  // MARK: - Comparing

  private static func agree(_ a: Double, _ b: Double, within tolerance: Double) -> Bool {
    abs(a - b) <= tolerance * max(1, abs(a), abs(b))
  }

  /// The first turn whose credit differs.
  private static func difference(
    _ a: EpisodeCredit, _ b: EpisodeCredit, within tolerance: Double
  ) -> Int? {
    a.turns.indices.first { turn in
      let tokens = zip(a.tokens?[turn] ?? [], b.tokens?[turn] ?? [])
      return !agree(a.turns[turn], b.turns[turn], within: tolerance)
        || tokens.contains { !agree($0, $1, within: tolerance) }
    }
  }
}
