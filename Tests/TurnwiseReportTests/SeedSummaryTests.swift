import Testing
import TurnwiseReport

@Suite struct `A summary over seeds` {
  @Test func `has mean, deviation and Student's interval`() throws {
    let summary = SeedSummary([0.5, 0.6, 0.7, 0.8, 0.9])
    #expect(Reference.agree(summary.mean, 0.7))
    #expect(Reference.agree(try #require(summary.deviation), 0.158_113_883_008_418_98))
    let interval = try #require(summary.interval)
    // 2.7764451051977987 × 0.15811388300841898 / √5
    #expect(abs((interval.high - interval.low) / 2 - 0.196_324_316_148) < 1e-9)
    #expect(interval.contains(0.7))
    #expect(Reference.agree(summary.interquartileMean, 0.7))
    let bootstrap = try #require(summary.bootstrapInterval)
    #expect(bootstrap.low > 0.5 && bootstrap.high < 0.9)
  }

  @Test func `has no interval below five seeds`() {
    let four = SeedSummary([0.5, 0.6, 0.7, 0.8])
    #expect(four.interval == nil && four.bootstrapInterval == nil)
    #expect(four.deviation != nil)
    #expect(SeedSummary([0.5]).deviation == nil)
    let pair = PairedComparison([0.5, 0.6, 0.7], [0.1, 0.2, 0.3])
    #expect(pair.difference.interval == nil && pair.probabilityInterval == nil)
    #expect(pair.isClearImprovement == nil)
  }

  @Test func `compares methods by seed`() throws {
    let pair = PairedComparison([0.5, 0.6, 0.7, 0.8, 0.9], [0.4, 0.45, 0.65, 0.7, 0.78])
    #expect(Reference.agree(pair.difference.mean, 0.104))
    #expect(try #require(pair.difference.interval).low > 0)
    #expect(Reference.agree(pair.probabilityOfImprovement, 0.7))
    // Each seed improves, but the methods overlap: a clear improvement needs both intervals.
    #expect(pair.isClearImprovement == false)
    let far = PairedComparison([0.8, 0.81, 0.82, 0.83, 0.84], [0.1, 0.11, 0.12, 0.13, 0.12])
    #expect(far.isClearImprovement == true)
  }

  @Test func `has a clear decline by the same rule as a clear improvement`() {
    let (low, high) = ([0.4, 0.45, 0.65, 0.7, 0.78], [0.5, 0.6, 0.7, 0.8, 0.9])
    // The interval of the difference lies below 0, that of the probability is not below one half.
    let overlapping = PairedComparison(low, high)
    #expect(overlapping.difference.interval.map { $0.high < 0 } == true)
    #expect(overlapping.isClearDecline == false && overlapping.isClearImprovement == false)
    let far = PairedComparison([0.1, 0.11, 0.12, 0.13, 0.12], [0.8, 0.81, 0.82, 0.83, 0.84])
    #expect(far.isClearDecline == true && far.isClearImprovement == false)
    #expect(PairedComparison([0.1, 0.2, 0.3], [0.5, 0.6, 0.7]).isClearDecline == nil)
  }

  @Test(arguments: [
    (1, 12.706_204_736_432_095), (2, 4.302_652_729_911_275), (3, 3.182_446_305_284_263),
    (4, 2.776_445_105_197_798_7), (9, 2.262_157_162_740_991_5), (29, 2.045_229_642_132_703),
  ])
  func `uses the quantiles of Student's distribution`(degrees: Int, expected: Double) {
    #expect(abs(StudentT.quantile(0.975, degreesOfFreedom: degrees) - expected) < 1e-9)
    #expect(abs(StudentT.quantile(0.025, degreesOfFreedom: degrees) + expected) < 1e-9)
  }

  @Test(arguments: [
    (0, 10, 0, 0.277_532_799_862_889_2), (9, 10, 0.595_849_973_204_761_5, 0.982_123_786_904_927_1),
    (57, 100, 0.472_153_895_492_123_05, 0.662_667_014_758_898_8),
  ])
  func `has the reference intervals of Wilson`(
    successes: Int, count: Int, low: Double, high: Double
  ) throws {
    let interval = try #require(Interval.wilson(successes: successes, of: count))
    #expect(Reference.agree(interval, low, high))
    #expect(Interval.wilson(successes: 0, of: 0) == nil)
  }
}

@Suite struct `A curve over environment turns` {
  func curve(_ points: (Int, Double)...) -> LearningCurve {
    LearningCurve(points.map { LearningCurve.Point(turns: $0.0, value: $0.1) })
  }

  @Test func `has the area of trapezoids over its budget`() {
    #expect(Reference.agree(curve((0, 0), (100, 1)).area(budget: 100), 0.5))
    #expect(Reference.agree(curve((0, 0.2), (50, 0.6), (100, 0.8)).area(budget: 100), 0.55))
  }

  @Test func `is constant beyond its ends and is cut off at the budget`() {
    #expect(Reference.agree(curve((0, 0), (50, 1)).area(budget: 100), 0.75))
    #expect(Reference.agree(curve((0, 0), (200, 1)).area(budget: 100), 0.25))
    #expect(Reference.agree(curve((40, 0.5)).area(budget: 100), 0.5))
    #expect(curve((0, 0), (200, 1)).value(at: 50) == 0.25)
  }

  @Test func `reaches a level where it first crosses it`() {
    let crossed = curve((0, 0.5), (100, 0.7), (200, 0.9), (300, 0.6)).turns(reaching: 0.8)
    #expect(abs((crossed ?? 0) - 150) < 1e-9)
    #expect(curve((40, 0.5), (100, 0.7)).turns(reaching: 0.5) == 40)
    #expect(curve((0, 0.5), (100, 0.7)).turns(reaching: 0.8) == nil)
  }

  @Test func `has a mean with a point where any curve has one, up to a budget`() {
    let mean = LearningCurve(
      mean: [curve((0, 0), (100, 1)), curve((0, 0.5), (50, 0.5), (120, 0.5))], until: 110)
    #expect(mean.points.map(\.turns) == [0, 50, 100, 110])
    for (value, expected) in zip(mean.points.map(\.value), [0.25, 0.5, 0.75, 0.75]) {
      #expect(Reference.agree(value, expected))
    }
  }
}

@Suite struct `Turns to a threshold` {
  private func summary(_ turns: [Double?]) -> ThresholdSummary {
    ThresholdSummary(threshold: 0.9, turns: turns)
  }

  @Test func `have the median of seeds, some of which never reached the level`() {
    #expect(summary([300, 100, nil]).median == 300)
    #expect(summary([300, 100, nil]).reached == 2)
    #expect(summary([100, nil, nil]).median == nil)
    #expect(summary([100, 200]).median == 150)
    #expect(summary([100, nil]).median == nil)
  }

  @Test func `have an interval from five seeds on, possibly without an upper end`() {
    #expect(summary([100, 200, 300, 400]).low == nil)
    let all = summary([100, 200, 300, 400, 500])
    #expect(all.low == 100 && all.high == 500)
    let some = summary([100, 200, 300, nil, nil])
    #expect(some.median == 300 && some.low == 100 && some.high == nil)
  }
}
