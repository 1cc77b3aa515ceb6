import Testing
import TurnwiseReport

@Suite struct `Holm's correction` {
  @Test func `multiplies the smallest value by the number of tests, the next by one less`() {
    let found = Holm.corrected([0.01, 0.04, 0.03, 0.005]).map { $0 ?? .nan }
    for (value, expected) in zip(found, [0.03, 0.06, 0.06, 0.02]) {
      #expect(abs(value - expected) < 1e-12)
    }
  }

  @Test func `leaves out tests that were not made, and goes no further than 1`() {
    #expect(Holm.corrected([nil, 0.5, nil, 0.9]) == [nil, 1, nil, 1])
    #expect(Holm.corrected([0.04]) == [0.04])
    #expect(Holm.corrected([]) == [])
  }

  @Test func `has p-values that agree with the interval of the mean difference`() throws {
    // t = 3.2 with 4 degrees of freedom.
    let value = StudentT.tails(beyond: 3.2, degreesOfFreedom: 4)
    #expect(abs(value - 0.032906) < 1e-5)
    let t = StudentT.quantile(0.975, degreesOfFreedom: 7)
    #expect(abs(StudentT.tails(beyond: t, degreesOfFreedom: 7) - 0.05) < 1e-9)
    let pair = PairedComparison([0.5, 0.6, 0.7, 0.8, 0.9], [0.4, 0.45, 0.65, 0.7, 0.78])
    #expect(try #require(pair.pValue) < 0.05)
    let same = PairedComparison([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])
    #expect(same.pValue == 1)
    #expect(PairedComparison([1, 2], [0, 1]).pValue == nil)
  }
}
