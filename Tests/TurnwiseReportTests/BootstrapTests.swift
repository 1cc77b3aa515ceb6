import Testing
import TurnwiseCore
import TurnwiseReport

@Suite struct `The bootstrap` {
  let x = Reference.x
  let y = Reference.y

  @Test func `draws the reference numbers`() {
    var random = SplitMix64(seed: 42)
    let drawn = (0..<5).map { _ in random.next() }
    let expected: [UInt64] = [
      13_679_457_532_755_275_413, 2_949_826_092_126_892_291, 5_139_283_748_462_763_858,
      6_349_198_060_258_255_764, 701_532_786_141_963_250,
    ]
    #expect(drawn == expected)
  }

  @Test func `draws the reference table of runs`() {
    var random = SplitMix64(seed: 42)
    let indices = Scores((0..<5).map { run in Array(repeating: Double(run), count: 4) })
    #expect(
      indices.resampled(using: &random).rows == [
        [3, 1, 3, 4], [0, 2, 0, 3], [0, 4, 2, 1], [3, 0, 1, 0], [4, 1, 2, 3],
      ])
  }

  @Test func `gives the reference intervals of 200 resamples`() {
    let bootstrap = Bootstrap(resamples: 200)
    #expect(Reference.agree(bootstrap.interval(of: x, \.mean), 0.5449375, 0.6625625))
    #expect(Reference.agree(bootstrap.interval(of: x, \.median), 0.605, 0.710125))
    #expect(Reference.agree(bootstrap.interval(of: x, \.interquartileMean), 0.54475, 0.705))
    let improvement = bootstrap.interval(of: x, and: y) { $0.probabilityOfImprovement(over: $1) }
    #expect(Reference.agree(improvement, 0.60609375, 0.8875))
  }

  @Test func `gives the reference intervals of 2,000 resamples`() {
    let bootstrap = Bootstrap(resamples: 2000)
    #expect(Reference.agree(bootstrap.interval(of: x, \.mean), 0.535, 0.67))
    #expect(Reference.agree(bootstrap.interval(of: x, \.median), 0.59, 0.715))
    #expect(Reference.agree(bootstrap.interval(of: x, \.interquartileMean), 0.535, 0.71))
    let improvement = bootstrap.interval(of: x, and: y) { $0.probabilityOfImprovement(over: $1) }
    #expect(Reference.agree(improvement, 0.6125, 0.9125))
  }

  @Test func `draws whole clusters, and the same ones for all methods`() {
    let bootstrap = Bootstrap(resamples: 500)
    // The ten values of a cluster are all equal: two clusters are two observations, not twenty.
    let clusters = [[Double](repeating: 0, count: 10), [Double](repeating: 1, count: 10)]
    let means = bootstrap.statistics(ofClusters: 2) { drawn -> Double in
      let values = drawn.flatMap { clusters[$0] }
      return values.reduce(0, +) / Double(values.count)
    }
    #expect(Set(means) == [0, 0.5, 1])
    #expect(Interval(percentilesOf: means) == Interval(low: 0, high: 1))
    // The statistic of a single cluster never varies.
    #expect(bootstrap.statistics(ofClusters: 1) { $0 }.allSatisfy { $0 == [0] })
    let again = bootstrap.statistics(ofClusters: 2) { $0 }
    #expect(again == bootstrap.statistics(ofClusters: 2) { $0 })
  }

  @Test func `agrees with an enumeration of all 729 resamples`() {
    let z = [[0.1, 0.9], [0.4, 0.6], [0.7, 0.2]]
    #expect(Reference.agree(Scores(z).interquartileMean, 0.475))
    let statistics = (0..<729).map { code -> Double in
      var digits = code
      return Scores(
        (0..<3).map { _ in
          (0..<2).map { task in
            defer { digits /= 3 }
            return z[digits % 3][task]
          }
        }
      ).interquartileMean
    }.sorted()
    #expect(abs(statistics.reduce(0, +) / 729 - 0.480_246_913_580_246_96) < 1e-12)
    #expect(Reference.agree(Bootstrap.percentile(2.5, of: statistics), 0.225))
    #expect(Reference.agree(Bootstrap.percentile(97.5, of: statistics), 0.725))
    #expect(Reference.agree(statistics[0], 0.15))
    #expect(Reference.agree(statistics[728], 0.8))
  }

  @Test func `gives the reference band of a curve`() {
    // Each checkpoint of a task is a column, so their draws are independent.
    let curve = (0..<4).map { run in
      (0..<2).flatMap { task in
        (0..<3).map { time -> Double in
          let raw = Double((7 * run + 3 * task + 5 * time) % 11) / 10 * Double(time + 1) / 3
          return (raw * 1000).rounded(.toNearestOrEven) / 1000
        }
      }
    }
    func middle(_ scores: Scores, at time: Int) -> Double {
      Scores(scores.rows.map { [$0[time], $0[3 + time]] }).interquartileMean
    }
    let expected = [
      (0.15825, 0.07525, 0.29995625), (0.3335, 0.117, 0.4665), (0.55, 0.24875, 0.825),
    ]
    for (time, row) in expected.enumerated() {
      #expect(Reference.agree(middle(Scores(curve), at: time), row.0))
      let band = Bootstrap(resamples: 200).interval(of: Scores(curve)) { middle($0, at: time) }
      #expect(Reference.agree(band, row.1, row.2))
    }
  }

  @Test func `is close to the intervals of a large sample`() {
    let bootstrap = Bootstrap(resamples: 5000, seed: 7)
    let found = bootstrap.interval(of: y, \.interquartileMean)
    #expect(abs(found.low - 0.4125) < 0.01 && abs(found.high - 0.60) < 0.01)
  }
}
