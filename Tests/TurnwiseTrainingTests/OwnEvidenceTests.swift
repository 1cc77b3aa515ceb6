import Testing
import TurnwiseCore
import TurnwiseCredit
import TurnwiseEnvironments
import TurnwiseModel
import TurnwiseTrace
import TurnwiseTraining

/// `OwnEvidence.swift` contains the whole kind, which is registered here.
@Suite struct `A kind of evidence of one's own` {
  private let catalog = EstimatorCatalog.standard.adding([CreditByTool()])
  private let evidence = EvidenceCatalog.standard.adding([ToolRecord.self])

  private func configuration(credit: String = "by-tool") -> RunConfiguration {
    Tiny.configuration { $0.credit = credit }
  }

  private func trainer() async throws -> Trainer<KeyDoor> {
    let configuration = configuration()
    return try Trainer(
      Tiny.game, from: await Tiny.warmStart(configuration), configuration, catalog: catalog,
      evidence: evidence)
  }

  @Test func `is measured before its estimator credits, and learns afterwards`() async throws {
    var trainer = try await trainer()
    let first = try #require(try await trainer.step())
    let learnt = try #require(trainer.state.evidence[ToolRecord.self])
    #expect(first.metrics["tool_record/tools"] == Double(learnt.tools.count))
    #expect(!learnt.tools.isEmpty)
    let second = try #require(try await trainer.step())
    for (update, record) in [(first, ToolRecord()), (second, learnt)] {
      let groups = RecordedGroups(
        update.episodes.map { EpisodeRecord(purpose: .training, update: 1, episode: $0.episode) },
        purpose: .training
      ).groups
      #expect(!groups.isEmpty)
      for group in groups {
        var measured = Evidence()
        let reader = EvidenceReader(policy: trainer.state.policy)
        measured[.toolRecord] = record.measure(group.episodes, by: reader).numbers
        let expected = try CreditByTool().credit(CreditGroup(group.episodes), evidence: measured)
        let found = group.numbers.map { update.episodes[$0 - 1].credit["by-tool"] }
        #expect(found == expected.episodes)
      }
    }
  }

  @Test func `is saved, and goes on as if it had not stopped`() async throws {
    var trainer = try await trainer()
    _ = try await trainer.step()
    let saved = try trainer.state.saved
    _ = try await trainer.step()
    var resumed = try Trainer(
      Tiny.game, resuming: TrainerState(saved, evidence: evidence), configuration(),
      catalog: catalog)
    _ = try await resumed.step()
    let isSame = try resumed.state.saved == trainer.state.saved
    #expect(isSame)
    // A program without the kind can still read the policy.
    #expect(
      try TrainerState(saved).policy.model == TrainerState(saved, evidence: evidence).policy.model)
  }

  @Test func `credits recorded episodes`() async throws {
    var trainer = try await trainer()
    let update = try #require(try await trainer.step())
    let groups = RecordedGroups(
      update.episodes.map { EpisodeRecord(purpose: .training, update: 1, episode: $0.episode) },
      purpose: .training
    ).groups.map(\.episodes)
    let estimator = try CreditedEstimator(CreditByTool(), in: catalog)
    let recorded = try await RecordedCredit(groups, [estimator], models: trainer.state)
    #expect(try recorded.credit().allSatisfy { $0["by-tool"] != nil })
    let plain = try TrainerState(
      Trainer(Tiny.game, from: await Tiny.warmStart(configuration()), configuration(credit: "turn"))
        .state.saved)
    #expect(
      RecordedCredit.refusals(estimator, groups, models: plain, canFork: true)
        == ["'by-tool' cannot be used here: the run saved no record of its tools"])
  }

  @Test func `is asked for where it is not registered`() throws {
    #expect(
      throws: TrainingError.refusedCredit([
        "'by-tool' cannot be used here: let a judge keep a record of the tools"
      ])
    ) {
      try EstimatorPanel(Tiny.game, credit: "by-tool", groupSize: 4, catalog: catalog)
    }
  }

  @Test func `is given to its estimator where that is held against the laws`() {
    let report = EstimatorChecker(CreditByTool()).check()
    #expect(report.verdicts.first { $0.law == .wellFormed }?.outcome == .kept)
  }
}
