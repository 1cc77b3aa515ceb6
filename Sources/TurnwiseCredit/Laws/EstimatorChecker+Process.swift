/// The laws about process rewards and scores, tried on one group with all evidence.
extension EstimatorChecker {
  /// In a group that earned nothing, process rewards of three times the size give other credit.
  func coefficient() throws -> String? {
    let failed = LawFixture.equal(fixture.members.map { _ in 0 })
    let group = try failed.group()
    let evidence = failed.evidence(for: estimator, of: group)
    let parts = (estimator as? any Shaped)?.parts
    let consumer = parts?.consumer ?? estimator
    let rewards = try parts.map {
      try $0.shaper.rewards(group, evidence: evidence, discount: consumer.discount ?? 1)
    }
    let credits = try [1.0, 3].map { factor in
      try consumer.credit(
        group.adding((rewards ?? failed.processRewards).scaled(by: factor)), evidence: evidence)
    }
    // A deviation has 10⁻⁶ added to it, so credit that is divided by one does change a little.
    let isSame = zip(credits[0].episodes, credits[1].episodes).allSatisfy {
      Self.difference($0, $1, within: 1e-4) == nil
    }
    return isSame ? "process rewards of three times the size give the same credit" : nil
  }

  /// The sums that the estimator and its shaper claim are those of each episode.
  func conservation() throws -> String? {
    let shaper = estimator.shaper
    guard estimator.conserves != nil || shaper?.conserves != nil else {
      throw NotApplicable(reason: "no sum is claimed")
    }
    let group = try fixture.group()
    let evidence = fixture.evidence(for: estimator, of: group)
    let discount = estimator.discount ?? 1
    var shaped = group
    if let shaper {
      let rewards = try shaper.rewards(group, evidence: evidence, discount: discount)
      shaped = try group.adding(rewards)
      if let claim = shaper.conserves {
        // Only potentials claim their sum at any discount.
        let gamma = if case .potential = claim { discount } else { 1.0 }
        let sums = rewards.turns.map { $0.reversed().reduce(0) { gamma * $0 + $1 } }
        if let flaw = Self.flaw(sums, try claim.totals(of: group, evidence), "rewards") {
          return flaw
        }
      }
    }
    guard let claim = estimator.conserves else { return nil }
    let sums = try estimator.credit(group, evidence: evidence).episodes.map {
      $0.turns.reduce(0, +)
    }
    return Self.flaw(sums, try claim.totals(of: shaped, evidence), "credit")
  }

  private static func flaw(_ sums: [Double], _ claimed: [Double], _ name: String) -> String? {
    for (index, (sum, claim)) in zip(sums, claimed).enumerated()
    where !agree(sum, claim, within: 1e-9) {
      return "the \(name) of episode \(index + 1) sum to \(sum) instead of \(claim)"
    }
    return nil
  }

  /// A state without a potential is refused, or credited otherwise than a state whose potential is 0.
  func unscored() throws -> String? {
    guard estimator.needs.contains(.potential) else {
      throw NotApplicable(reason: "it reads no scores of states")
    }
    let before = try credit(fixture)
    for member in fixture.members.indices {
      for turn in fixture.members[member].turns.indices {
        func scored(_ score: LawFixture.Score) throws -> [EpisodeCredit]? {
          var other = fixture
          other.members[member].turns[turn].score = score
          do {
            return try credit(other)
          } catch CreditError.noPotential {
            return nil
          }
        }
        guard let absent = try scored(.absent), let zero = try scored(.number(0)) else { continue }
        func differs(_ other: [EpisodeCredit]) -> Bool {
          zip(zero, other).contains { Self.difference($0, $1, within: 1e-9) != nil }
        }
        if differs(before), !differs(absent) {
          return "turn \(turn + 1) of episode \(member + 1) has no score and counts as one of 0"
        }
      }
    }
    return nil
  }
}

extension ProcessRewards {
  /// Returns the rewards multiplied by a number.
  fileprivate func scaled(by factor: Double) -> ProcessRewards {
    tokens.map { ProcessRewards(tokens: $0.map { $0.map { $0.map { factor * $0 } } }) }
      ?? ProcessRewards(turns: turns.map { $0.map { factor * $0 } })
  }
}
