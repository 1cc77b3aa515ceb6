internal import Turnwise

/// Computes the results of a comparison from its runs.
struct ComparisonAnalysis {
  private let runs: [ComparedRun]
  private let threshold: Double?
  private let axes: ComparisonAxes
  /// The smallest number of turns of a run: all runs have spent as many.
  private let budget: Int
  /// The smallest number of evaluations of a run.
  private let evaluations: Int

  init(_ runs: [ComparedRun], threshold: Double?) {
    (self.runs, self.threshold) = (runs, threshold)
    axes = ComparisonAxes(runs.map(\.variant))
    budget = runs.compactMap(\.curve.final?.turns).min() ?? 0
    evaluations = runs.map(\.curve.points.count).min() ?? 0
  }

  /// The runs of one estimator with one batch and one step size, by seed.
  private struct Column {
    var variant: ComparisonVariant
    var runs: [ComparedRun]

    var trainingReward: Double { runs.map(\.figures.trainingReward).mean }
    var finals: [Double] { runs.map { $0.curve.final?.sampled.score ?? .nan } }
    var learning: [LearningCurve] {
      runs.map { run in
        LearningCurve(run.curve.points.map { .init(turns: $0.turns, value: $0.sampled.score) })
      }
    }
    var turns: [Int] { runs.map { $0.curve.final?.turns ?? 0 } }
  }

  /// The columns of one estimator and batch, one for each step size.
  private typealias Cell = [Column]

  private var isDense: Bool { evaluations >= LearningCurve.leastEvaluations }

  /// The variants in the order in which they were first run, those that differ in the step size together.
  private var cells: [Cell] {
    var cells: [Cell] = []
    for variant in runs.map(\.variant) {
      let place = cells.firstIndex { cell in
        cell[0].variant.estimator == variant.estimator && cell[0].variant.batch == variant.batch
      }
      let column = Column(variant: variant, runs: runs.filter { $0.variant == variant })
      guard let place else {
        cells.append([column])
        continue
      }
      if !cells[place].contains(where: { $0.variant == variant }) { cells[place].append(column) }
    }
    return cells
  }

  /// The column with the highest training reward; held-out scores must not choose.
  private func best(_ cell: Cell) -> Column {
    cell.max { $0.trainingReward < $1.trainingReward } ?? cell[0]
  }

  /// Returns the results.
  func answer(
    environment: String, plannedSeeds: Int, endedRuns: [String], trace: String
  ) -> ComparisonResult.Answer {
    let cells = cells
    let control = runs.first?.variant
    let seeds = runs.filter { $0.variant == control }.map(\.seed)
    return ComparisonResult.Answer(
      environment: environment,
      measure: runs.first?.curve.start?.sampled.scoreName ?? Judgement.Measure.success.rawValue,
      seeds: seeds, plannedSeeds: plannedSeeds, isPartial: seeds.count < plannedSeeds,
      endedRuns: endedRuns, budget: budget, evaluations: evaluations,
      results: cells.map(row), differences: differences(cells),
      bestDifferences: axes.hasBatches ? bestDifferences(cells) : [], trace: trace,
      firstRun: runs.first?.folder ?? "")
  }

