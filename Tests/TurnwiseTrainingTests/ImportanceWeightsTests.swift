import Foundation
import Testing
import TurnwiseTraining

@Suite struct `Importance weights` {
  private func weights(
    _ level: RatioLevel, _ form: ImportanceWeights.Form = .truncate, cap: Double
  ) -> [Double] {
    ImportanceWeights(level, form, cap: cap)(Worked.logRatios, at: Worked.first)
  }

  @Test func `are those of the worked example`() {
    #expect(agree(weights(.token, cap: 1.1), [1.1, 0.951229, 1.1, 1, 0.904837, 1.1]))
    #expect(
      agree(weights(.turn, cap: 1.11), [1.051271, 1.051271, 1.105171, 1.105171, 1.105171, 1.11]))
    #expect(agree(weights(.sequence, cap: 2), Array(repeating: 1.349859, count: 6)))
    #expect(agree(weights(.sequence, cap: 1.2), Array(repeating: 1.2, count: 6)))
  }

  @Test func `are masked above the cap and below one over it`() {
    // 1/1.1 = 0.909…, so that 0.904837 is out of bounds as well.
    #expect(agree(weights(.token, .mask, cap: 1.1), [0, 0.951229, 0, 1, 0, 0]))
    #expect(agree(weights(.sequence, .mask, cap: 1.3), Array(repeating: 0, count: 6)))
    #expect(agree(Array(weights(.turn, .mask, cap: 1.11).suffix(2)), [1.105171, 0]))
  }

  @Test func `are worth fewer tokens the more they differ`() {
    let weights = weights(.token, cap: 100)
    #expect(abs(ImportanceWeights.effectiveSampleSize(weights) - 5.931105) < 5e-7)
    #expect(ImportanceWeights.effectiveSampleSize([1, 1, 1]) == 3)
    #expect(ImportanceWeights.effectiveSampleSize([0, 5, 0]) == 1)
    #expect(ImportanceWeights.effectiveSampleSize([0, 0]) == 0)
  }

  @Test func `leave tokens alone that both policies find equally likely`() {
    for level in RatioLevel.allCases {
      for form in ImportanceWeights.Form.allCases {
        let weights = ImportanceWeights(level, form, cap: 2)
        #expect(
          weights(Worked.places.map { _ in 0 }, at: Worked.places)
            == Worked.places.map { _ in 1 })
      }
    }
  }

  @Test func `know every level of ratios that they offer`() {
    for level in ImportanceWeights.Level.allCases {
      #expect(level.ratioLevel?.rawValue == (level == .none ? nil : level.rawValue))
    }
  }

  @Test(arguments: [
    (DivergenceEstimator.k1, -0.05), (.k2, 0.007083), (.k3, 0.007412),
  ])
  func `come from a divergence that is estimated three ways`(
    estimator: DivergenceEstimator, printed: Double
  ) {
    let mean = Worked.logRatios.reduce(0) { $0 + estimator($1) } / 6
    #expect(abs(mean - printed) < 5e-7)
  }

  @Test func `come from divergences of which two are never negative`() {
    for logRatio in stride(from: -3.0, through: 3, by: 0.1) {
      #expect(DivergenceEstimator.k2(logRatio) >= 0)
      #expect(DivergenceEstimator.k3(logRatio) >= -1e-15)
    }
  }
}
