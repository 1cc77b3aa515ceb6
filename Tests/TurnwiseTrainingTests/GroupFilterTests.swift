import Testing
import TurnwiseCore
import TurnwiseModel
import TurnwiseTraining

@Suite struct `A filter of groups` {
  /// Groups with standard deviations of 0, .5, .433 and .1.
  private let returns: [[[Double]]] = [
    [[1, 1, 1, 1]], [[1, 0, 1, 0]], [[1, 0, 0, 0]], [[0.4, 0.6, 0.4, 0.6]],
  ]

  @Test func `keeps all groups unless it is asked not to`() {
    #expect(GroupFilter.none.kept(returns, mass: 0.1) == [0, 1, 2, 3])
  }

  @Test func `that is dynamic drops groups of equal returns`() {
    #expect(GroupFilter.dynamic.kept(returns, mass: 0.1) == [1, 2, 3])
    #expect(GroupFilter.dynamic.kept([[[0.1 + 0.2, 0.3]], [[2]]], mass: 1).isEmpty)
  }

  @Test(
    arguments: [
      (0.5, [1]), (0.5586, [1]), (0.9, [1, 2]), (0.9776, [1, 2]), (1, [1, 2, 3]),
    ] as [(Double, [Int])])
  func `by variance keeps the fewest groups that hold the mass of the worked example`(
    mass: Double, kept: [Int]
  ) {
    #expect(GroupFilter.variance.kept(returns, mass: mass) == kept)
    #expect(
      GroupFilter.variance.kept(returns.reversed(), mass: mass) == kept.map { 3 - $0 }.sorted())
  }

  @Test func `by variance prefers the earlier of groups that vary alike`() {
    #expect(GroupFilter.variance.kept([[[0, 1]], [[1, 0]], [[0, 1]]], mass: 0.5) == [0, 1])
    #expect(GroupFilter.variance.kept([[[1, 1]], [[0, 0]]], mass: 1).isEmpty)
    #expect(GroupFilter.variance.kept([], mass: 1).isEmpty)
  }

  @Test func `looks at each sub-task if these are compared`() throws {
    // The first group earned the same in all, by different sub-tasks; the second one is dead.
    let groups = [[[1.0, 0], [0, 1]], [[1, 1], [0, 0]]]
    #expect(GroupFilter.dynamic.kept(groups, mass: 1) == [0])
    #expect(GroupFilter.variance.kept(groups, mass: 1) == [0])
    let whole = groups.map { parts in [zip(parts[0], parts[1]).map { $0 + $1 }] }
    #expect(GroupFilter.dynamic.kept(whole, mass: 1).isEmpty)
  }

  /// Trains once on a game whose outcome is random for the policy.
  private func update(
    _ change: (inout RunConfiguration) -> Void
  ) async throws -> (update: TrainingUpdate, spending: Spending) {
    let configuration = Tiny.configuration {
      $0.credit = "rloo"
      change(&$0)
    }
    var trainer = try Trainer(
      Lottery(), from: await Tiny.warmStart(configuration), configuration)
    let update = try #require(try await trainer.step())
    return (update, trainer.state.spending)
  }

  private func scenarios(_ update: TrainingUpdate, credited: Bool) -> Set<Int> {
    Set(
      update.episodes.filter { $0.credit.isEmpty != credited }.map(\.episode.origin.scenario))
  }

  @Test func `charges for what it discards and keeps it in the trace`() async throws {
    for filter in [GroupFilter.dynamic, .variance] {
      let (update, spending) = try await update {
        ($0.selection.filter, $0.budget.groups, $0.selection.varianceMass) = (filter, 6, 0.5)
      }
      let (kept, discarded) = (
        scenarios(update, credited: true), scenarios(update, credited: false)
      )
      #expect(!kept.isEmpty && kept.isDisjoint(with: discarded))
      #expect(spending.filteredGroups == discarded.count && !discarded.isEmpty)
      #expect(update.metrics["spent/filtered_groups"] == Double(discarded.count))
      #expect(update.metrics["groups/credited"] == Double(kept.count))
      #expect(update.metrics["groups/equal_returns"] == 0)
      #expect(
        spending.trainingTurns == update.episodes.reduce(0) { $0 + $1.episode.turns.count })
      #expect(Set(update.episodes.map(\.episode.name)).count == update.episodes.count)
      #expect(update.episodes.count == 4 * (kept.count + discarded.count))
    }
  }

  @Test func `that is dynamic plays on until there are enough groups`() async throws {
    let (update, _) = try await update {
      ($0.selection.filter, $0.budget.groups, $0.selection.filterBatches) = (.dynamic, 6, 20)
    }
    #expect(scenarios(update, credited: true).count == 6)
    #expect(update.episodes.count > 24 && update.episodes.count.isMultiple(of: 24))
  }

  @Test func `that keeps nothing leaves the policy as it is`() async throws {
    let configuration = Tiny.configuration {
      ($0.selection.filter, $0.selection.filterBatches) = (.dynamic, 2)
    }
    let start = try await Tiny.warmStart(configuration)
    var trainer = try Trainer(Lottery(sides: 0), from: start, configuration)
    let update = try #require(try await trainer.step())
    #expect(update.metrics["policy/skipped"] == 1)
    let isUnmoved = trainer.state.policy.model == start.policy.model
    #expect(isUnmoved)
    #expect(trainer.state.spending.filteredGroups == 6)
    #expect(update.episodes.count == 24)
  }
}