  private func row(_ cell: Cell) -> ComparisonResult.Answer.Row {
    let column = best(cell)
    let curves = column.runs.map(\.curve)
    let families = Set(curves.flatMap { ($0.final?.sampled.families ?? [:]).keys })
    let credited = column.runs.compactMap(\.figures.creditedTokens)
    return ComparisonResult.Answer.Row(
      estimator: column.variant.estimator,
      batch: axes.hasBatches ? column.variant.batch.description : nil,
      learningRate: axes.hasRates ? column.variant.learningRate : nil,
      trials: axes.hasRates ? cell.map(trial) : nil,
      start: SeedSummary(curves.map { $0.start?.sampled.score ?? .nan }),
      startGreedy: SeedSummary(curves.map { $0.start?.greedy?.score ?? .nan }),
      final: SeedSummary(column.finals),
      finalGreedy: SeedSummary(curves.map { $0.final?.greedy?.score ?? .nan }),
      area: isDense ? SeedSummary(areas(column)) : nil,
      threshold: threshold.map { level in
        ThresholdSummary(
          threshold: level, turns: column.learning.map { $0.turns(reaching: level) })
      },
      families: Dictionary(
        uniqueKeysWithValues: families.map { family in
          (family, curves.compactMap { $0.final?.sampled.families[family] }.mean)
        }),
      turns: column.turns.map(Double.init).mean,
      updates: column.runs.map { Double($0.figures.updates) }.mean,
      creditedTokens: credited.count == column.runs.count ? credited.mean : nil,
      timing: .init(seconds: column.runs.map(\.figures.seconds).mean))
  }

  private func trial(_ column: Column) -> ComparisonResult.Answer.Trial {
    ComparisonResult.Answer.Trial(
      learningRate: column.variant.learningRate, trainingReward: column.trainingReward,
      final: column.finals.mean, turns: column.turns.reduce(0, +))
  }

  /// Compares each estimator with the first one that has the same batch.
  private func differences(_ cells: [Cell]) -> [ComparisonResult.Answer.Difference] {
    corrected(
      cells.compactMap { cell in
        let column = best(cell)
        let control = cells.first { $0[0].variant.batch == column.variant.batch }.map(best)
        return control.flatMap { difference(column, against: $0) }
      })
  }

  /// Compares each estimator with the first one, each with its best batch and step size.
  private func bestDifferences(_ cells: [Cell]) -> [ComparisonResult.Answer.Difference] {
    var estimators: [String] = []
    for cell in cells where !estimators.contains(cell[0].variant.estimator) {
      estimators.append(cell[0].variant.estimator)
    }
    let columns = estimators.map { estimator in
      best(cells.filter { $0[0].variant.estimator == estimator }.flatMap(\.self))
    }
    return corrected(
      columns.dropFirst().compactMap { column in
        var difference = difference(column, against: columns[0])
        difference?.batchAgainst = columns[0].variant.batch.description
        return difference
      })
  }

  private func difference(
    _ column: Column, against control: Column
  ) -> ComparisonResult.Answer.Difference? {
    guard control.variant.estimator != column.variant.estimator else { return nil }
    return ComparisonResult.Answer.Difference(
      estimator: column.variant.estimator, against: control.variant.estimator,
      batch: axes.hasBatches ? column.variant.batch.description : nil,
      final: PairedComparison(atBudget(column), atBudget(control)),
      area: isDense ? PairedComparison(areas(column), areas(control)) : nil,
      level: isDense ? atBudget(control).mean : nil,
      shareOfTurns: isDense ? shareOfTurns(column, against: control) : nil)
  }

  /// Adds the probabilities, corrected for the number of differences.
  private func corrected(
    _ differences: [ComparisonResult.Answer.Difference]
  ) -> [ComparisonResult.Answer.Difference] {
    let values = differences.map { ($0.area ?? $0.final).pValue }
    return zip(differences, Holm.corrected(values)).map { difference, value in
      var difference = difference
      difference.correctedPValue = value
      return difference
    }
  }

  private func shareOfTurns(_ column: Column, against control: Column) -> Double? {
    let level = atBudget(control).mean
    func turns(_ column: Column) -> Double? {
      LearningCurve(mean: column.learning, until: budget).turns(reaching: level)
    }
    guard let own = turns(column), let other = turns(control), own > 0, other > 0 else {
      return nil
    }
    return own / other
  }

  private func areas(_ column: Column) -> [Double] {
    column.learning.map { $0.area(budget: max(1, budget)) }
  }

  /// Runs end after whole updates, so some have spent more turns than others.
  private func atBudget(_ column: Column) -> [Double] {
    isDense ? column.learning.map { $0.value(at: budget) } : column.finals
  }
}
