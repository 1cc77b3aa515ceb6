internal import TurnwiseCore

/// Scores of runs on tasks, in the shape `[run][task]`; a run is one training seed.
///
/// The statistics are those of Agarwal et al. (2021, arXiv 2108.13264), computed as their package rliable
/// does.
public struct Scores: Hashable, Sendable {
  /// The scores; each row is a run with one finite number for each task.
  public let rows: [[Double]]

  /// Wraps scores in the shape `[run][task]`.
  public init(_ rows: [[Double]]) {
    require(rows.first?.isEmpty == false, "Scores need at least one run on one task.")
    require(rows.allSatisfy { $0.count == rows[0].count }, "Each run must have all tasks.")
    require(
      rows.allSatisfy { $0.allSatisfy(\.isFinite) }, "Each score must be a finite number.")
    self.rows = rows
  }

  /// Wraps scores that were checked before, as a bootstrap makes thousands of them.
  init(unchecked rows: [[Double]]) { self.rows = rows }

  /// Wraps one score for each run.
  public init(_ runs: [Double]) { self.init(runs.map { [$0] }) }

  /// The number of runs.
  public var runs: Int { rows.count }
  /// The number of tasks.
  public var tasks: Int { rows[0].count }

  /// The mean of each task over the runs.
  public var taskMeans: [Double] {
    (0..<tasks).map { task in rows.map { $0[task] }.mean }
  }

  /// The mean over tasks of the means over runs.
  public var mean: Double { taskMeans.mean }

  /// The median over tasks of the means over runs.
  public var median: Double { taskMeans.median ?? .nan }

  /// The mean of the middle half of all scores (IQM): a quarter of them, rounded down, is cut off
  /// at either end.
  public var interquartileMean: Double {
    let sorted = rows.flatMap(\.self).sorted()
    let cut = sorted.count / 4
    return Array(sorted[cut..<sorted.count - cut]).mean
  }

  /// Returns the probability that a run of these scores beats a run of others on a task.
  ///
  /// (1/M) Σ_m (1/(N_x N_y)) Σ_i Σ_j [x_im > y_jm] over M tasks, where a tie counts one half.
  public func probabilityOfImprovement(over others: Scores) -> Double {
    require(
      tasks == others.tasks,
      "Both scores must have the same tasks, but have \(tasks) and \(others.tasks).")
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
      runs == others.runs && tasks == others.tasks,
      "Paired scores must have the same runs and tasks, but have \(runs) by \(tasks) and"
        + " \(others.runs) by \(others.tasks).")
    return Scores(zip(rows, others.rows).map { zip($0, $1).map(-) })
  }
}
