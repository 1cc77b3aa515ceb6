import Foundation
import Testing
import TurnwiseTraining

@Suite struct `The ratio of probabilities` {
  private func ratios(_ level: RatioLevel) -> [Double] {
    level.logRatios(Worked.logRatios, at: Worked.first).map(RatioLevel.ratio)
  }

  @Test func `is that of the worked example at each level`() {
    #expect(agree(ratios(.token), [1.105171, 0.951229, 1.221403, 1, 0.904837, 1.161834]))
    #expect(
      agree(ratios(.turn), [1.051271, 1.051271, 1.105171, 1.105171, 1.105171, 1.161834]))
    #expect(
      agree(ratios(.turnMean), [1.025315, 1.025315, 1.033895, 1.033895, 1.033895, 1.161834]))
    #expect(agree(ratios(.sequence), Array(repeating: 1.349859, count: 6)))
    #expect(agree(ratios(.sequenceMean), Array(repeating: 1.051271, count: 6)))
  }

  @Test(arguments: RatioLevel.allCases)
  func `keeps episodes apart`(level: RatioLevel) {
    let logRatios = Worked.places.indices.map { sin(Double($0)) }
    let together = level.logRatios(logRatios, at: Worked.places)
    for episode in Worked.turns.indices {
      let own = Worked.places.indices.filter { Worked.places[$0].episode == episode }
      let alone = level.logRatios(own.map { logRatios[$0] }, at: own.map { Worked.places[$0] })
      #expect(alone == own.map { together[$0] })
    }
  }

  @Test(arguments: RatioLevel.allCases)
  func `does not depend on the order of the tokens`(level: RatioLevel) {
    let logRatios = Worked.places.indices.map { sin(Double($0)) }
    let expected = level.logRatios(logRatios, at: Worked.places)
    let reversed = level.logRatios(logRatios.reversed(), at: Worked.places.reversed())
    #expect(agree(reversed.reversed(), expected, within: 1e-14))
  }

  @Test func `of a product is trapped by length, of a geometric mean is not`() {
    let places = Worked.places([[100]])
    let logRatios = places.map { _ in log(1.1) }
    let product = RatioLevel.ratio(RatioLevel.sequence.logRatios(logRatios, at: places)[0])
    let mean = RatioLevel.ratio(RatioLevel.sequenceMean.logRatios(logRatios, at: places)[0])
    #expect(product.rounded() == 13_781)
    #expect(abs(mean - 1.1) < 1e-12)
  }

  @Test func `never overflows`() {
    #expect(RatioLevel.ratio(1e6) == exp(20))
    #expect(RatioLevel.ratio(-1e6) == exp(-20))
  }
}
