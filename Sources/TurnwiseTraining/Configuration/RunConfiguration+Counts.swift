internal import TurnwiseCore

extension RunConfiguration {
  /// Holds the program that made the configuration to counts that can be played.
  ///
  /// The command line refuses more, with its own words (``flaw``); these are the ones without which a trainer
  /// cannot even begin.
  func requireCounts(file: StaticString, line: UInt) {
    let counts = [
      ("groups", groups, 1), ("groupSize", groupSize, 1), ("demonstrations", demonstrations, 0),
      ("cloningSteps", cloningSteps, 0), ("cloningBatch", cloningBatch, 0), ("epochs", epochs, 0),
      ("minibatches", minibatches, 0), ("criticEpisodes", criticEpisodes, 0),
      ("criticEpochs", criticEpochs, 0), ("filterBatches", filterBatches, 0),
      ("processLabels", processLabels, 0), ("processForks", processForks, 0),
      ("evaluationEpisodes", evaluationEpisodes, 0), ("context", context, 1),
    ]
    for (name, value, minimum) in counts {
      require(
        value >= minimum,
        "RunConfiguration.\(name) must be at least \(minimum), but is \(value).", file: file,
        line: line)
    }
  }
}
