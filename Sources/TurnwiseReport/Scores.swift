internal import TurnwiseCore

/// Scores of runs on tasks, in the shape `[run][task]`; a run is one training seed.
///
/// The statistics are those of Agarwal et al. (2021, arXiv 2108.13264) as their package rliable
/// computes them.
public struct Scores: Hashable, Sendable {
  /// The scores; each row is a run and has one finite number for each task.
  public let rows: [[Double]]

  /// Wraps scores in the shape `[run][task]`.
  public init(_ rows: [[Double]]) {
    require(rows.first?.isEmpty == false, "There is at least one run on one task.")
    require(rows.allSatisfy { $0.count == rows[0].count }, "Each run has all tasks.")
    require(rows.allSatisfy { $0.allSatisfy(\.isFinite) }, "Each score is a finite number.")
    self.rows = rows
  }

  /// Wraps scores that were checked before: a bootstrap makes thousands of them.
  init(unchecked rows: [[Double]]) { self.rows = rows }

  /// Wraps one score for each run.
  public init(_ runs: [Double]) { self.init(runs.map { [$0] }) }

  /// How many runs there are.
  public var runs: Int { rows.count }
  /// How many tasks there are.
  public var tasks: Int { rows[0].count }

  /// The mean of each task over the runs.
  public var taskMeans: [Double] {
    (0..<tasks).map { task in rows.map { $0[task] }.mean }
  }

  /// The mean over tasks of the means over runs.
  public var mean: Double { taskMeans.mean }

  /// The median over tasks of the means over runs.
  public var median: Double {
    let sorted = taskMeans.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  /// The mean of the middle half of all scores (IQM): a quarter of them, rounded down, is cut off
  /// at either end.
  public var interquartileMean: Double {
    let sorted = rows.flatMap(\.self).sorted()
    let cut = sorted.count / 4
    return Array(sorted[cut..<sorted.count - cut]).mean
  }

  /// Returns how far the scores fall short of a target on average: target − mean(min(score, target)).
  ///
  /// Unlike a mean it does not let what lies above the target make up for what lies below.
  public func optimalityGap(target: Double = 1) -> Double {
    target - rows.flatMap { $0.map { min($0, target) } }.mean
  }

  /// Returns the share of all scores above a level: the performance profile at one point.
  public func profile(above level: Double) -> Double {
    Double(rows.joined().count { $0 > level }) / Double(runs * tasks)
  }

  /// Returns the share of tasks whose mean over runs lies above a level.
  public func averageProfile(above level: Double) -> Double {
    Double(taskMeans.count { $0 > level }) / Double(tasks)
  }

  /// Returns the probability that a run of these scores beats one of the others on a task.
  ///
  /// (1/M) Σ_m (1/(N_x N_y)) Σ_i Σ_j [x_im > y_jm] over M tasks, where a tie counts one half.
  public func probabilityOfImprovement(over others: Scores) -> Double {
    require(tasks == others.tasks, "Both have the same tasks.")
    let shares = (0..<tasks).map { task in
      let wins = rows.reduce(0.0) { wins, row in
        others.rows.reduce(wins) { wins, other in
          wins + (row[task] > other[task] ? 1 : row[task] == other[task] ? 0.5 : 0)
        }
      }
      return wins / Double(runs * others.runs)
    }
    return shares.mean
  }

  /// Returns the differences to other scores of the same seeds.
  public func differences(to others: Scores) -> Scores {
    require(
      runs == others.runs && tasks == others.tasks, "Paired scores have the same runs and tasks.")
    return Scores(zip(rows, others.rows).map { zip($0, $1).map(-) })
  }
}
