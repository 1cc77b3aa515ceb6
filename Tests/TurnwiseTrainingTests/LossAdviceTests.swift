import Testing
import TurnwiseTraining

@Suite struct `Advice on the loss` {
  private func notices(
    tokens: Bool = false, _ change: (inout RunConfiguration) -> Void = { _ in }
  ) -> [String] {
    var configuration = RunConfiguration()
    change(&configuration)
    return LossAdvice.notices(configuration, creditVariesWithinTurns: tokens)
  }

  @Test func `has nothing against the defaults, more epochs, or GSPO as published`() {
    #expect(notices().isEmpty)
    #expect(notices(tokens: true).isEmpty)
    #expect(notices { $0.optimizer.epochs = 4 }.isEmpty)
    #expect(notices { ($0.loss.aggregation, $0.loss.aggregationLength) = (.constant, 8) }.isEmpty)
    #expect(
      notices {
        ($0.loss.ratio, $0.loss.aggregation) = (.sequenceMean, .sequenceMean)
        ($0.loss.clipLow, $0.loss.clipHigh, $0.loss.klWeight) = (3e-4, 4e-4, 0)
      }.isEmpty)
    #expect(notices { ($0.selection.filter, $0.selection.filterBatches) = (.dynamic, 5) }.isEmpty)
  }

  @Test(arguments: [LossAggregation.turnMean, .episodeTurnMean])
  func `warns of credit by turns that is divided by their length`(aggregation: LossAggregation) {
    let found = notices { $0.loss.aggregation = aggregation }
    #expect(found.count == 1 && found[0].contains("'\(aggregation.rawValue)' divides"))
    #expect(notices(tokens: true) { $0.loss.aggregation = aggregation }.isEmpty)
  }

  @Test(arguments: [RatioLevel.turn, .turnMean, .sequence, .sequenceMean])
  func `warns of credit by tokens whose ratios are coupled`(ratio: RatioLevel) {
    let found = notices(tokens: true) { $0.loss.ratio = ratio }
    #expect(found.contains { $0.contains("'\(ratio.rawValue)' is shared by tokens") })
    #expect(!notices { $0.loss.ratio = ratio }.contains { $0.contains("is shared by tokens") })
  }

  @Test func `warns of clipping that does nothing or nearly everything`() {
    #expect(notices { $0.loss.ratio = .sequenceMean }[0].contains("GSPO uses 3e-4"))
    #expect(notices { $0.loss.ratio = .sequence }[0].contains("'sequence-mean' does not"))
    #expect(notices { $0.loss.dualClip = 1.1 }[0].contains("inside the clip range"))
    #expect(notices { $0.loss.ratio = .turn }[0].contains("KL weight of 0"))
    #expect(notices { ($0.loss.ratio, $0.loss.klWeight) = (.turn, 0) }.isEmpty)
    let onPolicy = notices { ($0.optimizer.minibatches, $0.loss.clip) = (1, .cispo) }
    #expect(onPolicy.count == 1 && onPolicy[0].contains("every ratio is 1"))
  }

  @Test func `warns of importance weights that correct nothing or everything`() {
    #expect(notices { $0.loss.importance = .token }.count == 1)
    for (form, word) in [(ImportanceWeights.Form.truncate, "shrinks"), (.mask, "masks all")] {
      let found = notices {
        ($0.loss.importance, $0.loss.importanceForm, $0.loss.importanceCap) = (.sequence, form, 1)
      }
      #expect(found.count == 2 && found[1].contains(word) && found[1].contains("2 to 10"))
    }
  }

  @Test func `warns of filters that choose for the wrong reason or not at all`() {
    let byTokens = notices(tokens: true) { $0.selection.filter = .dynamic }
    #expect(byTokens.count == 1 && byTokens[0].contains("groups of equal returns"))
    #expect(
      notices { ($0.selection.filter, $0.selection.filterBatches) = (.dynamic, 1) }[0].contains(
        "smaller"))
    #expect(
      notices { ($0.selection.filter, $0.budget.groups) = (.variance, 1) }[0].contains("one group"))
  }

  @Test func `names options that nothing reads`() {
    let found = notices {
      ($0.loss.clip, $0.loss.dualClip, $0.loss.aggregationLength) = (.cispo, 5, 8)
      ($0.loss.importanceForm, $0.loss.importanceCap) = (.mask, 5)
      ($0.selection.varianceMass, $0.selection.filterBatches) = (0.5, 5)
    }
    let names = [
      "dualClip", "aggregationLength", "importanceForm", "importanceCap", "varianceMass",
      "filterBatches",
    ]
    #expect(found.count == names.count)
    for (notice, name) in zip(found, names) { #expect(notice.hasPrefix("'\(name)' changes")) }
  }
}
